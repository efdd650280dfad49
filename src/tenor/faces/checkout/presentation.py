"""An order and its offers as the page shows them: every number in the buyer's words. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias
from zoneinfo import ZoneInfo

from tenor.core.documents.model import KeptDocument
from tenor.core.merchants.model import Merchant
from tenor.core.orders.model import Item, Order
from tenor.core.terms.model import Instalment, Offer
from tenor.faces.checkout.languages import Language, isolated
from tenor.faces.checkout.ways import STEPS, Step, Way

# Minor units and their currency, in a language.
_Written: TypeAlias = Callable[[int, str], str]


@dataclass(frozen=True)
class Line:
    """A line of the order. `unit` may be empty; `price` is of one."""

    name: str
    quantity: str
    unit: str
    price: str
    total: str


@dataclass(frozen=True)
class Sum:
    """One of the order's amounts and its label."""

    label: str
    amount: str


@dataclass(frozen=True)
class Payment:
    """A payment that falls due: the day for programs (ISO 8601), the day and the amount for people.

    `money` is the amount with its currency, for where no sum beside it has one.
    """

    iso_day: str
    day: str
    amount: str
    money: str


@dataclass(frozen=True)
class Choice:
    """An offer as a card. `fee` is empty where there is none; `sentence` is its part of the agreement.

    Where offers differ, one of them is the cheapest and one leaves the most time.
    """

    code: str
    name: str
    fee: str
    to_pay: str
    payments: tuple[Payment, ...]
    sentence: str
    cheapest: bool = False
    longest: bool = False


@dataclass(frozen=True)
class OrderView:
    """All that the page shows of an order."""

    shop: str
    reference: str
    lines: tuple[Line, ...]
    sums: tuple[Sum, ...]
    total: str
    choices: tuple[Choice, ...]
    open_until: str


@dataclass(frozen=True)
class Attachment:
    """A document of the order: what the shop calls it and its type, what it is, how large, and where it opens."""

    name: str
    type: str
    format: str
    size: str
    address: str


@dataclass(frozen=True)
class StepView:
    """A step in the row of all: its place from 1, its name, and where it is, or "" where it can't be opened yet.

    `past` is whether it stands before the current one.
    """

    number: int
    name: str
    address: str
    current: bool
    past: bool


def steps(language: Language, way: Way, current: Step, reach: Iterable[Step]) -> tuple[StepView, ...]:
    """The row of steps. `reach` are those that may be opened."""
    _ = language.sentences.gettext
    names: dict[Step, str] = {
        "order": _("Order"),
        "you": _("You"),
        "business": _("Company"),
        "terms": _("Terms"),
        "agreement": _("Agreement"),
    }
    return tuple(
        StepView(
            number, names[step], way.to(step) if step in reach else "", step == current, number <= STEPS.index(current)
        )
        for number, step in enumerate(STEPS, 1)
    )


def order_view(
    language: Language, merchant: Merchant, order: Order, offers: Sequence[Offer], *, currency_in_rows: bool = False
) -> OrderView:
    """The order and its offers in a language. The last day to choose is counted in the programme's time zone.

    The total names the currency; the rows above it do so only where each has to stand by itself.
    """
    write = language.money if currency_in_rows else language.amount
    last_day = order.expires_at.astimezone(ZoneInfo(merchant.programme.time_zone)).date()
    return OrderView(
        shop=merchant.name,
        reference=order.reference,
        lines=tuple(_line(language, item, order.currency, write) for item in order.detail.items),
        sums=_sums(language, order, write),
        total=language.money(order.amounts.total, order.currency),
        choices=choices(language, offers, order.currency),
        open_until=language.day(last_day),
    )


def _line(language: Language, item: Item, currency: str, write: _Written) -> Line:
    return Line(
        name=item.name_en if language.code == "en" and item.name_en else item.name,
        quantity=language.number(item.quantity),
        unit=item.unit or "",
        price=write(item.unit_price, currency),
        total=write(item.unit_price * item.quantity, currency),
    )


