"""Refund requests: one active, replaced or taken back until it locks, never more than what is left."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import asyncpg
import msgspec
import pytest

from tenor.base.errors import Invalid, WrongState
from tenor.base.ids import new_id
from tenor.core.events.model import EventType
from tenor.core.orders.model import Order, State
from tenor.core.refunds import service as refunds
from tenor.core.refunds import store
from tenor.core.refunds.model import Refund, RefundState
from tenor.core.refunds.rules import locks_at

if TYPE_CHECKING:
    from tests.core.conftest import Trade


async def _requests(trade: Trade, order: Order) -> list[Refund]:
    async with trade.database.single_statement() as tx:
        return await store.of_order(tx, order.merchant_id, order.id)


async def _decline(trade: Trade, order: Order, after: timedelta = timedelta(0)) -> list[Refund]:
    now = trade.now + after
    _, requests = await trade.do(order, lambda tx, locked: refunds.decline(tx, locked, now))
    return requests


async def test_a_request_is_approved_locks_by_the_calendar_and_moves_no_money(trade: Trade) -> None:
    order = await trade.sold()
    books = await trade.books()
    refund = await trade.refund(order, 250_00)
    assert (refund.state, refund.amount, refund.created_at) == (RefundState.APPROVED, 250_00, trade.now)
    assert refund.locked_at == locks_at(trade.now) == trade.now + timedelta(hours=5)
    assert refund.ended_at is None
    assert await _requests(trade, order) == [refund]
    assert await trade.books() == books
    event = (await trade.events(order))[-1]
    assert (event.type, event.data["refund"]["amount"]) == (EventType.REFUND_REQUESTED, 250_00)


@pytest.mark.parametrize("state", sorted(set(State) - {State.ORDER_CONFIRMED}))
async def test_only_a_confirmed_order_is_refunded(trade: Trade, state: State) -> None:
    order = await trade.order_in(state)
    before = await _requests(trade, order)
    for command in (trade.refund(order, 1_00), _decline(trade, order)):
        with pytest.raises(WrongState, match=f"The order is {state}; this needs an order that is order_confirmed"):
            await command
    assert await _requests(trade, order) == before
    assert await trade.fresh(order) == order


async def test_another_request_declines_and_replaces_the_one_that_stands(trade: Trade) -> None:
    order = await trade.sold()
    first = await trade.refund(order, 900_00)
    later = trade.now + timedelta(hours=1)
    second = await trade.refund(order, 1_000_00, later)
    assert await _requests(trade, order) == [
        msgspec.structs.replace(first, state=RefundState.DECLINED, ended_at=later), second,
    ]  # fmt: skip
    told = await trade.events(order)
    assert [event.type for event in told[-2:]] == [EventType.REFUND_REPLACED, EventType.REFUND_REQUESTED]
    assert told[-2].data["refund"]["id"] == str(first.id)


async def test_a_locked_request_can_be_neither_replaced_nor_taken_back(trade: Trade) -> None:
    order = await trade.sold()
    refund = await trade.refund(order, 100_00)
    just_before = refund.locked_at - timedelta(microseconds=1)
    with pytest.raises(WrongState, match="has been locked since 2026-04-15 22:00:00 UTC"):
        await trade.refund(order, 200_00, refund.locked_at)
    with pytest.raises(WrongState, match="can be neither replaced nor deleted"):
        await _decline(trade, order, refund.locked_at - trade.now)
    assert await _requests(trade, order) == [refund]
    await _decline(trade, order, just_before - trade.now)
    assert (await _requests(trade, order))[0].state == RefundState.DECLINED


async def test_taking_a_request_back_twice_is_taking_it_back_once(trade: Trade) -> None:
    order = await trade.sold()
    await trade.refund(order, 100_00)
    once = await _decline(trade, order)
    version = (await trade.fresh(order)).version
    assert await _decline(trade, order) == once
    assert (await trade.fresh(order)).version == version
    assert (await trade.events(order))[-1].type == EventType.REFUND_DECLINED
    await trade.assert_clean()


async def test_what_never_was_or_was_executed_can_not_be_taken_back(trade: Trade) -> None:
    order = await trade.sold()
    with pytest.raises(WrongState, match="no active refund request"):
        await _decline(trade, order)
    await trade.refund_at_once(order, 100_00)
    with pytest.raises(WrongState, match="no active refund request"):
        await _decline(trade, order)


@pytest.mark.parametrize(("amount", "message"), [(0, "must be above zero"), (-1, "must be above zero")])
async def test_a_refund_of_nothing_is_refused(trade: Trade, amount: int, message: str) -> None:
    order = await trade.sold()
    with pytest.raises(Invalid, match=f"amount: {message}"):
        await trade.refund(order, amount)


async def test_no_request_passes_what_is_left_after_what_was_executed(trade: Trade) -> None:
    order = await trade.sold(code="net60")
    with pytest.raises(Invalid, match=r"amount: must be at most 1000\.00 USD"):
        await trade.refund(order, 1_000_01)
    await trade.refund_at_once(order, 600_00)
    with pytest.raises(Invalid, match=r"amount: must be at most 400\.00 USD, which is what is left"):
        await trade.refund(order, 400_01)
    await trade.refund(order, 400_00)


async def test_a_refused_replacement_leaves_the_standing_request_alone(trade: Trade) -> None:
    order = await trade.sold()
    standing = await trade.refund(order, 100_00)
    with pytest.raises(Invalid):
        await trade.refund(order, 1_000_01)
    assert await _requests(trade, order) == [standing]


async def test_the_schema_itself_refuses_a_second_active_request(trade: Trade) -> None:
    order = await trade.sold()
    refund = await trade.refund(order, 100_00)
    for state in (RefundState.DRAFT, RefundState.APPROVED):
        second = msgspec.structs.replace(refund, id=new_id(), state=state)
        with pytest.raises(asyncpg.UniqueViolationError, match="refunds_one_active"):
            await trade.do(order, lambda tx, _, second=second: store.insert(tx, second))  # type: ignore[misc]
