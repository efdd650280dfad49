"""Many at once: a race has one winner, and no limit is passed by a crowd."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING

import pytest

from tenor.base.errors import LimitExceeded, TenorError
from tenor.core.orders import service as orders
from tenor.core.orders.model import Item, Order, OrderChange, State

if TYPE_CHECKING:
    from tests.core.conftest import MakeTrade, Trade


async def _ends(*commands: Awaitable[Order]) -> list[str]:
    """How each of many commands at once ended: the state it led to, or the refusal."""
    ends = await asyncio.gather(*commands, return_exceptions=True)
    unexpected = [end for end in ends if isinstance(end, BaseException) and not isinstance(end, TenorError)]
    assert unexpected == []
    return [type(end).__name__ if isinstance(end, BaseException) else str(end.state) for end in ends]


@pytest.mark.parametrize("cancels_first", [True, False])
async def test_of_confirm_and_cancel_at_once_exactly_one_wins(trade: Trade, cancels_first: bool) -> None:
    for _ in range(5):
        order = await trade.placed()
        commands = [trade.confirm(order), trade.cancel(order)]
        ends = await _ends(*(reversed(commands) if cancels_first else commands))
        winner = (await trade.fresh(order)).state
        assert sorted(ends) == sorted(["WrongState", winner])
        assert winner in (State.ORDER_CONFIRMED, State.CANCELED)
        assert len(await trade.events(order)) == 4
        assert len(await trade.schedule(order)) == (winner == State.ORDER_CONFIRMED)
    await trade.assert_clean()


async def test_of_many_confirms_and_cancels_at_once_one_kind_wins_and_is_told_once(trade: Trade) -> None:
    order = await trade.placed()
    ends = await _ends(*(command for _ in range(10) for command in (trade.cancel(order), trade.confirm(order))))
    winner = (await trade.fresh(order)).state
    assert sorted(ends) == sorted(["WrongState"] * 10 + [str(winner)] * 10)
    assert len(await trade.events(order)) == 4
    await trade.assert_clean()


async def test_of_many_choices_at_once_on_one_order_one_wins(trade: Trade) -> None:
    order = await trade.create()
    emails = [f"buyer{number}@northwind.example.com" for number in range(10)]
    ends = await _ends(*(trade.choose(order, email=email) for email in emails))
    assert sorted(ends) == ["WrongState"] * 9 + ["terms_selected"]
    assert sum([await trade.exposure(email) for email in emails]) == 1_000_00
    await trade.assert_clean()


async def test_forty_orders_of_a_tenth_of_the_limit_at_once_are_ten_approvals(make_trade: MakeTrade) -> None:
    trade = await make_trade(exposure_limit=10_000_00)
    made = [await trade.create(total=1_000_00) for _ in range(40)]
    ends = await _ends(*(trade.choose(order) for order in made))
    assert sorted(ends) == ["declined"] * 30 + ["terms_selected"] * 10
    assert await trade.exposure() == 10_000_00
    await trade.assert_clean()


async def test_a_buyer_of_two_merchants_is_held_to_one_sum(make_trade: MakeTrade) -> None:
    one, other = await make_trade(exposure_limit=10_000_00), await make_trade(exposure_limit=10_000_00)
    made = [(trade, await trade.create(total=1_000_00)) for trade in (one, other) for _ in range(12)]
    ends = await _ends(*(trade.choose(order) for trade, order in made))
    assert ends.count("terms_selected") == 10
    assert await one.exposure() == 10_000_00
    await one.assert_clean()


async def test_updates_at_once_pass_no_limit(make_trade: MakeTrade) -> None:
    trade = await make_trade(exposure_limit=10_000_00)
    placed = [await trade.placed(total=500_00) for _ in range(10)]
    lines = (Item(sku="BOLT-8", name="Bolts, box", unit_price=2_000_00, quantity=1),)
    change = OrderChange(total=2_000_00, subtotal=2_000_00, items=lines)
    ends = await _ends(
        *(
            trade.do(order, lambda tx, locked: orders.update(tx, trade.merchant, locked, change, trade.now))
            for order in placed
        )
    )
    # Each raise adds 1,500.00 to the 5,000.00 that are reserved, so three of them fit.
    assert (ends.count("order_placed"), ends.count(LimitExceeded.__name__)) == (3, 7)
    assert await trade.exposure() == 9_500_00
    await trade.assert_clean()


async def test_a_sweep_skips_an_order_that_somebody_holds(trade: Trade) -> None:
    order = await trade.placed()
    async with trade.database.transaction() as holder:
        await orders.locked(holder, order.merchant_id, order.id)
        async with trade.database.transaction() as sweep:
            assert not await orders.expire_due(sweep, order.merchant_id, order.id, order.expires_at)
    async with trade.database.transaction() as sweep:
        assert await orders.expire_due(sweep, order.merchant_id, order.id, order.expires_at)
