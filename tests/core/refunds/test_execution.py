"""Executing: once, in the books, off the latest instalments, until nothing is owed."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenor.base.errors import TenorError
from tenor.core.events.model import EventType
from tenor.core.ledger.model import Account
from tenor.core.merchants import service as merchants
from tenor.core.orders import service as orders
from tenor.core.orders.model import State
from tenor.core.refunds import store
from tenor.core.refunds.model import RefundState

if TYPE_CHECKING:
    from tests.core.conftest import MakeTrade, Trade


async def test_a_request_is_executed_when_it_has_locked_and_not_before(trade: Trade) -> None:
    order = await trade.sold()
    refund = await trade.refund(order, 250_00)
    assert not await trade.execute(order, refund.locked_at - timedelta(microseconds=1))
    assert await trade.execute(order, refund.locked_at)
    assert not await trade.execute(order, refund.locked_at + timedelta(days=1)), "twice is once"
    after = await trade.fresh(order)
    assert (after.state, after.exposure, await trade.exposure()) == (State.ORDER_CONFIRMED, 750_00, 750_00)
    assert (await trade.events(order))[-1].type == EventType.REFUND_EXECUTED
    await trade.assert_clean()


async def test_a_partial_refund_comes_off_the_latest_instalments_with_its_share_of_the_fee(trade: Trade) -> None:
    order = await trade.sold(code="months3")
    await trade.refund_at_once(order, 500_00)
    assert [(one.number, one.credited, one.open) for one in await trade.schedule(order)] == [
        (1, 0, 341_67), (2, 170_84, 170_83), (3, 341_66, 0),
    ]  # fmt: skip
    assert await trade.books() == {
        Account.BUYER_RECEIVABLE: 512_50,
        Account.MERCHANT_PAYABLE: -471_00,
        Account.MERCHANT_FEE_INCOME: -29_00,
        Account.BUYER_FEE_INCOME: -12_50,
    }
    await trade.assert_clean()


async def test_a_full_refund_ends_the_order_and_the_buyer_owes_nothing(trade: Trade) -> None:
    order = await trade.refund_at_once(await trade.sold(code="months3"), 1_000_00)
    assert (order.state, order.exposure, await trade.exposure()) == (State.REFUNDED, 0, 0)
    assert [one.open for one in await trade.schedule(order)] == [0, 0, 0]
    books = await trade.books()
    assert (books[Account.BUYER_RECEIVABLE], books[Account.BUYER_FEE_INCOME]) == (0, 0)
    assert books[Account.MERCHANT_PAYABLE] == 29_00, "the merchant owes the fee, to be netted from its next payout"
    assert [event.type for event in (await trade.events(order))[-2:]] == [
        EventType.REFUND_EXECUTED, EventType.ORDER_REFUNDED,
    ]  # fmt: skip
    await trade.assert_clean()


async def test_what_the_buyer_had_paid_already_becomes_the_buyers_credit(trade: Trade) -> None:
    order = await trade.sold(code="months3")
    async with trade.database.transaction() as tx:
        await tx.execute("UPDATE instalments SET paid = amount WHERE number = 1")
    order = await trade.refund_at_once(order, 1_000_00)
    assert order.state == State.REFUNDED
    books = await trade.books()
    assert (books[Account.BUYER_CREDIT], books[Account.BUYER_RECEIVABLE]) == (-341_67, 341_67)
    assert [one.open for one in await trade.schedule(order)] == [0, 0, 0]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    total=st.integers(1, 2_000_00),
    cuts=st.lists(st.floats(0.01, 1), max_size=5),
    code=st.sampled_from(["net30", "net60", "months3"]),
)
async def test_however_a_total_is_refunded_in_parts_all_is_given_back_exactly(
    trade: Trade, total: int, cuts: list[float], code: str
) -> None:
    order = await trade.sold(total=total, code=code, email="parts@northwind.example.com")
    left, owed = total, order.exposure
    for cut in [*cuts, 1]:
        if not left:
            break
        part = max(1, int(left * cut))
        left -= part
        order = await trade.refund_at_once(order, part)
        assert order.exposure == sum(one.open for one in await trade.schedule(order)) < owed
        owed = order.exposure
        assert (order.state == State.REFUNDED) == (left == 0)
        await trade.assert_clean()
    assert (order.exposure, await trade.exposure("parts@northwind.example.com")) == (0, 0)


async def test_of_fifty_refunds_of_sixty_percent_at_once_one_is_executed(trade: Trade) -> None:
    order = await trade.sold()
    ends = await asyncio.gather(*(trade.refund(order, 600_00) for _ in range(50)), return_exceptions=True)
    assert not [end for end in ends if isinstance(end, BaseException)]
    async with trade.database.single_statement() as tx:
        requests = await store.of_order(tx, order.merchant_id, order.id)
    assert [one.state for one in requests].count(RefundState.APPROVED) == 1
    locked = requests[-1].locked_at
    assert sorted(await asyncio.gather(*(trade.execute(order, locked) for _ in range(10)))).count(True) == 1
    again = await asyncio.gather(*(trade.refund(order, 600_00) for _ in range(50)), return_exceptions=True)
    assert all(isinstance(end, TenorError) for end in again)
    async with trade.database.single_statement() as tx:
        ended = await store.of_order(tx, order.merchant_id, order.id)
    assert [one.state for one in ended].count(RefundState.EXECUTED) == 1
    assert (await trade.fresh(order)).exposure == 400_00
    await trade.assert_clean()


async def test_requests_and_executions_at_once_never_refund_more_than_the_total(trade: Trade) -> None:
    order = await trade.sold(code="net60")
    lock = (await trade.refund(order, 600_00)).locked_at
    commands = [command for _ in range(10) for command in (trade.execute(order, lock), trade.refund(order, 600_00))]
    ends = await asyncio.gather(*commands, return_exceptions=True)
    assert not [end for end in ends if isinstance(end, BaseException) and not isinstance(end, TenorError)]
    executed = [end for end in ends if isinstance(end, bool)]
    # A sweep passes over an order that a request holds; the next one finds what is left to do.
    executed.append(await trade.execute(order, lock))
    assert executed.count(True) == 1
    await trade.assert_clean()


async def test_a_sweep_skips_an_order_that_somebody_holds(trade: Trade) -> None:
    order = await trade.sold()
    refund = await trade.refund(order, 100_00)
    async with trade.database.transaction() as holder:
        await orders.locked(holder, order.merchant_id, order.id)
        assert not await trade.execute(order, refund.locked_at)
    assert await trade.execute(order, refund.locked_at)


async def test_what_has_locked_is_found_by_the_merchants_own_clock_oldest_first(make_trade: MakeTrade) -> None:
    here, ahead = await make_trade(), await make_trade()
    async with here.database.transaction() as tx:
        await merchants.advance_clock(tx, ahead.merchant.id, timedelta(days=2), "sandbox")
    sold = [(trade, await trade.sold()) for trade in (here, ahead, ahead, ahead)]
    for hours, (trade, order) in enumerate(sold):
        await trade.refund(order, 100_00)
        async with trade.database.transaction() as tx:
            lock = "UPDATE refunds SET locked_at = now() + make_interval(hours => $2) WHERE order_id = $1"
            await tx.execute(lock, order.id, 24 - hours)
    async with here.database.single_statement() as tx:
        due = await store.due_to_execute(tx, 2)
    assert due == [(ahead.merchant.id, order.id) for _, order in (sold[3], sold[2])]


@pytest.mark.parametrize("state", [RefundState.DECLINED, RefundState.EXECUTED])
async def test_what_has_ended_is_never_due(trade: Trade, state: RefundState) -> None:
    order = await trade.sold()
    refund = await trade.refund(order, 100_00)
    async with trade.database.transaction() as tx:
        await tx.execute("UPDATE refunds SET locked_at = now() - interval '1 day'")
        assert await store.due_to_execute(tx, 10) == [(order.merchant_id, order.id)]
        assert await store.end(tx, refund, state, trade.now)
        assert not await store.end(tx, refund, state, trade.now)
        assert await store.due_to_execute(tx, 10) == []
