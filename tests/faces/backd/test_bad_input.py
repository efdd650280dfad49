"""The table of bad input: each a 400 in the documents' shape that names the field by its path, and nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from msgspec import Raw

from tenor.base.errors import dotted
from tests.faces.backd.bodies import SHOP, Body, an_order, an_order_with, an_order_without, contact, document, pdf
from tests.faces.backd.shop import Shop

Path = tuple[str | int, ...]

AMOUNTS: list[Path] = [
    ("order_total",), ("cart_amount",), ("tax_amount",), ("shipping_amount",), ("discount_amount",),
    ("items", 0, "unit_price"),
]  # fmt: skip

_CONTACT: list[Path] = [
    ("name", "first"), ("name", "last"), ("company_name",), ("address", "line1"), ("address", "city"),
    ("address", "state"), ("address", "zipcode"), ("address", "country"), ("phone_number",), ("email",),
]  # fmt: skip

REQUIRED_TEXTS: list[Path] = [
    ("merchant_order_id",),
    *[("billing", *path) for path in _CONTACT],
    *[("shipping", *path) for path in _CONTACT],
    ("items", 0, "display_name"),
    ("items", 0, "sku"),
    ("mode", "type"),
    ("mode", "order_success_url"),
    ("mode", "order_close_url"),
]
REQUIRED: list[Path] = [
    *REQUIRED_TEXTS,
    ("order_total",), ("cart_amount",), ("items",), ("items", 0, "unit_price"), ("items", 0, "qty"), ("mode",),
    ("billing",), ("billing", "name"), ("billing", "address"), ("shipping", "name"), ("shipping", "address"),
]  # fmt: skip
OPTIONAL_TEXTS: list[Path] = [
    ("merchant_order_status",), ("billing", "address", "line2"), ("items", 0, "item_image_url"),
    ("items", 0, "item_url"), ("customer_email",),
]  # fmt: skip
TEXTS = [path for path in REQUIRED_TEXTS + OPTIONAL_TEXTS if path != ("mode", "type")]
RETURN_URLS: list[Path] = [("mode", "order_success_url"), ("mode", "order_close_url")]
URLS: list[Path] = [*RETURN_URLS, ("items", 0, "item_url"), ("items", 0, "item_image_url")]
OBJECTS: list[Path] = [("billing",), ("shipping",), ("mode",), ("billing", "name"), ("billing", "address")]
EMAILS: list[Path] = [("billing", "email"), ("shipping", "email"), ("customer_email",)]


async def _assert_refused(shop: Shop, body: Body, path: Path, said: str = "") -> None:
    message = (await shop.post("create_order", body)).refusal
    assert f"{dotted(path)}: " in message, message
    assert said in message, message
    assert sum((await shop.traces()).values()) == 0


async def _assert_each_refused(shop: Shop, paths: Sequence[Path], value: Any, said: str = "") -> None:
    for path in paths:
        await _assert_refused(shop, an_order_with(path, value), path, said)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, "must be a number"),
        (False, "must be a number"),
        ("1000", "must be a number"),
        ("1000.00", "must be a number"),
        ("١٠٠٠", "must be a number"),
        ("", "must be a number"),
        ([1000], "must be a number"),
        ({"amount": 1000}, "must be a number"),
        (Raw(b"1e400"), "must be at most"),
        (Raw(b"1e999999999999999999999"), "must be a number"),
        (Raw(b"1" + b"0" * 30), "must be at most"),
        (Raw(b"-0.01"), "must not be negative"),
        (Raw(b"-1000"), "must not be negative"),
        (Raw(b"1000.005"), "at most 2 decimal places"),
        (Raw(b"1e-3"), "at most 2 decimal places"),
        (Raw(b"1e-400"), "at most 2 decimal places"),
    ],
    ids=lambda given: bytes(given).decode() if isinstance(given, Raw) else str(given),
)
async def test_an_amount_that_is_none_is_named(shop: Shop, value: Any, said: str) -> None:
    await _assert_each_refused(shop, AMOUNTS, value, said)


@pytest.mark.parametrize("written", ["NaN", "Infinity", "-Infinity", "١٠٠٠", "0x10", "01", "+1", "1_000", ".5", "1."])
async def test_a_number_that_json_does_not_have_is_not_json(shop: Shop, written: str) -> None:
    for path in AMOUNTS:
        answer = await shop.post("create_order", an_order_with(path, Raw(written.encode())))
        assert "not valid JSON" in answer.refusal, path
    assert sum((await shop.traces()).values()) == 0


async def test_a_number_of_thousands_of_digits_is_refused(shop: Shop) -> None:
    for path in [*AMOUNTS, ("items", 0, "qty")]:
        answer = await shop.post("create_order", an_order_with(path, Raw(b"9" * 5000)))
        assert answer.refusal.endswith("it holds a number of too many digits.")
    assert sum((await shop.traces()).values()) == 0


@pytest.mark.parametrize("path", REQUIRED, ids=dotted)
async def test_a_required_field_that_is_missing_or_null_is_named(shop: Shop, path: Path) -> None:
    await _assert_refused(shop, an_order_without(path), path, "is required")
    await _assert_refused(shop, an_order_with(path, None), path, "must be")


async def test_a_required_text_that_is_empty_is_named(shop: Shop) -> None:
    await _assert_each_refused(shop, REQUIRED_TEXTS, "")


@pytest.mark.parametrize(
    "value",
    ["a\u0000b", "a\u202eb@example.com", "\u2066https://shop.example.com", "a\u001b[2Jb", "a\u0085b", "x" * 10_000,
     5, True, ["text"], {"text": 1}],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
async def test_a_text_that_can_not_be_kept_is_named(shop: Shop, value: Any) -> None:
    await _assert_each_refused(shop, TEXTS, value)


async def test_half_a_surrogate_pair_is_refused_wherever_it_stands(shop: Shop) -> None:
    for path in TEXTS:
        answer = await shop.post("create_order", an_order_with(path, Raw(b'"x\\ud83dy"')))
        assert "half of a surrogate pair" in answer.refusal, path
    assert sum((await shop.traces()).values()) == 0


@pytest.mark.parametrize(
    ("qty", "said"),
    [
        (0, "at least 1"), (-1, "at least 1"), (1.5, "whole number"), (10**9, "at most"), (10**30, "at most"),
        (Raw(b"1e400"), "whole number"), ("1", "whole number"), (True, "whole number"), ([1], "whole number"),
    ],
)  # fmt: skip
async def test_a_quantity_that_is_none_is_named(shop: Shop, qty: Any, said: str) -> None:
    await _assert_refused(shop, an_order_with(("items", 0, "qty"), qty), ("items", 0, "qty"), said)


@pytest.mark.parametrize(
    ("items", "path", "said"),
    [
        ([], ("items",), "at least 1"),
        ({}, ("items",), "must be a list"),
        ("cement", ("items",), "must be a list"),
        ([None], ("items", 0), "must be an object"),
        ([an_order()["items"][0], 5], ("items", 1), "must be an object"),
        (
            [{**an_order()["items"][0], "unit_price": 0.01, "qty": 200}] * 501,
            ("items",),
            "at most 500 entries, not 501",
        ),
        ([an_order()["items"][0]] * 2 + [{}], ("items", 2, "sku"), "is required"),
    ],
    ids=["empty", "object", "text", "null", "number", "501", "third"],
)
async def test_items_that_are_none_are_named(shop: Shop, items: Any, path: Path, said: str) -> None:
    await _assert_refused(shop, an_order(items=items), path, said)


async def test_500_items_are_taken(shop: Shop) -> None:
    answer = await shop.create(items=[{**an_order()["items"][0], "unit_price": 0.01, "qty": 200}] * 500)
    assert len((await shop.find(answer.data["backd_order_id"])).data["items"]) == 500


@pytest.mark.parametrize(
    "value",
    ["dana.example.com", "dana@", "@example.com", "dana@@example.com", "dana@harbor@example.com", "da na@example.com",
     "dana@example", "dana@-example.com", "dana@exa_mple..com", "dana@example.com\n", "<dana@example.com>",
     "dana@example.com,eve@example.com"],
)  # fmt: skip
async def test_an_e_mail_address_that_is_none_is_named(shop: Shop, value: str) -> None:
    await _assert_each_refused(shop, EMAILS, value, "must be an e-mail address")


_NO_URLS = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "ftp://shop.example.com/x", "//shop.example.com",
    "/thanks", "thanks", "https://", "https:///thanks", "https:shop.example.com", "https://shop.example.com:99999/",
    "https://user@shop.example.com/", "https://user:pass@shop.example.com/", "https://shop.example.com\\@evil.example",
    "https://shop .example.com/", "https://shop.example.com/\n", " https://shop.example.com/",
]  # fmt: skip


@pytest.mark.parametrize("url", _NO_URLS)
async def test_a_url_that_is_no_web_address_is_named(shop: Shop, url: str) -> None:
    await _assert_each_refused(shop, URLS, url)


@pytest.mark.parametrize(
    "url",
    ["https://evil.example.net/thanks", "https://shop.example.com.evil.example.net/", "http://shop.example.com/thanks",
     "https://shop.example.com:8443/", "https://www.shop.example.com/", "https://example.com/shop.example.com"],
)  # fmt: skip
async def test_a_return_url_off_the_merchants_origins_is_named(shop: Shop, url: str) -> None:
    await _assert_each_refused(shop, RETURN_URLS, url, f"must lead to {SHOP}")


@pytest.mark.parametrize("value", ["modal", "Redirect", "popup", 5, ["redirect"], {}])
async def test_a_mode_other_than_redirect_is_refused(shop: Shop, value: Any) -> None:
    await _assert_refused(shop, an_order_with(("mode", "type"), value), ("mode", "type"), '"redirect"')


@pytest.mark.parametrize("value", ["true", "yes", 1, 0, "", [], {}])
async def test_notify_customer_is_true_or_false_and_nothing_else(shop: Shop, value: Any) -> None:
    await _assert_refused(shop, an_order(notify_customer=value), ("notify_customer",), "must be true or false")


@pytest.mark.parametrize("address", [{}, {"customer_email": None}])
async def test_whoever_is_to_be_notified_needs_an_address(shop: Shop, address: Body) -> None:
    await _assert_refused(shop, an_order(notify_customer=True, **address), ("customer_email",), "notify_customer")


@pytest.mark.parametrize("value", ["text", 5, [], [{}], True])
async def test_an_object_that_is_none_is_named(shop: Shop, value: Any) -> None:
    await _assert_each_refused(shop, OBJECTS, value, "must be an object")


def _everything_wrong() -> tuple[Body, Sequence[str]]:
    body = an_order(shipping=contact(email="no address"), tax_amount=-1, documents=[document(b"MZ\x90 an EXE")])
    body["items"][0] |= {"unit_price": 1.005, "item_url": "javascript:alert(1)"}
    body["mode"] |= {"order_close_url": "ftp://shop.example.com"}
    named = [
        "shipping.email", "tax_amount", "items[0].unit_price", "items[0].item_url", "mode.order_close_url",
        "documents[0].content",
    ]  # fmt: skip
    return body, named


async def test_every_wrong_field_is_named_at_once(shop: Shop) -> None:
    body, named = _everything_wrong()
    message = (await shop.post("create_order", body)).refusal
    assert [path for path in named if f"{path}: " not in message] == []


async def test_a_text_that_is_too_short_is_told_how_long_it_must_be(shop: Shop) -> None:
    await _assert_refused(shop, an_order(billing=contact(phone_number="12")), ("billing", "phone_number"), "at least 3")


async def test_a_refused_order_does_not_take_its_reference(shop: Shop) -> None:
    body = an_order(merchant_order_id="PO-7", documents=[document(pdf())])
    await _assert_refused(shop, body | {"order_total": 999.99}, ("order_total",))
    assert (await shop.post("create_order", body)).data["merchant_order_id"] == "PO-7"
