"""A buyer's visit by an order's link: whose order it is, how far the buyer has come, and the acceptance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tenor.base.database import Tx
from tenor.base.errors import NotFound, TenorError
from tenor.base.ids import new_id
from tenor.base.seal import Seal
from tenor.core.agreements import store as agreements
from tenor.core.buyers import identity
from tenor.core.buyers import store as buyer_store
from tenor.core.buyers.identity import Business
from tenor.core.buyers.model import Buyer
from tenor.core.credit import rules as credit_rules
from tenor.core.credit import service as credit
from tenor.core.documents import store as documents
from tenor.core.documents.model import KeptDocument
from tenor.core.events import store as events
from tenor.core.events.model import EventType
from tenor.core.merchants import service as merchants
from tenor.core.merchants import store as merchant_store
from tenor.core.merchants.model import Merchant
from tenor.core.orders import links
from tenor.core.orders import service as orders
from tenor.core.orders.model import Order, State
from tenor.core.terms.model import Offer
from tenor.faces.checkout import forms, sessions, store
from tenor.faces.checkout.agreement import Writer
from tenor.faces.checkout.progress import Progress
from tenor.faces.checkout.ways import Outcome, Step

_OUTCOMES: dict[State, Outcome] = {
    State.TERMS_SELECTED: "done",
    State.ORDER_PLACED: "done",
    State.ORDER_CONFIRMED: "done",
    State.REFUNDED: "done",
    State.UNDER_REVIEW: "review",
    State.DECLINED: "declined",
}


class Closed(TenorError):
    """The link is right, but there is nothing left to choose: its time is over, or it was used.

    `told` is whether whoever proves the right e-mail address may see what became of it.
    """

    code = "closed"

    def __init__(self, why: Literal["expired", "used"], visit: Visit, *, told: bool = False) -> None:
        super().__init__(f"The link is {why}.")
        self.why = why
        self.visit = visit
        self.told = told


class SessionEnded(TenorError):
    """The session was good once. The buyer has to prove the e-mail address again; what was filled in is kept."""

    code = "session_ended"


@dataclass(frozen=True)
class Visit:
    """An order that a link opened, its merchant as it stands now, the time on that merchant's clock, and the documents
    that the shop sent with the order.
    """

    merchant: Merchant
    order: Order
    now: datetime
    documents: tuple[KeptDocument, ...] = ()

    @property
    def offers(self) -> list[Offer]:
        """What the buyer may choose from today."""
        return orders.offers(self.merchant, self.order, self.now)

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to choose."""
        return self.order.state != State.NEW

    def check_open(self) -> None:
        """Raises `Closed` unless the buyer may still choose."""
        if self.order.state == State.EXPIRED or (self.order.state == State.NEW and self.now >= self.order.expires_at):
            raise Closed("expired", self)
        if self.order.state != State.NEW:
            raise Closed("used", self, told=self.order.state in _OUTCOMES)

    def check_worth_signing_in(self) -> None:
        """Raises `Closed` unless the buyer may still choose, or may see what became of the choice."""
        if self.order.state not in _OUTCOMES:
            self.check_open()


@dataclass(frozen=True)
class Stay:
    """A visit of somebody who has proven an e-mail address. `buyer` is known once terms were asked for with it.

    `asks_revenue` is whether the merchant's policy reads the revenue that a company states.
    """

    visit: Visit
    progress: Progress
    buyer: Buyer | None
    ends_at: datetime
    asks_revenue: bool

    def check_session(self) -> None:
        """Raises `SessionEnded` when its time is over."""
        if self.visit.now >= self.ends_at:
            raise SessionEnded("The session has ended.")

    @property
    def outcome(self) -> Outcome | None:
        """What became of the order that this buyer asked terms for; None while there is still to choose.

        Raises `Closed` where another buyer was first, or the order has ended.
        """
        outcome, terms = _OUTCOMES.get(self.visit.order.state), self.visit.order.terms
        if outcome is not None and (terms is None or terms.email == self.progress.email):
            return outcome
        self.visit.check_open()
        return None

    @property
    def business(self) -> Business:
        """The buyer's business as it was typed, else as it is remembered, else what the shop knows of it."""
        profile = self.buyer.profile if self.buyer else None
        return self.progress.business or profile or _suggested(self.visit)

    @property
    def agreed_business(self) -> Business:
        """The business as an agreement names it."""
        return identity.normal(self.business, self.visit.merchant.country)

    @property
    def stated_revenue(self) -> int | None:
        """A year's revenue in minor units, where it is asked for and was told."""
        return forms.revenue(self.progress.stated_revenue or "", self.currency) if self.asks_revenue else None

    @property
    def currency(self) -> str:
        """The order's."""
        return self.visit.order.currency

    @property
    def problems(self) -> forms.Problems:
        """What is wrong with the answers about the business, in the order of the form."""
        typed = self.progress.stated_revenue or "" if self.asks_revenue else ""
        wrong = forms.business_problems(self.business, self.visit.merchant.country)
        return {**wrong, **forms.revenue_problems(typed, self.currency)}

    @property
    def is_remembered(self) -> bool:
        """Whether the business is as it was in an earlier agreement, so that nobody had to type it."""
        return self.progress.business is None and self.buyer is not None and self.buyer.profile is not None

    @property
    def chosen(self) -> Offer | None:
        """The offer that was chosen, as it is today; None where it is not offered any more."""
        return _of_code(self.visit.offers, self.progress.offer)

    @property
    def reach(self) -> frozenset[Step]:
        """The steps that the buyer may open."""
        steps: set[Step] = {"order", "you", "business"}
        if not self.problems:
            steps.add("terms")
            if self.chosen is not None:
                steps.add("agreement")
        return frozenset(steps)

    @property
    def resume(self) -> Step:
        """Where the buyer goes on."""
        # Who is remembered has not seen the question yet: the answer is of this year, and nobody has to give one.
        if self.asks_revenue and self.progress.stated_revenue is None:
            return "business"
        onward: tuple[Step, ...] = ("agreement", "terms")
        return next((step for step in onward if step in self.reach), "business")