def _sums(language: Language, order: Order, write: _Written) -> tuple[Sum, ...]:
    """The amounts that make the total. Those that are zero say nothing and are left out; the subtotal never is."""
    _ = language.sentences.gettext
    amounts = order.amounts
    parts = [
        (_("Subtotal"), amounts.subtotal),
        (_("Tax"), amounts.tax),
        (_("Shipping"), amounts.shipping),
        (_("Discount"), -amounts.discount),
    ]
    return tuple(
        Sum(label, write(amount, order.currency)) for place, (label, amount) in enumerate(parts) if amount or place == 0
    )


def attachments(language: Language, way: Way, documents: Sequence[KeptDocument]) -> tuple[Attachment, ...]:
    """The documents that the shop sent with the order."""
    return tuple(
        Attachment(
            name=one.file_name,
            type=one.document_type,
            format=one.media_type.rpartition("/")[2].upper(),
            size=language.size(one.size),
            address=way.outside(f"documents/{one.id}"),
        )
        for one in documents
    )


def choices(language: Language, offers: Sequence[Offer], currency: str) -> tuple[Choice, ...]:
    """The offers as cards. Of several that are as cheap, the one that leaves the most time is the cheapest."""
    cards = [choice(language, offer, currency) for offer in offers]
    if len({offer.to_pay for offer in offers}) > 1:
        place = min(range(len(offers)), key=lambda at: (offers[at].to_pay, -_last_day(offers[at])))
        cards[place] = replace(cards[place], cheapest=True)
    if len({_last_day(offer) for offer in offers}) > 1:
        place = max(range(len(offers)), key=lambda at: (_last_day(offers[at]), -offers[at].to_pay))
        cards[place] = replace(cards[place], longest=True)
    return tuple(cards)


def _last_day(offer: Offer) -> int:
    return max(part.due_on for part in offer.schedule).toordinal()


def choice(language: Language, offer: Offer, currency: str) -> Choice:
    """One offer as a card."""
    return Choice(
        code=offer.rule.code,
        name=offer_name(language, offer),
        fee=language.money(offer.buyer_fee, currency) if offer.buyer_fee else "",
        to_pay=language.money(offer.to_pay, currency),
        payments=tuple(_payment(language, instalment, currency) for instalment in offer.schedule),
        sentence=_sentence(language, offer, currency),
    )


def _payment(language: Language, instalment: Instalment, currency: str) -> Payment:
    day = instalment.due_on
    return Payment(
        iso_day=day.isoformat(),
        day=language.day(day),
        amount=language.amount(instalment.amount, currency),
        money=language.money(instalment.amount, currency),
    )


def offer_name(language: Language, offer: Offer) -> str:
    """What an offer is called: by its days or months, or by its date where it has both or neither."""
    _, ngettext = language.sentences.gettext, language.sentences.ngettext
    rule = offer.rule
    if rule.kind == "instalments":
        text = ngettext("%(count)s monthly payment", "%(count)s monthly payments", rule.months)
        return text % {"count": rule.months}
    if rule.days and not rule.months:
        return ngettext("Pay in %(count)s day", "Pay in %(count)s days", rule.days) % {"count": rule.days}
    if rule.months and not rule.days:
        return ngettext("Pay in %(count)s month", "Pay in %(count)s months", rule.months) % {"count": rule.months}
    return _("Pay by %(date)s") % {"date": language.day(offer.schedule[0].due_on)}


def _sentence(language: Language, offer: Offer, currency: str) -> str:
    """Who owes what by when under one offer, to the minor unit."""
    _ = language.sentences.gettext
    payments = [
        _("%(amount)s by %(date)s")
        % {"amount": isolated(language.money(part.amount, currency)), "date": isolated(language.day(part.due_on))}
        for part in offer.schedule
    ]
    facts = {
        "offer": offer_name(language, offer),
        "payments": _("; ").join(payments),
        "total": isolated(language.money(offer.to_pay, currency)),
        "fee": isolated(language.money(offer.buyer_fee, currency)),
    }
    if len(payments) == 1:
        owed = _("%(offer)s: your company owes us %(payments)s.") % facts
    else:
        owed = _("%(offer)s: your company owes us %(total)s in all: %(payments)s.") % facts
    fee = _("This includes a fee of %(fee)s, agreed in advance.") % facts if offer.buyer_fee else _("No fee.")
    return f"{owed} {fee}"
