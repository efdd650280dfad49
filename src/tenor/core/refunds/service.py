"""The commands on refunds. All of them work under the order's row lock."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from tenor.base.database import Tx
from tenor.base.errors import WrongState
from tenor.base.ids import new_id
from tenor.core.credit import service as credit
from tenor.core.events.model import EventType
from tenor.core.ledger import postings
from tenor.core.ledger import store as ledger
from tenor.core.ledger.model import Cause, Entry
from tenor.core.orders import service as orders
from tenor.core.orders import store as order_store
from tenor.core.orders.model import Order, State
from tenor.core.orders.rules import wrong_state
from tenor.core.refunds import rules, store
from tenor.core.refunds.model import Refund, RefundState
from tenor.core.repayments import rules as repayment_rules
from tenor.core.repayments import store as repayments


async def request(tx: Tx, order: Order, amount: int, now: datetime) -> tuple[Order, list[Refund]]:
    """Ask for a refund of a locked, confirmed order; an unlocked request that stands is declined and replaced.

    A merchant's request needs nobody's consent, so it is approved as it is made. Raises `WrongState`, or `Invalid`
    (path `amount`).
    """
    _check_confirmed(order)
    refunds = await store.of_order(tx, order.merchant_id, order.id)
    standing = rules.active(refunds)
    if standing is not None:
        rules.check_unlocked(standing, now)
    rules.check_amount(amount, order.amounts.total, refunds, order.currency)
    if standing is not None:
        await store.end(tx, standing, RefundState.DECLINED, now)
        order = await orders.tell(tx, order, EventType.REFUND_REPLACED, now, **_facts(standing))
    refund = Refund(
        merchant_id=order.merchant_id,
        order_id=order.id,
        id=new_id(),
        amount=amount,
        state=RefundState.APPROVED,
        locked_at=rules.locks_at(now),
        created_at=now,
    )
    await store.insert(tx, refund)
    order = await orders.tell(tx, order, EventType.REFUND_REQUESTED, now, **_facts(refund))
    return order, await store.of_order(tx, order.merchant_id, order.id)


async def decline(tx: Tx, order: Order, now: datetime) -> tuple[Order, list[Refund]]:
    """Take back the active, unlocked request of a locked order.

    Once it has been taken back, doing so again changes nothing. Raises `WrongState` when it has locked, or when
    there never was one.
    """
    _check_confirmed(order)
    refunds = await store.of_order(tx, order.merchant_id, order.id)
    standing = rules.active(refunds)
    if standing is None:
        if refunds and refunds[-1].state == RefundState.DECLINED:
            return order, refunds
        raise WrongState("The order has no active refund request.")
    rules.check_unlocked(standing, now)
    await store.end(tx, standing, RefundState.DECLINED, now)
    order = await orders.tell(tx, order, EventType.REFUND_DECLINED, now, **_facts(standing))
    return order, await store.of_order(tx, order.merchant_id, order.id)


async def execute_due(tx: Tx, merchant_id: UUID, order_id: UUID, now: datetime) -> bool:
    """Execute an order's request if it has locked and nobody holds the order. False when there was nothing to do."""
    order = await order_store.lock(tx, merchant_id, order_id, skip_locked=True)
    if order is None:
        return False
    refunds = await store.of_order(tx, merchant_id, order_id)
    refund = rules.active(refunds)
    if refund is None or refund.state != RefundState.APPROVED or now < refund.locked_at:
        return False
    await _execute(tx, order, refund, rules.executed(refunds), now)
    return True


async def _execute(tx: Tx, order: Order, refund: Refund, refunded_before: int, now: datetime) -> None:
    assert order.terms is not None, "the schema refuses a confirmed order without terms"
    total, refunded_after = order.amounts.total, refunded_before + refund.amount
    fee = postings.fee_share(order.terms.offer.buyer_fee, total, refunded_before, refunded_after)
    schedule = await repayments.of_order(tx, order.merchant_id, order.id)
    taken = repayment_rules.credit_latest_first(schedule, refund.amount + fee)
    owed = sum(taken.values())
    await store.end(tx, refund, RefundState.EXECUTED, now)
    await repayments.credit(tx, order.merchant_id, order.id, taken)
    await credit.release(tx, order.buyer_id, order.currency, owed)
    await ledger.post(
        tx,
        Entry(
            merchant_id=order.merchant_id,
            kind="refund_executed",
            cause=Cause("refund", refund.id),
            order_id=order.id,
            currency=order.currency,
            occurred_at=now,
            legs=postings.refund_executed(amount=refund.amount, buyer_fee=fee, owed=owed),
        ),
    )
    order = await orders.tell(tx, order, EventType.REFUND_LOCKED, now, **_facts(refund))
    order = msgspec.structs.replace(order, exposure=order.exposure - owed)
    order = await orders.tell(tx, order, EventType.REFUND_EXECUTED, now, **_facts(refund))
    if refunded_after == total:
        await orders.refunded(tx, order, now)


def _check_confirmed(order: Order) -> None:
    if order.state != State.ORDER_CONFIRMED:
        raise WrongState(wrong_state(order.state, [State.ORDER_CONFIRMED]))


def _facts(refund: Refund) -> dict[str, object]:
    return {"refund": {"id": refund.id, "amount": refund.amount, "locked_at": refund.locked_at}}
