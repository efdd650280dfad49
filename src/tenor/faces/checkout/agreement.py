"""What an agreement says. The page shows it, the buyer accepts it, and its copy keeps it: in these very words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from tenor.core.agreements import rules
from tenor.core.agreements.model import Agreement, Content, Due, Fact, Headings, Line, Numbers, Party
from tenor.core.buyers.identity import Business
from tenor.core.merchants.model import Merchant
from tenor.core.orders.model import Order
from tenor.core.terms.model import Offer
from tenor.faces.checkout import presentation, wording
from tenor.faces.checkout.languages import Language, isolated


@dataclass(frozen=True)
class Signature:
    """Who signed: the name as it was typed, the e-mail address that was proven, and when, on the merchant's clock."""

    name: str
    email: str
    at: datetime


@dataclass(frozen=True)
class Writer:
    """Writes agreements in one language. `operator` is the company that runs this deployment, as its setting says."""

    language: Language
    operator: str
    host: str
    sandbox: bool

    def clauses(self, merchant: Merchant, order: Order, offer: Offer) -> tuple[str, ...]:
        """The sentences that are accepted. The third is the one that says who owes what by when."""
        _ = self.language.sentences.gettext
        words = {
            "shop": isolated(merchant.name),
            "reference": isolated(order.reference),
            "operator": isolated(self._operator()),
            "total": isolated(self.language.money(offer.total, order.currency)),
        }
        return (
            _("Your company buys order %(reference)s from %(shop)s for %(total)s.") % words,
            _("We, %(operator)s, pay the seller; your company then owes us instead.") % words,
            presentation.choice(self.language, offer, order.currency).sentence,
            _("Nothing is owed before the seller confirms the order. Refunds reduce the last payment first."),
        )

    def draft(self, merchant: Merchant, order: Order, offer: Offer, business: Business) -> Content:
        """What would be agreed."""
        return self._content(merchant, order, offer, business, None, None)

    def signed(self, merchant: Merchant, order: Order, agreement_id: UUID) -> Agreement:
        """What was agreed by an order whose terms were just accepted."""
        terms = order.terms
        assert terms is not None, "terms were accepted"
        assert terms.business is not None, "the page has asked for the business"
        signature = Signature(terms.signed_by or "", terms.email, terms.accepted_at)
        said = rules.to_bytes(self._content(merchant, order, terms.offer, terms.business, agreement_id, signature))
        return Agreement(
            merchant_id=order.merchant_id,
            order_id=order.id,
            id=agreement_id,
            content=said,
            sha256=rules.digest(said),
            accepted_at=terms.accepted_at,
        )

    def _operator(self) -> str:
        _ = self.language.sentences.gettext
        return self.operator or _("the company that runs %(host)s") % {"host": isolated(self.host)}

    def _content(
        self,
        merchant: Merchant,
        order: Order,
        offer: Offer,
        business: Business,
        agreement_id: UUID | None,
        signature: Signature | None,
    ) -> Content:
        _, money = self.language.sentences.gettext, self.language.money
        view = presentation.order_view(self.language, merchant, order, [offer], currency_in_rows=True)
        fee = (_("Included: a fee, agreed in advance"), money(offer.buyer_fee, order.currency))
        return Content(
            id=agreement_id,
            language=self.language.code,
            headings=_headings(self.language),
            note=_("Test mode: no goods are sold here and no money moves.") if self.sandbox else "",
            parties=self._parties(merchant, business),
            facts=(
                (_("The shop's order number"), isolated(order.reference)),
                (_("Our order number"), isolated(order.number)),
                (_("Terms"), view.choices[0].name),
            ),
            lines=tuple(_line(line) for line in view.lines),
            sums=(*((sum_.label, sum_.amount) for sum_ in view.sums), (_("Total"), view.total)),
            clauses=self.clauses(merchant, order, offer),
            payments=tuple((one.day, one.money) for one in view.choices[0].payments),
            owed=(*([fee] if offer.buyer_fee else []), (_("Total to pay"), view.choices[0].to_pay)),
            signature=self._signature(merchant, business, agreement_id, signature),
            numbers=_numbers(order, offer),
        )

    def _parties(self, merchant: Merchant, business: Business) -> tuple[Party, ...]:
        _ = self.language.sentences.gettext
        return (
            Party(
                role=_("The buyer"),
                name=isolated(business.legal_name),
                facts=wording.identity_facts(self.language, merchant.country, business),
            ),
            Party(role=_("The seller"), name=isolated(merchant.name)),
            Party(role=_("We, who pay the seller"), name=isolated(self._operator())),
        )

    def _signature(
        self, merchant: Merchant, business: Business, agreement_id: UUID | None, signature: Signature | None
    ) -> tuple[Fact, ...]:
        _ = self.language.sentences.gettext
        if signature is None:
            return ((_("To be signed by"), isolated(business.signatory)),)
        return (
            (_("Signed by"), isolated(signature.name)),
            (_("Declared"), _("I accept this agreement and am authorised by my company.")),
            (_("Date and time"), _moment(self.language, signature.at, merchant.programme.time_zone)),
            (_("E-mail address, proven"), isolated(signature.email)),
            (_("Agreement number"), isolated(str(agreement_id))),
        )


def _headings(language: Language) -> Headings:
    _ = language.sentences.gettext
    return Headings(
        title=_("Agreement on payment terms"),
        parties=_("Who agrees"),
        order=_("The order"),
        clauses=_("What is agreed"),
        payments=_("What the buyer pays, and when"),
        signature=_("Signature"),
        checksum=_("SHA-256 of the content"),
        checking=_(
            "The file agreement.json inside this PDF holds the content. Its SHA-256 has to be the one above; we keep"
            " the same content and can tell whether it is unchanged."
        ),
        page=_("Page {page} of {pages}"),
        draft=_("Draft: not signed, and nobody is bound by it."),
    )


def _line(line: presentation.Line) -> Line:
    unit = f" {isolated(line.unit)}" if line.unit else ""
    return Line(
        name=isolated(line.name), count=f"{isolated(line.quantity)}{unit} × {isolated(line.price)}", amount=line.total
    )


def _numbers(order: Order, offer: Offer) -> Numbers:
    return Numbers(
        currency=order.currency,
        total=offer.total,
        fee=offer.buyer_fee,
        payments=tuple(Due(due_on=one.due_on, amount=one.amount) for one in offer.schedule),
    )


def _moment(language: Language, at: datetime, zone: str) -> str:
    """A moment to the second, in the programme's zone, with the zone's name and its distance from UTC."""
    local = at.astimezone(ZoneInfo(zone))
    distance = f"{local:%z}"
    time = f"{local:%H:%M:%S} UTC{distance[:3]}:{distance[3:5]} ({zone})"
    return f"{isolated(language.day(local.date()))}{language.sentences.gettext(', ')}{isolated(time)}"
