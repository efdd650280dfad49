"""Whatever number somebody has in hand leads to the order, the buyer or the merchant, and to no other."""

from __future__ import annotations

import msgspec
import pytest

from tenor.core.buyers.identity import Business
from tenor.core.events.model import event_id
from tenor.core.mail import store as mail
from tenor.core.orders import service as orders
from tenor.core.orders.model import Detail, Item, Order
from tenor.core.search import rules, service
from tenor.core.search.model import Found
from tests.core.conftest import MakeTrade, Trade

BUSINESS = Business(legal_name="Tuwaiq Builders", registration_number="12-3456789", vat_number="300012345600003")
EMAIL = "buyer@tuwaiq.example.com"


async def _search(trade: Trade, typed: str) -> Found:
    async with trade.database.single_statement() as tx:
        return await service.search(tx, typed)


async def _sold(trade: Trade) -> Order:
    """An order with all that one can be found by."""
    item = Item(sku="A", name="Bolt", unit_price=1_000_00, quantity=1)
    new = trade.new(
        reference="PO/77-1",
        detail=Detail(items=(item,), customer_email="Desk@Tuwaiq.example.com", notify_customer=True),
    )
    order = await trade.create(new)
    async with trade.database.transaction() as tx:
        return await orders.select_terms(
            tx, trade.merchant, order.id, code="net30", company_name=BUSINESS.legal_name, email=EMAIL, now=trade.now,
            business=BUSINESS,
        )  # fmt: skip


async def test_an_order_is_found_by_all_that_names_it(trade: Trade) -> None:
    order = await _sold(trade)
    await trade.sold(email="other@example.com")
    async with trade.database.single_statement() as tx:
        letter = (await mail.of_order(tx, order.merchant_id, order.id))[0]
    for typed in (
        order.number,
        f"  {order.number.lower()} ",
        "PO/77-1",
        str(order.id),
        event_id(order.id, 1),
        str(letter.id),
        "desk@tuwaiq.example.com",
        EMAIL.upper(),
    ):
        found = await _search(trade, typed)
        assert [one.id for one in found.orders] == [order.id], typed
        assert found.orders[0].merchant == trade.merchant.name


async def test_an_order_that_has_ended_is_found_by_its_reference_beside_the_one_that_took_its_place(
    trade: Trade,
) -> None:
    ended = await trade.cancel(await trade.placed())
    again = await trade.create(trade.new(reference=ended.reference))
    found = await _search(trade, ended.reference)
    assert [one.id for one in found.orders] == [again.id, ended.id]


@pytest.mark.parametrize("typed", ["12-3456789", "123456789", "12 345 6789", "300012345600003", EMAIL, "tuwaiq b"])
async def test_a_buyer_is_found_by_number_address_or_the_beginning_of_the_name(trade: Trade, typed: str) -> None:
    await _sold(trade)
    await trade.sold(email="other@example.com")
    assert [one.company_name for one in (await _search(trade, typed)).buyers] == ["Tuwaiq Builders"]


async def test_a_merchant_is_found_by_id_and_the_beginning_of_the_name(make_trade: MakeTrade) -> None:
    trade = await make_trade()
    for typed in (str(trade.merchant.id), "acme fas"):
        assert [one.id for one in (await _search(trade, typed)).merchants] == [trade.merchant.id]


@pytest.mark.parametrize(
    "typed", ["", "   ", "%", "__", "\\", "tuwaiq%", "'; DROP TABLE orders", "\x00", "evt_nonsense"]
)
async def test_signs_that_mean_something_to_a_database_find_nothing(trade: Trade, typed: str) -> None:
    await _sold(trade)
    assert (await _search(trade, typed)).nothing


def test_a_long_text_is_cut_and_not_refused() -> None:
    wanted = rules.wanted("x" * 10_000)
    assert wanted is not None
    assert len(wanted.text) == rules.LONGEST
    assert msgspec.json.encode(wanted)
