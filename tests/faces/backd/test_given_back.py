"""Whatever valid order is sent, it is taken, and find_order gives every value back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenor.base.wire import FORBIDDEN
from tests.faces.backd.bodies import SHOP, Body, fresh_reference
from tests.faces.backd.conftest import MakeShop
from tests.faces.backd.shop import Shop, as_decimals

PLACES = {"USD": 2, "JPY": 0, "KWD": 3}

_LETTERS = st.characters(codec="utf-8").filter(lambda letter: not FORBIDDEN.search(letter))
_WORDS = "abcdefghijklmnopqrstuvwxyz0123456789"


def texts(longest: int, shortest: int = 1) -> st.SearchStrategy[str]:
    """Any text that may stand in a field: every script, quotes, emoji, line breaks."""
    return st.text(_LETTERS, min_size=shortest, max_size=min(longest, 60))


def maybe(key: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Body]:
    """A key that is there, null, or absent."""
    return st.one_of(st.just({}), st.just({key: None}), values.map(lambda value: {key: value}))


EMAILS = st.builds(
    "{}@{}.example.com".format, st.text(_WORDS, min_size=1, max_size=30), st.text(_WORDS, min_size=1, max_size=20)
)
URLS = st.builds("{}/{}?a=%20{}#{}".format, st.just(SHOP), *[st.text(_WORDS, max_size=10)] * 3)


@st.composite
def contacts(draw: st.DrawFn) -> Body:
    """A contact; the second address line may be missing."""
    address: Body = {
        "line1": draw(texts(255)),
        "city": draw(texts(100)),
        "state": draw(texts(100)),
        "zipcode": draw(texts(20).map(lambda text: text[:20])),
        "country": draw(texts(100)),
    }
    return {
        "name": {"first": draw(texts(100)), "last": draw(texts(100))},
        "company_name": draw(texts(255)),
        "address": address | draw(maybe("line2", texts(255, 0))),
        "phone_number": draw(texts(40, 3).map(lambda text: text[:40])),
        "email": draw(EMAILS),
    }


@st.composite
def amounts(draw: st.DrawFn, minor: int, places: int) -> Decimal | int:
    """An amount in one of the ways in which it may be written."""
    exact = Decimal(minor).scaleb(-places)
    ways: list[Decimal | int] = [exact, Decimal(f"{exact:f}"), Decimal(f"{exact:.{places + 3}f}")]
    if exact == int(exact):
        ways.append(int(exact))
    if exact:
        ways.append(exact.normalize())
    return draw(st.sampled_from(ways))


@st.composite
def orders(draw: st.DrawFn, places: int) -> Body:
    """A valid order in a currency of so many places."""
    lines = draw(st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 1000)), min_size=1, max_size=5))
    tax, shipping = draw(st.integers(0, 10**10)), draw(st.integers(0, 10**6))
    off = draw(st.integers(-len(lines), len(lines)))
    cart = max(sum(price * qty for price, qty in lines) + off, 1)
    discount = draw(st.integers(0, cart + tax + shipping - 1))
    body: Body = {
        "order_total": draw(amounts(cart + tax + shipping - discount, places)),
        "cart_amount": draw(amounts(cart, places)),
        "merchant_order_id": draw(texts(60, 0)),
        "billing": draw(contacts()),
        "items": [
            {"display_name": draw(texts(255)), "sku": draw(texts(100)), "unit_price": draw(amounts(price, places)),
             "qty": qty} | draw(maybe("item_url", URLS)) | draw(maybe("item_image_url", URLS))
            for price, qty in lines
        ],
        "mode": {"type": "redirect", "order_success_url": draw(URLS), "order_close_url": draw(URLS)},
    }  # fmt: skip
    body |= {"tax_amount": draw(amounts(tax, places))} if tax else draw(maybe("tax_amount", st.just(0)))
    body |= {"shipping_amount": draw(amounts(shipping, places))} if shipping else {}
    body |= {"discount_amount": draw(amounts(discount, places))} if discount else {}
    optional: list[tuple[str, st.SearchStrategy[Any]]] = [
        ("shipping", contacts()), ("merchant_order_status", texts(64, 0)), ("customer_email", EMAILS),
    ]  # fmt: skip
    for key, values in optional:
        body |= draw(maybe(key, values))
    return body


def as_found(body: Body) -> Body:
    """What find_order says of an order that was sent so: amounts that are missing are zero, other things null."""
    sent = _without_nulls(as_decimals(body))
    amounts = ("order_total", "cart_amount", "tax_amount", "shipping_amount", "discount_amount")
    others = ("merchant_order_id", "merchant_order_status", "billing", "shipping", "items")
    found = {name: sent.get(name, 0) for name in amounts} | {name: sent.get(name) for name in others}
    return found | {"status": "new", "refunds": []}


def _without_nulls(value: Any) -> Any:
    match value:
        case dict():
            return {name: _without_nulls(entry) for name, entry in value.items() if entry is not None}
        case list():
            return [_without_nulls(entry) for entry in value]
    return value


async def _assert_given_back(shop: Shop, body: Body) -> None:
    # Drawn texts may come twice, and a reference must not.
    body |= {"merchant_order_id": fresh_reference() + body["merchant_order_id"]}
    created = (await shop.post("create_order", body)).data
    found = (await shop.find(created["backd_order_id"])).data
    expected = as_found(body)
    assert {name: found[name] for name in expected} == expected
    assert set(found) - set(expected) == {"backd_order_id", "create_date"}
    for name in ("backd_order_id", "create_date", "order_total", "status", "merchant_order_id"):
        assert created[name] == found[name]


_MANY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@_MANY
@given(body=orders(places=2))
async def test_every_value_of_a_valid_order_is_given_back_exactly(shop: Shop, body: Body) -> None:
    await _assert_given_back(shop, body)


@settings(_MANY, max_examples=40)
@given(data=st.data())
async def test_every_amount_is_given_back_exactly_whatever_the_currencys_places(
    make_shop: MakeShop, data: st.DataObject
) -> None:
    currency = data.draw(st.sampled_from(["JPY", "KWD"]))
    await _assert_given_back(await make_shop(currency), data.draw(orders(PLACES[currency])))
