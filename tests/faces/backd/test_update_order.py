"""update_order: what may change of a placed order, and how far."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Raw

from tenor.core.orders.model import State
from tests.faces.backd.bodies import Body, an_order, contact
from tests.faces.backd.shop import Shop, as_decimals, both_ids


def _one_thing(price: Any) -> Body:
    return {
        "order_total": price,
        "cart_amount": price,
        "items": [{"display_name": "Excavator", "sku": "EXC-1", "unit_price": price, "qty": 1}],
    }


async def _reserved(shop: Shop) -> int:
    async with shop.platform.database.single_statement() as tx:
        amount: int = await tx.fetchval(
            "SELECT amount FROM buyer_exposures e JOIN buyer_people p USING (buyer_id) WHERE p.email = $1", shop.buyer
        )
    return amount


@pytest.mark.parametrize(
    "change",
    [
        {"merchant_order_status": "packed"},
        {"merchant_order_status": ""},
        {"shipping": contact(company_name="Harbor Builders LLC, Yard 2")},
        {"billing": contact(email="books@harbor.example.com")},
        {"order_total": 1010.5, "tax_amount": 10.5},
        {"order_total": 990, "discount_amount": 10},
        {"order_total": 1025, "shipping_amount": 25},
        {
            "items": [
                {"display_name": "Sand", "sku": "SND", "unit_price": 500, "qty": 2, "item_url": "https://example.com"}
            ]
        },
        _one_thing(99_999.99),
        _one_thing(0.01),
    ],
    ids=lambda change: "+".join(change),
)
async def test_what_is_sent_changes_and_the_rest_stays(shop: Shop, change: Body) -> None:
    order = await shop.order_in(State.ORDER_PLACED, merchant_order_status="new", shipping=contact())
    changed = await shop.post("update_order", both_ids(order) | change)
    expected = order | as_decimals(change)
    assert changed.data == {name: value for name, value in expected.items() if name != "refunds"}
    assert (await shop.find(order["backd_order_id"])).data == expected


@pytest.mark.parametrize("change", [{}, {"order_total": None, "items": None, "billing": None, "shipping": None}])
async def test_nothing_sent_changes_nothing(shop: Shop, change: Body) -> None:
    order = await shop.order_in(State.ORDER_PLACED)
    left = await shop.traces()
    assert (await shop.post("update_order", both_ids(order) | change)).code == 200
    assert (await shop.find(order["backd_order_id"])).data == order
    assert await shop.traces() == left


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"order_total": 1000.01}, "order_total: is 1000.01 USD, but the parts make 1000.00 USD"),
        ({"tax_amount": 1}, "order_total: is 1000.00 USD, but the parts make 1001.00 USD"),
        ({"order_total": 2000, "cart_amount": 2000}, "cart_amount: is 2000.00 USD, but the items make 1000.00 USD"),
        ({"items": [{"display_name": "Sand", "sku": "SND", "unit_price": 1, "qty": 1}]}, "cart_amount: "),
        ({"order_total": 0, "discount_amount": 1000}, "order_total: must be above zero"),
        ({"order_total": "1000"}, "order_total: must be a number"),
        ({"order_total": True}, "order_total: must be a number"),
        ({"discount_amount": -1}, "discount_amount: must not be negative"),
        ({"tax_amount": Raw(b"0.005")}, "tax_amount: must have at most 2 decimal places"),
        ({"tax_amount": Raw(b"1e400")}, "tax_amount: must be at most"),
        ({"items": []}, "items: must have at least 1 entry"),
        ({"items": [{"display_name": "Sand", "sku": "SND", "unit_price": 1, "qty": 0}]}, "items[0].qty: "),
        ({"items": [an_order()["items"][0]] * 501}, "items: must have at most 500 entries"),
        ({"billing": contact(email="no address")}, "billing.email: must be an e-mail address"),
        ({"shipping": {"name": {"first": "Dana"}}}, "shipping.name.last: is required"),
        ({"shipping": []}, "shipping: must be an object"),
        ({"merchant_order_status": "x" * 65}, "merchant_order_status: must be at most 64 characters"),
        ({"merchant_order_status": "a\u0000"}, "merchant_order_status: "),
        ({"merchant_order_id": None}, "merchant_order_id: must be text"),
        ({"backd_order_id": ""}, "backd_order_id: must not be empty"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_change_that_can_not_be_is_named_and_nothing_changes(shop: Shop, change: Body, named: str) -> None:
    order = await shop.order_in(State.ORDER_PLACED)
    left = await shop.traces()
    assert named in (await shop.post("update_order", both_ids(order) | change)).refusal
    assert (await shop.find(order["backd_order_id"])).data == order
    assert await shop.traces() == left


@pytest.mark.parametrize("missing", ["backd_order_id", "merchant_order_id"])
@pytest.mark.parametrize("call", ["update_order", "order_placed", "refund"])
async def test_both_identifiers_are_required(shop: Shop, call: str, missing: str) -> None:
    ids = {"backd_order_id": "BO-1", "merchant_order_id": "PO-1", "refund_amount": 1}
    del ids[missing]
    assert f"{missing}: is required" in (await shop.post(call, ids)).refusal


async def test_a_total_above_the_merchants_limit_is_refused(shop: Shop) -> None:
    order = await shop.order_in(State.ORDER_PLACED)
    reserved = await _reserved(shop)
    answer = await shop.post("update_order", both_ids(order) | _one_thing(100_000.01))
    assert answer.refusal == "order_total: is above the limit agreed for this order"
    assert (await shop.find(order["backd_order_id"])).data == order
    assert await _reserved(shop) == reserved
    assert (await shop.post("update_order", both_ids(order) | _one_thing(100_000))).code == 200


async def test_a_total_above_what_the_buyer_may_owe_is_refused(shop: Shop) -> None:
    for _ in range(2):
        await shop.order_in(State.ORDER_PLACED, **_one_thing(90_000))
    order = await shop.order_in(State.ORDER_PLACED, **_one_thing(60_000))
    answer = await shop.post("update_order", both_ids(order) | _one_thing(70_000.01))
    assert answer.refusal.startswith("order_total: ")
    assert await _reserved(shop) == 240_000_00
    assert (await shop.post("update_order", both_ids(order) | _one_thing(70_000))).code == 200
    assert await _reserved(shop) == 250_000_00


async def test_a_lower_total_gives_the_buyer_room_again(shop: Shop) -> None:
    order = await shop.order_in(State.ORDER_PLACED)
    assert await _reserved(shop) == 1000_00
    await shop.post("update_order", both_ids(order) | _one_thing(400))
    assert await _reserved(shop) == 400_00


async def test_what_is_confirmed_is_what_was_changed(shop: Shop) -> None:
    order = await shop.order_in(State.ORDER_PLACED)
    await shop.post("update_order", both_ids(order) | _one_thing(400))
    assert (await shop.post("confirm_order", both_ids(order))).data["order_total"] == 400
    assert (await shop.refund(order, 400.01)).refusal.startswith("refund_amount: must be at most 400.00 USD")
    again = await shop.post("update_order", both_ids(order) | _one_thing(300))
    assert "The order is order_confirmed" in again.refusal


async def test_the_create_that_made_a_changed_order_answers_with_it_as_it_stands(shop: Shop) -> None:
    body = an_order()
    order = await shop.order_in(State.ORDER_PLACED, **body)
    await shop.post("update_order", both_ids(order) | _one_thing(400))
    again = (await shop.post("create_order", body)).data
    assert (again["backd_order_id"], again["order_total"]) == (order["backd_order_id"], 400)
