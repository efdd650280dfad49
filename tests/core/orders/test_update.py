"""Changing a placed order: the same offer is priced again, and no limit is passed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from tenor.base.errors import Invalid, LimitExceeded, WrongState
from tenor.core.events.model import EventType
from tenor.core.orders import service as orders
from tenor.core.orders.model import Address, Contact, Item, Order, OrderChange, State

if TYPE_CHECKING:
    from tests.core.conftest import MakeTrade, Trade

_BILLING = Contact(address=Address(line1="2 Side St", city="Dallas"), company_name="Northwind")


async def _update(trade: Trade, order: Order, change: OrderChange, days: int = 0) -> Order:
    now = trade.now + timedelta(days=days)
    return await trade.do(order, lambda tx, locked: orders.update(tx, trade.merchant, locked, change, now))


def _total(total: int) -> OrderChange:
    lines = (Item(sku="BOLT-8", name="Bolts, box", unit_price=total, quantity=1),)
    return OrderChange(total=total, subtotal=total, items=lines)


@pytest.mark.parametrize("total", [1, 400_00, 999_99, 1_000_01, 2_500_00])
async def test_another_total_prices_the_chosen_offer_again_from_the_day_it_was_chosen(trade: Trade, total: int) -> None:
    order = await trade.placed(code="months3")
    changed = await _update(trade, order, _total(total), days=10)
    assert order.terms is not None
    assert changed.terms is not None
    offer = changed.terms.offer
    assert (offer.total, offer.rule, offer.starts_on) == (total, order.terms.offer.rule, order.terms.offer.starts_on)
    assert [one.due_on for one in offer.schedule] == [one.due_on for one in order.terms.offer.schedule]
    assert sum(one.amount for one in offer.schedule) == offer.to_pay
    assert changed.exposure == await trade.exposure() == offer.to_pay
    assert await trade.fresh(order) == changed
    assert changed.amounts.total == total
    sold = await trade.confirm(changed)
    assert sum(one.amount for one in await trade.schedule(sold)) == offer.to_pay
    await trade.assert_clean()


async def test_an_update_is_told_once_and_one_that_changes_nothing_is_not(trade: Trade) -> None:
    order = await trade.placed()
    status = OrderChange(reference_status="packed", billing=_BILLING)
    changed = await _update(trade, order, status)
    assert (changed.reference_status, changed.detail.billing) == ("packed", _BILLING)
    assert changed == msgspec.structs.replace(
        order, reference_status="packed", detail=msgspec.structs.replace(order.detail, billing=_BILLING),
        version=4, updated_at=trade.now,
    )  # fmt: skip
    assert await _update(trade, order, status) == changed
    assert await _update(trade, order, OrderChange()) == changed
    assert [event.type for event in await trade.events(order)][3:] == [EventType.ORDER_UPDATED]


async def test_amounts_may_be_moved_between_the_parts_without_a_new_price(trade: Trade) -> None:
    order = await trade.placed(code="net60")
    changed = await _update(trade, order, OrderChange(tax=80_00, shipping_amount=20_00, discount=100_00))
    assert changed.terms == order.terms
    assert changed.exposure == order.exposure
    assert (changed.amounts.tax, changed.amounts.shipping, changed.amounts.discount) == (80_00, 20_00, 100_00)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (OrderChange(total=999_99), r"total: is 999\.99 USD, but the parts make 1000\.00 USD"),
        (OrderChange(tax=1), r"total: is 1000\.00 USD, but the parts make 1000\.01 USD"),
        (OrderChange(total=0, subtotal=0), "total: must be above zero"),
        (OrderChange(total=900_00, subtotal=900_00), "subtotal: is 900"),
    ],
)
async def test_numbers_that_do_not_add_up_are_refused(trade: Trade, change: OrderChange, message: str) -> None:
    order = await trade.placed()
    with pytest.raises(Invalid, match=message):
        await _update(trade, order, change)
    assert await trade.fresh(order) == order


@pytest.mark.parametrize("limit", [{"order_limit": 2_000_00}, {"exposure_limit": 2_500_00}])
async def test_a_higher_total_passes_no_limit_and_a_refusal_changes_nothing(
    make_trade: MakeTrade, limit: dict[str, int]
) -> None:
    trade = await make_trade(**limit)
    other, order = await trade.placed(total=500_00), await trade.placed()
    with pytest.raises(LimitExceeded):
        await _update(trade, order, _total(2_000_01))
    assert await trade.fresh(order) == order
    assert await trade.exposure() == 1_500_00
    assert (await _update(trade, order, _total(2_000_00))).exposure == 2_000_00
    assert await trade.exposure() == other.exposure + 2_000_00
    await trade.assert_clean()


async def test_a_lower_total_passes_even_where_the_buyer_is_above_the_limit_by_now(make_trade: MakeTrade) -> None:
    trade = await make_trade()
    order = await trade.placed(total=2_000_00)
    async with trade.database.transaction() as tx:
        agreed = msgspec.structs.replace(trade.merchant.programme, exposure_limit=1_00)
        await tx.execute(
            "INSERT INTO programmes VALUES ($1, 2, $2, now())", trade.merchant.id, msgspec.json.encode(agreed).decode()
        )
    assert (await _update(trade, order, _total(1_999_00))).exposure == await trade.exposure() == 1_999_00


@pytest.mark.parametrize("state", sorted(set(State) - {State.ORDER_PLACED}))
async def test_only_a_placed_order_may_be_changed(trade: Trade, state: State) -> None:
    order = await trade.order_in(state)
    for change in (OrderChange(), _total(1_00)):
        with pytest.raises(WrongState, match=f"The order is {state}; this needs an order that is order_placed"):
            await _update(trade, order, change)
    assert await trade.fresh(order) == order
