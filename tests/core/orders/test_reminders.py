"""A buyer is told once, a day before, that an order ends which still waits."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tenor.base import clock
from tenor.core.mail import store as mail
from tenor.core.mail.model import Kind, Mail
from tenor.core.orders import reminders
from tenor.core.orders.model import Detail, Item, Order, State

if TYPE_CHECKING:
    from tests.core.conftest import MakeTrade, Trade

LINES = (Item(sku="BOLT-8", name="Bolts, box", unit_price=1_000_00, quantity=1),)
DAY = timedelta(days=1)


def _today(trade: Trade, age: timedelta) -> Trade:
    """The trade of some time ago, by the real clock, which the list of what is due goes by."""
    return type(trade)(trade.database, trade.merchant, clock.now() - age)


async def _order(trade: Trade, age: timedelta, *, notify: bool = True) -> Order:
    past = _today(trade, age)
    detail = Detail(items=LINES, customer_email="dana@buyer.example.com", notify_customer=notify)
    return await past.create(past.new(detail=detail))


async def _sweep(trade: Trade) -> int:
    done = 0
    async with trade.database.single_statement() as tx:
        rows = await reminders.due(tx, 100)
    for merchant_id, order_id in rows:
        async with trade.database.transaction() as tx:
            done += await reminders.remind_due(tx, merchant_id, order_id, clock.now())
    return done


async def _told(trade: Trade, order: Order) -> list[Mail]:
    async with trade.database.single_statement() as tx:
        return [one for one in await mail.of_order(tx, order.merchant_id, order.id) if one.kind == Kind.ENDS_SOON]


async def test_a_buyer_is_told_once_a_day_before_the_order_ends(trade: Trade) -> None:
    early = await _order(trade, 6 * DAY - timedelta(minutes=5))
    due = await _order(trade, 6 * DAY + timedelta(minutes=5))
    over = await _order(trade, 7 * DAY + timedelta(minutes=5))
    assert await _sweep(trade) == 1
    assert await _sweep(trade) == 0
    assert [letter.recipient for letter in await _told(trade, due)] == ["dana@buyer.example.com"]
    assert await _told(trade, early) == await _told(trade, over) == []


async def test_where_there_is_nobody_to_tell_it_is_noted_so_that_others_get_their_turn(trade: Trade) -> None:
    silent = await _order(trade, 6 * DAY + timedelta(hours=1), notify=False)
    assert await _sweep(trade) == 1
    assert await _told(trade, silent) == []
    async with trade.database.single_statement() as tx:
        assert await reminders.due(tx, 100) == []


async def test_whoever_waits_for_us_is_told_at_the_address_and_in_the_language_of_the_request(
    make_trade: MakeTrade,
) -> None:
    trade = await make_trade(policy="nothing of that name")
    past = _today(trade, 6 * DAY + timedelta(hours=1))
    order = await past.choose(await past.create(), email="ana@builder.example.com")
    assert order.state == State.UNDER_REVIEW
    assert await _sweep(trade) == 1
    [letter] = await _told(trade, order)
    assert (letter.recipient, letter.language) == ("ana@builder.example.com", "en")


async def test_an_approved_order_is_the_shops_to_go_on_with(make_trade: MakeTrade) -> None:
    trade = await make_trade(approval_valid=timedelta(days=7))
    past = _today(trade, 6 * DAY + timedelta(hours=1))
    await past.choose(await past.create())
    assert await _sweep(trade) == 0


@pytest.mark.parametrize("valid", [timedelta(hours=2), DAY])
async def test_an_order_that_never_lives_longer_than_a_day_ends_untold(make_trade: MakeTrade, valid: timedelta) -> None:
    trade = await make_trade(order_valid=valid)
    await _order(trade, timedelta(hours=1))
    assert await _sweep(trade) == 0
