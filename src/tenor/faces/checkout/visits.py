"""A buyer's visit by an order's link: whose order it is, whether it is still open, and the acceptance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tenor.base.database import Tx
from tenor.base.errors import NotFound, TenorError
from tenor.base.seal import Seal
from tenor.core.merchants import service as merchants
from tenor.core.merchants import store as merchant_store
from tenor.core.merchants.model import Merchant
from tenor.core.orders import links
from tenor.core.orders import service as orders
from tenor.core.orders.model import Order, State
from tenor.core.terms.model import Offer
from tenor.faces.checkout import forms

_ACCEPTED = frozenset({State.TERMS_SELECTED, State.ORDER_PLACED, State.ORDER_CONFIRMED, State.REFUNDED})


class Closed(TenorError):
    """The link is right, but there is nothing left to choose: its time is over, or it was used."""

    code = "closed"

    def __init__(self, why: Literal["expired", "used"]) -> None:
        super().__init__(f"The link is {why}.")
        self.why = why


@dataclass(frozen=True)
class Visit:
    """An order that a link opened, its merchant as it stands now, and the time on that merchant's clock."""

    merchant: Merchant
    order: Order
    now: datetime

    @property
    def offers(self) -> list[Offer]:
        """What the buyer may choose from today."""
        return orders.offers(self.merchant, self.order, self.now)

    @property
    def accepted(self) -> bool:
        """Whether the buyer has chosen terms and they still hold, or led to a sale."""
        return self.order.state in _ACCEPTED

    def check_open(self) -> None:
        """Raises `Closed` unless the buyer may still choose."""
        if self.order.state == State.EXPIRED or (self.order.state == State.NEW and self.now >= self.order.expires_at):
            raise Closed("expired")
        if self.order.state != State.NEW:
            raise Closed("used")


async def arrive(tx: Tx, seal: Seal, number: str, token: str, *, lock: bool = False) -> Visit:
    """The visit that a link's two parts open; with `lock` under the order's row lock.

    Raises `NotFound` for a link that was tampered with, the same as for an order that is not there.
    """
    merchant_id = links.merchant_of(seal, number, token)
    merchant = await merchant_store.find(tx, merchant_id) if merchant_id is not None else None
    if merchant is None:
        raise NotFound("There is no such link.")
    order = await orders.by_number(tx, merchant.id, number, lock=lock)
    return Visit(merchant, order, await merchants.now(tx, merchant.id))


async def accept(tx: Tx, visit: Visit, answers: forms.Answers) -> Order | forms.Problems:
    """The order after the buyer's acceptance, or what is wrong with the form. The order is locked.

    The same acceptance again, as a double click sends it, finds what the first one did. Raises `Closed`.
    """
    if _is_repeated(visit.order, answers):
        return visit.order
    visit.check_open()
    if problems := forms.problems_of(answers, visit.offers):
        return problems
    return await orders.select_terms(
        tx,
        visit.merchant,
        visit.order.id,
        code=answers.offer,
        company_name=answers.company_name,
        email=answers.address,
        now=visit.now,
    )


def _is_repeated(order: Order, answers: forms.Answers) -> bool:
    """Whether the same offer was taken, or asked for and declined, by the same e-mail address before."""
    if order.terms is None or order.state not in _ACCEPTED | {State.DECLINED}:
        return False
    return answers.agreed and (order.terms.offer.rule.code, order.terms.email) == (answers.offer, answers.address)
