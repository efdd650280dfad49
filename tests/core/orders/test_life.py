"""An order's way: terms, placed, confirmed, and the ways out; each step once and told once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
import pytest

from tenor.base.errors import Invalid, NotFound, WrongState
from tenor.base.ids import new_id
from tenor.core.events.model import EventType
from tenor.core.ledger.model import Account
from tenor.core.orders import service as orders
from tenor.core.orders import store
from tenor.core.orders.model import UNFINISHED, State

if TYPE_CHECKING:
    from tests.core.conftest import MakeTrade, Trade


async def test_the_offers_are_priced_for_today_in_the_programmes_time_zone(trade: Trade) -> None:
    order = await trade.create()
    late_evening = datetime(2026, 4, 16, 4, 59, tzinfo=UTC)
    for now in (trade.now, late_evening):
        assert [offer.starts_on for offer in orders.offers(trade.merchant, order, now)] == [date(2026, 4, 15)] * 3
    [net30, net60, months3] = orders.offers(trade.merchant, order, trade.now)
    assert [(one.due_on, one.amount) for one in net30.schedule] == [(date(2026, 5, 15), 1_000_00)]
    assert [(one.due_on, one.amount) for one in net60.schedule] == [(date(2026, 6, 14), 1_015_00)]
    assert [(one.due_on, one.amount) for one in months3.schedule] == [
        (date(2026, 5, 15), 341_67), (date(2026, 6, 15), 341_67), (date(2026, 7, 15), 341_66),
    ]  # fmt: skip


async def test_choosing_terms_reserves_what_the_buyer_would_pay(trade: Trade) -> None:
    order = await trade.choose(await trade.create(), "net60", email="ana@northwind.example.com")
    assert order.state == State.TERMS_SELECTED
    assert order.terms is not None
    assert (order.terms.offer.rule.code, order.terms.email) == ("net60", "ana@northwind.example.com")
    assert order.terms.accepted_at == trade.now
    assert order.exposure == await trade.exposure("ana@northwind.example.com") == 1_015_00
    assert order.expires_at == trade.now + trade.merchant.programme.approval_valid
    assert await trade.fresh(order) == order


async def test_an_order_walks_its_way_and_tells_every_step_once(trade: Trade) -> None:
    order = await trade.sold(code="months3")
    assert [(event.number, event.type) for event in await trade.events(order)] == [
        (1, EventType.ORDER_CREATED),
        (2, EventType.ORDER_TERMS_SELECTED),
        (3, EventType.ORDER_PLACED),
        (4, EventType.ORDER_CONFIRMED),
    ]
    assert (await trade.events(order))[1].data["offer"] == "months3"
    assert (await trade.fresh(order)).version == 4
    await trade.assert_clean()


async def test_a_confirmed_order_is_owed_by_its_schedule_and_stands_in_the_books(trade: Trade) -> None:
    order = await trade.sold(code="months3")
    assert [(one.number, one.amount, one.open) for one in await trade.schedule(order)] == [
        (1, 341_67, 341_67), (2, 341_67, 341_67), (3, 341_66, 341_66),
    ]  # fmt: skip
    assert await trade.books() == {
        Account.BUYER_RECEIVABLE: 1_025_00,
        Account.MERCHANT_PAYABLE: -971_00,
        Account.MERCHANT_FEE_INCOME: -29_00,
        Account.BUYER_FEE_INCOME: -25_00,
    }
    assert await trade.exposure() == 1_025_00


@pytest.mark.parametrize("step", ["place", "confirm", "cancel"])
async def test_an_approval_ends_at_its_time_also_before_a_sweep_has_come_by(trade: Trade, step: str) -> None:
    order = await trade.choose(await trade.create()) if step == "place" else await trade.placed()
    with pytest.raises(WrongState, match="The order is expired"):
        await trade.do(order, lambda tx, locked: getattr(orders, step)(tx, locked, order.expires_at))
    last_moment = order.expires_at - timedelta(microseconds=1)
    assert await trade.do(order, lambda tx, locked: getattr(orders, step)(tx, locked, last_moment)) != order


@pytest.mark.parametrize("step", ["place", "confirm", "cancel"])
async def test_a_step_that_was_done_before_changes_nothing(trade: Trade, step: str) -> None:
    order = await trade.placed() if step != "place" else await trade.choose(await trade.create())
    once = await getattr(trade, step)(order)
    assert await getattr(trade, step)(order) == once
    assert len(await trade.events(order)) == once.version
    await trade.assert_clean()


async def test_a_programme_that_confirms_itself_goes_all_the_way_in_one_transaction(make_trade: MakeTrade) -> None:
    trade = await make_trade(confirms_itself=True)
    order = await trade.choose(await trade.create())
    assert order.state == State.ORDER_CONFIRMED
    assert [event.number for event in await trade.events(order)] == [1, 2, 3, 4]
    assert [event.data["state"] for event in await trade.events(order)] == [
        "new", "terms_selected", "order_placed", "order_confirmed",
    ]  # fmt: skip
    await trade.assert_clean()
    declined = await trade.choose(await trade.create(total=trade.merchant.programme.order_limit + 1))
    assert declined.state == State.DECLINED


@pytest.mark.parametrize(
    ("over", "reason"), [({"order_limit": 999_99}, "order_limit"), ({"exposure_limit": 1_014_99}, "exposure_limit")]
)
async def test_credit_declines_above_a_limit_and_reserves_nothing(
    make_trade: MakeTrade, over: dict[str, int], reason: str
) -> None:
    trade = await make_trade(**over)
    order = await trade.choose(await trade.create(), "net60")
    assert (order.state, order.exposure, await trade.exposure()) == (State.DECLINED, 0, 0)
    assert [event.type for event in await trade.events(order)] == [EventType.ORDER_CREATED, EventType.ORDER_DECLINED]
    assert (await trade.events(order))[-1].data["reason"] == reason
    await trade.assert_clean()


async def test_credit_approves_up_to_the_limits_to_the_cent(make_trade: MakeTrade) -> None:
    trade = await make_trade(order_limit=1_000_00, exposure_limit=1_015_00)
    assert (await trade.choose(await trade.create(), "net60")).state == State.TERMS_SELECTED
    assert (await trade.choose(await trade.create(total=1), "net30")).state == State.DECLINED


async def test_what_is_not_on_offer_can_not_be_chosen(trade: Trade) -> None:
    order = await trade.create()
    with pytest.raises(Invalid, match="offer: must be one of the offers shown"):
        await trade.choose(order, "net90")
    with pytest.raises(NotFound):
        await trade.choose(msgspec.structs.replace(order, id=new_id()))
    assert await trade.fresh(order) == order


@pytest.mark.parametrize("state", sorted(set(State) - {State.NEW}))
async def test_terms_are_chosen_once(trade: Trade, state: State) -> None:
    order = await trade.order_in(state)
    with pytest.raises(WrongState, match=f"The order is {state}; this needs an order that is new"):
        await trade.choose(order, "net60")
    assert await trade.fresh(order) == order
    await trade.assert_clean()


_STEPS = {
    "place": (State.TERMS_SELECTED, State.ORDER_PLACED),
    "confirm": (State.ORDER_PLACED, State.ORDER_CONFIRMED),
    "cancel": (State.ORDER_PLACED, State.CANCELED),
}


@pytest.mark.parametrize("step", _STEPS)
@pytest.mark.parametrize("state", State)
async def test_every_step_from_every_wrong_state_is_refused_and_changes_nothing(
    trade: Trade, state: State, step: str
) -> None:
    order = await trade.order_in(state)
    begin, end = _STEPS[step]
    if state in (begin, end):
        assert (await getattr(trade, step)(order)).state == end
    else:
        with pytest.raises(WrongState, match=f"The order is {state}; this needs an order that is {begin}"):
            await getattr(trade, step)(order)
        assert await trade.fresh(order) == order
    await trade.assert_clean()


async def test_a_canceled_order_gives_back_what_it_had_reserved_and_no_more(trade: Trade) -> None:
    kept, canceled = await trade.placed(total=300_00), await trade.placed(total=700_00, code="net60")
    assert await trade.exposure() == 300_00 + 710_50
    assert (await trade.cancel(canceled)).exposure == 0
    assert await trade.exposure() == kept.exposure == 300_00
    await trade.assert_clean()


@pytest.mark.parametrize("state", sorted(UNFINISHED))
async def test_an_unfinished_order_expires_when_its_time_is_over_and_not_before(trade: Trade, state: State) -> None:
    order = await trade.order_in(state)
    assert not await _expire_due(trade, order.id, order.expires_at - timedelta(microseconds=1))
    assert await _expire_due(trade, order.id, order.expires_at)
    expired = await trade.fresh(order)
    assert (expired.state, expired.exposure, await trade.exposure()) == (State.EXPIRED, 0, 0)
    assert (await trade.events(order))[-1].type == EventType.ORDER_EXPIRED
    assert not await _expire_due(trade, order.id, order.expires_at)
    await trade.assert_clean()


@pytest.mark.parametrize("state", sorted(set(State) - UNFINISHED))
async def test_an_order_that_ended_or_was_sold_never_expires(trade: Trade, state: State) -> None:
    order = await trade.order_in(state)
    assert not await _expire_due(trade, order.id, order.expires_at + timedelta(days=365))
    assert await trade.fresh(order) == order


async def test_an_order_whose_time_is_over_takes_no_terms_even_before_the_sweep(trade: Trade) -> None:
    order = await trade.create()
    with pytest.raises(WrongState, match="The order is expired"):
        await trade.choose(order, now=order.expires_at)
    await trade.choose(order, now=order.expires_at - timedelta(microseconds=1))


async def test_what_is_due_to_expire_is_found_by_the_merchants_own_clock(make_trade: MakeTrade) -> None:
    here, ahead = await make_trade(), await make_trade()
    async with ahead.database.transaction() as tx:
        await tx.execute("UPDATE merchants SET clock_offset = '8 days' WHERE id = $1", ahead.merchant.id)
    for trade in (here, ahead):
        await trade.order_in(State.NEW)
        await trade.order_in(State.ORDER_CONFIRMED)
    async with here.database.transaction() as tx:
        await tx.execute("UPDATE orders SET expires_at = now() + interval '7 days'")
        due = await store.due_to_expire(tx, 10)
    [(merchant_id, _)] = due
    assert merchant_id == ahead.merchant.id


async def test_the_oldest_due_orders_come_first_and_no_more_than_asked_for(trade: Trade) -> None:
    made = [await trade.create() for _ in range(4)]
    async with trade.database.transaction() as tx:
        for days, order in enumerate(made):
            await tx.execute(
                "UPDATE orders SET expires_at = now() - make_interval(days => $2) WHERE id = $1", order.id, days + 1
            )
        due = await store.due_to_expire(tx, 3)
    assert [order_id for _, order_id in due] == [order.id for order in reversed(made)][:3]


async def _expire_due(trade: Trade, order_id: UUID, now: datetime) -> bool:
    async with trade.database.transaction() as tx:
        return await orders.expire_due(tx, trade.merchant.id, order_id, now)
