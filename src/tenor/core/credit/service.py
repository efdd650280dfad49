"""Deciding and reserving in one step, so that no race can pass a limit."""

from __future__ import annotations

from uuid import UUID

from tenor.base.database import Tx
from tenor.core.credit import rules, store
from tenor.core.credit.model import Decision
from tenor.core.merchants.model import Programme
from tenor.core.terms.model import Offer


async def decide_and_reserve(
    tx: Tx, buyer_id: UUID, currency: str, offer: Offer, programme: Programme, reserved: int = 0
) -> Decision:
    """Decide on an offer under the buyer's row lock and, when approved, reserve what it would have to pay.

    `reserved` is what the same order holds already; it is replaced. Take this lock before any of the ledger's.
    """
    exposure = await store.lock_exposure(tx, buyer_id, currency) - reserved
    decision = rules.decide(
        total=offer.total,
        to_pay=offer.to_pay,
        exposure=exposure,
        order_limit=programme.order_limit,
        exposure_limit=programme.exposure_limit,
    )
    if decision.outcome == "approve":
        await store.change_exposure(tx, buyer_id, currency, offer.to_pay - reserved)
    return decision


async def release(tx: Tx, buyer_id: UUID | None, currency: str, amount: int) -> None:
    """Give back what an order had reserved. Take this lock before any of the ledger's."""
    if buyer_id is not None and amount:
        await store.change_exposure(tx, buyer_id, currency, -amount)
