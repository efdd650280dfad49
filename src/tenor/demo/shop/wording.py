"""What the shop says of orders and of events, in the visitor's language. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from tenor.base import money
from tenor.base.texts import Language, isolated
from tenor.demo.catalogue import Catalogue, Dialect, Line, NotChosen
from tenor.demo.inbox import Arrival


def amount(language: Language, value: Decimal | int | str, currency: str) -> str:
    """An amount of major units with its currency."""
    return language.money(money.to_minor(Decimal(value), currency), currency)


@dataclass(frozen=True)
class ShownLine:
    """A line of the cart in words."""

    name: str
    quantity: str
    amount: str


def line(language: Language, shown: Line, currency: str) -> ShownLine:
    """A line of the cart in words."""
    quantity = f"{language.number(shown.quantity)} × {shown.product.unit_called.in_(language.code)}"
    return ShownLine(shown.product.called.in_(language.code), quantity, amount(language, shown.amount, currency))


def not_chosen(language: Language, catalogue: Catalogue, error: NotChosen) -> str:
    """Why a form's quantities make no order."""
    _ = language.sentences.gettext
    product = next((one for one in catalogue.products if one.sku == error.sku), None)
    if product is None:
        return _("Choose at least one product.")
    name = isolated(product.called.in_(language.code))
    return _("%(product)s: the quantity must be a whole number from 0 to 999999.") % {"product": name}


def status(language: Language, name: str) -> str:
    """A status of either dialect, or of a refund; one that has no words stands for itself."""
    _ = language.sentences.gettext
    words = {
        "new": _("Waits for the buyer"),
        "created": _("Waits for the buyer"),
        "under_review": _("Under review"),
        "terms_selected": _("Terms chosen"),
        "order_placed": _("Placed"),
        "placed": _("Placed"),
        "order_confirmed": _("Confirmed: on its way"),
        "approved": _("Approved"),
        "refund": _("Refunded in full"),
        "refunded": _("Refunded in full"),
        "declined": _("Declined"),
        "canceled": _("Canceled"),
        "expired": _("Expired"),
        "draft": _("Draft"),
        "executed": _("Refund made"),
    }
    return words.get(name, name)


@dataclass(frozen=True)
class ShownEvent:
    """A webhook in words. `anchor` is its id on the page; `body` is laid out for people to read."""

    anchor: str
    dialect: Dialect
    arrival: Arrival
    meaning: str
    time: str
    body: str

    @property
    def again(self) -> int:
        """How often it came again."""
        return self.arrival.times - 1


def event(language: Language, arrival: Arrival) -> ShownEvent:
    """A webhook in words."""
    return ShownEvent(
        anchor=f"event-{arrival.place}",
        dialect=arrival.dialect,
        arrival=arrival,
        meaning=_meaning(language, arrival.type) if arrival.verified else "",
        time=f"{arrival.arrived_at:%H:%M:%S}",
        body=_laid_out(arrival.body),
    )


def _meaning(language: Language, event_type: str) -> str:
    _ = language.sentences.gettext
    meanings = {
        "order.created": _("The order was made."),
        "order.under_review": _("Credit looks at the buyer."),
        "order.terms_selected": _("The buyer has chosen terms and is approved."),
        "order.placed": _("The shop has acknowledged the order."),
        "order.updated": _("The shop has changed the order."),
        "order.confirmed": _("The goods are on their way: the sale."),
        "order.refunded": _("All of the total is refunded."),
        "order.canceled": _("The shop has called the order off."),
        "order.declined": _("Credit has declined."),
        "order.expired": _("Time ran out before the sale."),
        "refund.requested": _("A refund is asked for."),
        "refund.replaced": _("Another refund takes its place."),
        "refund.declined": _("The refund is taken back."),
        "refund.locked": _("The refund can no longer be taken back."),
        "refund.executed": _("The refund is made."),
        "webhook.test": _("A test of the connection."),
        "client_under_review": _("Credit looks at the buyer."),
        "purchase_placed": _("The buyer has chosen terms."),
        "purchase_approved": _("Credit has approved: deliver the goods."),
        "purchase_declined": _("Credit has declined."),
    }
    return meanings.get(event_type, "")


def _laid_out(body: bytes) -> str:
    try:
        return msgspec.json.format(body, indent=2).decode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return body.decode(errors="replace")


def told(query: Any) -> list[tuple[str, str]]:
    """What a redirection says, by name, but for the shop's own language."""
    return [(name, value) for name, value in query.multi_items() if name != "lang"]
