"""Amounts on the wire: exact to the last digit both ways, in every currency's own places."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec import Raw

from tests.faces.backd.bodies import Body, an_order, with_value
from tests.faces.backd.conftest import MakeShop
from tests.faces.backd.shop import Shop


def _for(amount: str, **changes: Any) -> Body:
    """An order of one thing at that price, written as it stands there."""
    price = Raw(amount.encode())
    items = [{"display_name": "Tower crane", "sku": "CRN-1", "unit_price": price, "qty": 1}]
    return an_order(order_total=price, cart_amount=price, items=items, **changes)


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("12345678901234.56", "12345678901234.56"),
        ("99999999999999.99", "99999999999999.99"),
        ("9007199254740993", "9007199254740993"),
        ("9007199254740993.01", "9007199254740993.01"),
        ("9999999999999999.99", "9999999999999999.99"),
        ("1.234567890123456e15", "1234567890123456"),
        ("0.01", "0.01"),
        ("0.10", "0.10"),
        ("1.1", "1.10"),
        ("4.35", "4.35"),
        ("9150", "9150"),
        ("9150.00", "9150"),
        ("100.000000", "100"),
    ],
)
async def test_an_amount_comes_back_to_the_cent(shop: Shop, sent: str, answered: str) -> None:
    created = await shop.post("create_order", _for(sent))
    assert f'"order_total":{answered},' in created.text
    found = await shop.find(created.data["backd_order_id"])
    for field in ("order_total", "cart_amount", "unit_price"):
        assert f'"{field}":{answered},' in found.text


async def test_an_amount_beyond_the_largest_is_refused(shop: Shop) -> None:
    assert "order_total: must be at most" in (await shop.post("create_order", _for("10000000000000000"))).refusal


@pytest.mark.parametrize(
    ("currency", "sent", "answered"),
    [
        ("JPY", "1500", "1500"), ("JPY", "1500.0", "1500"), ("JPY", "999999999999999999", "999999999999999999"),
        ("KWD", "1.125", "1.125"), ("KWD", "1.5", "1.500"), ("KWD", "1234567890123.456", "1234567890123.456"),
    ],
)  # fmt: skip
async def test_each_currency_has_its_own_places(make_shop: MakeShop, currency: str, sent: str, answered: str) -> None:
    shop = await make_shop(currency)
    created = await shop.post("create_order", _for(sent))
    assert f'"order_total":{answered},' in created.text


@pytest.mark.parametrize(
    ("currency", "sent", "places"), [("JPY", "1500.5", 0), ("KWD", "1.1255", 3), ("USD", "1.125", 2)]
)
async def test_more_places_than_the_currency_has_are_refused(
    make_shop: MakeShop, currency: str, sent: str, places: int
) -> None:
    shop = await make_shop(currency)
    refusal = (await shop.post("create_order", _for(sent))).refusal
    for field in ("order_total", "cart_amount", "items[0].unit_price"):
        assert f"{field}: must have at most {places} decimal places" in refusal


async def test_the_same_amount_in_another_writing_is_the_same_order(shop: Shop) -> None:
    answers = [
        await shop.post("create_order", _for(written, merchant_order_id="PO-9150"))
        for written in ("9150", "9150.0", "9150.00", "9.15e3", "91500e-1")
    ]
    assert {answer.text for answer in answers} == {answers[0].text}
    assert await shop.count("orders") == 1


@pytest.mark.parametrize(
    ("total", "said"),
    [
        ("1166.49", "order_total: is 1166.49 USD, but the parts make 1166.50 USD (off by -0.01 USD)"),
        ("1166.51", "order_total: is 1166.51 USD, but the parts make 1166.50 USD (off by 0.01 USD)"),
    ],
)
async def test_a_total_that_is_off_by_one_cent_is_told_with_both_sums(shop: Shop, total: str, said: str) -> None:
    amounts = {"tax_amount": 165.25, "shipping_amount": 12.5, "discount_amount": Decimal("11.25")}
    assert (await shop.create(order_total=Decimal(total), **amounts)).refusal == said
    assert (await shop.create(order_total=Decimal("1166.50"), **amounts)).code == 200


@pytest.mark.parametrize(("tax", "shipping", "discount", "total"), [(None, None, None, 1000), (0, 0, 0, 1000)])
async def test_amounts_that_are_left_out_are_zero(
    shop: Shop, tax: Any, shipping: Any, discount: Any, total: int
) -> None:
    body = an_order(order_total=total, tax_amount=tax, shipping_amount=shipping, discount_amount=discount)
    found = (await shop.find((await shop.post("create_order", body)).data["backd_order_id"])).data
    assert [found[name] for name in ("tax_amount", "shipping_amount", "discount_amount")] == [0, 0, 0]


@pytest.mark.parametrize(
    ("cart", "taken"), [("99.97", False), ("99.98", True), ("100.00", True), ("100.02", True), ("100.03", False)]
)
async def test_lines_may_differ_from_the_cart_by_one_cent_each(shop: Shop, cart: str, taken: bool) -> None:
    items = [
        {"display_name": "Nails, a third", "sku": "NAIL", "unit_price": Decimal("33.33"), "qty": 2},
        {"display_name": "Nails, the rest", "sku": "NAIL", "unit_price": Decimal("33.34"), "qty": 1},
    ]
    answer = await shop.create(items=items, cart_amount=Decimal(cart), order_total=Decimal(cart))
    if taken:
        assert answer.code == 200
    else:
        assert answer.refusal.startswith(f"cart_amount: is {cart} USD, but the items make 100.00 USD")
        assert "0.02 USD" in answer.refusal


@pytest.mark.parametrize("field", ["order_total", "cart_amount"])
async def test_an_order_of_nothing_is_refused(shop: Shop, field: str) -> None:
    body = with_value(_for("0.00"), (field,), 0)
    assert "order_total: must be above zero" in (await shop.post("create_order", body)).refusal


async def test_a_discount_above_the_cart_is_refused(shop: Shop) -> None:
    answer = await shop.create(discount_amount=1000.01, order_total=0)
    assert "order_total: " in answer.refusal
    assert sum((await shop.traces()).values()) == 0