def _of_code(offers: list[Offer], code: str | None) -> Offer | None:
    return next((offer for offer in offers if offer.rule.code == code), None)


def _suggested(visit: Visit) -> Business:
    """What the shop wrote of the buyer. What the buyers' rules refuse is left out, so that nobody is corrected for what
    another one wrote; who signs is nobody's guess.
    """
    billing = visit.order.detail.billing
    if billing is None:
        return Business()
    address = billing.address
    told = Business(
        legal_name=billing.company_name or "",
        line1=address.street or address.line1,
        line2=address.line2 or "",
        building_number=address.building_number or "",
        district=address.district or "",
        city=address.city,
        region=address.region or "",
        postal_code=address.postal_code or "",
        phone=billing.phone or "",
    )
    wrong = identity.problems(told, visit.merchant.country)
    kept = {name: getattr(told, name) for name in Business.__struct_fields__ if name not in wrong}
    return Business(**kept)


async def arrive(tx: Tx, seal: Seal, number: str, token: str, *, lock: bool = False) -> Visit:
    """The visit that a link's two parts open; with `lock` under the order's row lock.

    Raises `NotFound` for a link that was tampered with, the same as for an order that is not there.
    """
    merchant_id = links.merchant_of(seal, number, token)
    merchant = await merchant_store.find(tx, merchant_id) if merchant_id is not None else None
    if merchant is None:
        raise NotFound("There is no such link.")
    order = await orders.by_number(tx, merchant.id, number, lock=lock)
    # Most orders bring none, and those cost no look-up.
    sent = await documents.sent_with(tx, merchant.id, order.id) if order.detail.documents else ()
    return Visit(merchant, order, await merchants.now(tx, merchant.id), tuple(sent))


async def enter(tx: Tx, seal: Seal, number: str, token: str, session: str, *, lock: bool = False) -> Stay:
    """The stay that a link and a session open, also one that has ended; see `check_session`. Raises `NotFound`."""
    visit = await arrive(tx, seal, number, token, lock=lock)
    claimed = sessions.progress_id(session)
    progress = await store.find(tx, visit.merchant.id, claimed) if claimed is not None else None
    ends_at = sessions.ends_at(seal, number, progress, session) if progress is not None else None
    if progress is None or ends_at is None or progress.order_id != visit.order.id:
        raise NotFound("There is no such session.")
    buyer = await buyer_store.find(tx, progress.email)
    return Stay(visit, progress, buyer, ends_at, not visit.is_over and await _asks_revenue(tx, visit.merchant))


async def _asks_revenue(tx: Tx, merchant: Merchant) -> bool:
    policy, _ = await credit.in_force(tx, merchant.programme.policy or merchant.flow)
    return policy is not None and credit_rules.asks_for(policy, "stated_revenue")


async def begin_session(tx: Tx, seal: Seal, visit: Visit, email: str) -> str:
    """A new session for a proven address (lower case)."""
    progress = await store.begin(tx, visit.merchant.id, visit.order.id, email, visit.now)
    return sessions.begin(seal, visit.order.number, progress, visit.now)


async def accept(tx: Tx, stay: Stay, answers: forms.Answers, writer: Writer) -> Order | forms.Problems:
    """The order after the buyer's acceptance, or what is wrong with the form. The order is locked.

    Unless credit declines, what was accepted is kept word for word in the same transaction.

    Whoever has accepted before, as a double click does, finds what came of it. Raises `Closed`.
    """
    if stay.outcome is not None:
        return stay.visit.order
    visit, business = stay.visit, stay.agreed_business
    offer = _of_code(visit.offers, answers.get("offer"))
    if offer is None:
        return {"offer": "unknown"}
    if "terms" not in stay.reach:
        return {"offer": "changed"}
    if problems := forms.agreement_problems(
        answers, offer, business, writer.clauses(visit.merchant, visit.order, offer)
    ):
        return problems
    order = await orders.select_terms(
        tx,
        visit.merchant,
        visit.order.id,
        code=offer.rule.code,
        company_name=business.legal_name,
        email=stay.progress.email,
        now=visit.now,
        language=writer.language.code,
        business=business,
        signed_by=answers["signature"],
        stated_revenue=stay.stated_revenue,
    )
    if order.state != State.DECLINED:
        await agreements.insert(tx, writer.signed(visit.merchant, order, new_id()))
    return order


async def why_declined(tx: Tx, order: Order) -> str | None:
    """The code of the reason for which credit has declined an order."""
    for event in await events.of_order(tx, order.merchant_id, order.id):
        if event.type is EventType.ORDER_DECLINED:
            return str(event.data.get("reason"))
    return None
