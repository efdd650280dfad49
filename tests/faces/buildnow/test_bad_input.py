"""Bad bodies: each gets a sentence at the field that is wrong, nothing is stored, and nothing breaks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from tests.faces.buildnow.partner import SHOP, Body, Partner, a_body

Where = tuple[str | int, ...]

REQUIRED = "This field is required."
NULL = "This field may not be null."
BLANK = "This field may not be blank."
NOT_TEXT = "Not a valid string."
NO_NUMBER = "A valid number is required."
NO_INTEGER = "A valid integer is required."
PLACES = "Ensure that there are no more than 2 decimal places."
NEGATIVE = "Ensure this value is greater than or equal to 0."
NO_URL = "Enter a valid URL."
CONTROL = "Must not hold control characters or text-direction overrides."
FREE = "Holds a control character, a text-direction override or an absurd number."

ITEM: Where = ("items", 0)
ADDRESS = "shipment_address"


class Raw(str):
    """JSON that no encoder would write."""


def changed(where: Where, value: Any) -> bytes:
    """The accepted body with one place changed, or taken out where the value is `...`."""
    body = a_body()
    place: Any = body
    for step in where[:-1]:
        place = place[step]
    if value is ...:
        del place[where[-1]]
    else:
        place[where[-1]] = "@raw@" if isinstance(value, Raw) else value
    text = json.dumps(body)
    return (text.replace('"@raw@"', value) if isinstance(value, Raw) else text).encode()


def told(body: Any, where: Where) -> Any:
    """What a refusal says at a place; every other place must be without a word."""
    for step in where:
        if isinstance(step, int):
            assert body[:step] == [{}] * step
            assert len(body) == step + 1
        else:
            assert list(body) == [step], body
        body = body[step]
    return body


async def refuse(partner: Partner, content: bytes, where: Where, sentence: str) -> None:
    answer = await partner.create(content)
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert told(answer.json(), where) == [sentence]
    assert await partner.left_nothing()


WANTED: Sequence[Where] = [
    *[
        (name,)
        for name in (
            "total_price", "sub_total", "vat_amount", "partner_order_reference", "webhook_url", "redirection_url",
            "items", ADDRESS,
        )
    ],
    *[(*ITEM, name) for name in ("price", "sub_total", "total_price", "sku", "name", "quantity", "unit")],
    *[(ADDRESS, name) for name in ("city", "address_line1")],
]  # fmt: skip


@pytest.mark.parametrize("where", WANTED, ids=lambda where: str(where[-1]))
async def test_a_required_field_is_required_and_not_null(where: Where, partner: Partner) -> None:
    await refuse(partner, changed(where, ...), where, REQUIRED)
    await refuse(partner, changed(where, None), where, NULL)


TEXTS: Sequence[Where] = [
    ("partner_order_reference",), (*ITEM, "sku"), (*ITEM, "name"), (*ITEM, "unit"), (ADDRESS, "city"),
    (ADDRESS, "address_line1"),
]  # fmt: skip


@pytest.mark.parametrize("where", TEXTS, ids=lambda where: str(where[-1]))
async def test_a_text_must_be_one_and_say_something(where: Where, partner: Partner) -> None:
    await refuse(partner, changed(where, ""), where, BLANK)
    await refuse(partner, changed(where, " \t"), where, BLANK)
    for value in (7, True, ["a"], {"a": 1}):
        await refuse(partner, changed(where, value), where, NOT_TEXT)


LONGEST = {
    ("partner_order_reference",): 255,
    ("webhook_url",): 2000,
    ("redirection_url",): 2000,
    (*ITEM, "sku"): 100,
    (*ITEM, "name"): 255,
    (*ITEM, "name_en"): 255,
    (*ITEM, "unit"): 30,
    (*ITEM, "description"): 2000,
    (ADDRESS, "city"): 255,
    (ADDRESS, "address_line2"): 255,
    (ADDRESS, "contact_name"): 255,
}


@pytest.mark.parametrize(("where", "longest"), LONGEST.items(), ids=lambda value: str(value))
async def test_ten_thousand_characters_are_too_many(where: Where, longest: int, partner: Partner) -> None:
    sentence = f"Ensure this field has no more than {longest} characters."
    await refuse(partner, changed(where, "a" * 10_000), where, sentence)
    await refuse(partner, changed(where, "a" * (longest + 1)), where, sentence)


@pytest.mark.parametrize("where", [*TEXTS, (*ITEM, "description"), ("webhook_url",)], ids=lambda where: str(where[-1]))
@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\u202eb", "a\u2066b"], ids=ascii)
async def test_text_that_hides_something_is_refused(where: Where, text: str, partner: Partner) -> None:
    await refuse(partner, changed(where, text), where, CONTROL)
    body = json.dumps(json.loads(changed(where, text)), ensure_ascii=False)
    if "\x00" not in text and "\x1b" not in text:
        await refuse(partner, body.encode(), where, CONTROL)


NUMBERS: Sequence[Where] = [
    ("total_price",), ("vat_rate",), (*ITEM, "price"), (*ITEM, "vat_rate"), (*ITEM, "vat_amount"),
]  # fmt: skip


NO_AMOUNTS: dict[str, list[Any]] = {
    NO_NUMBER: [
        True, [], {}, "", " 1", "1 ", "+1", "1e2", "1_0", "0x1", "1,00", "NaN", "Infinity", "\u0661\u0662", "\uff11",
        Raw("1e999999999999999999999"),
    ],
    NEGATIVE: [-0.01, "-0.01", Raw("-1e400")],
    PLACES: [1.001, "1.001", Raw("1e-400"), "0." + "0" * 39 + "1"],
}  # fmt: skip


@pytest.mark.parametrize("where", NUMBERS, ids=lambda where: ".".join(map(str, where)))
async def test_a_number_is_a_number_in_plain_digits(where: Where, partner: Partner) -> None:
    for sentence, values in NO_AMOUNTS.items():
        for value in values:
            await refuse(partner, changed(where, value), where, sentence)


@pytest.mark.parametrize("value", [Raw("1e400"), Raw("1e19"), "9" * 40, 10**17])
async def test_an_amount_beyond_all_money_is_refused(value: Any, partner: Partner) -> None:
    sentence = "Ensure this value is less than or equal to 9999999999999999.99."
    await refuse(partner, changed(("total_price",), value), ("total_price",), sentence)
    await refuse(partner, changed((*ITEM, "price"), value), (*ITEM, "price"), sentence)


@pytest.mark.parametrize("value", [100.01, "101", Raw("1e400")])
async def test_more_than_all_of_it_is_no_rate(value: Any, partner: Partner) -> None:
    sentence = "Ensure this value is less than or equal to 100."
    await refuse(partner, changed(("vat_rate",), value), ("vat_rate",), sentence)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (0, "Ensure this value is greater than or equal to 1."),
        (-1, "Ensure this value is greater than or equal to 1."),
        (10**9, "Ensure this value is less than or equal to 1000000."),
        (1.5, NO_INTEGER),
        ("200", NO_INTEGER),
        (True, NO_INTEGER),
        (Raw("1e400"), NO_INTEGER),
    ],
)
async def test_a_quantity_is_a_whole_number_from_one(value: Any, sentence: str, partner: Partner) -> None:
    await refuse(partner, changed((*ITEM, "quantity"), value), (*ITEM, "quantity"), sentence)


async def test_items_are_a_list_of_one_to_five_hundred(partner: Partner) -> None:
    whole = ("items", "non_field_errors")
    await refuse(partner, changed(("items",), []), whole, "This list may not be empty.")
    line = a_body()["items"][0]
    sentence = "Ensure this field has no more than 500 elements."
    await refuse(partner, changed(("items",), [line] * 501), whole, sentence)
    await refuse(partner, changed(("items",), "one"), whole, "Expected a list of items.")
    second = ("items", 1)
    await refuse(partner, changed(second, "one"), (*second, "non_field_errors"), "Invalid data. Expected a dictionary.")


async def test_an_address_is_an_object(partner: Partner) -> None:
    values: list[Any] = ["12 Palm Street", [], 1]
    for value in values:
        where = (ADDRESS, "non_field_errors")
        await refuse(partner, changed((ADDRESS,), value), where, "Invalid data. Expected a dictionary.")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("building_number", "123", "Must be 4 digits."),
        ("building_number", "\u0661\u0662\u0663\u0664", "Must be 4 digits."),
        ("building_number", 1234, NOT_TEXT),
        ("additional_number", "12345", "Must be 4 digits."),
        ("postal_code", "1234", "Must be 5 digits."),
        ("short_address", "1234RXYZ", "Must be 4 letters and 4 digits."),
        ("latitude", "91", "Must be from -90 to 90."),
        ("latitude", "north", NO_NUMBER),
        ("longitude", -180.5, "Must be from -180 to 180."),
        ("longitude", "0." + "0" * 20 + "1", "Ensure that there are no more than 20 decimal places."),
    ],
)
async def test_the_parts_of_an_address_have_their_forms(name: str, value: Any, sentence: str, partner: Partner) -> None:
    await refuse(partner, changed((ADDRESS, name), value), (ADDRESS, name), sentence)


@pytest.mark.parametrize("name", ["webhook_url", "redirection_url"])
@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "ftp://supplier.example.com/", "//supplier.example.com/", "/orders",
     "supplier.example.com", "https://", "https://user@supplier.example.com/", f"{SHOP}/a b", f"{SHOP}:99999/", " "],
)  # fmt: skip
async def test_a_url_leads_to_a_web_page(name: str, url: str, partner: Partner) -> None:
    await refuse(partner, changed((name,), url), (name,), NO_URL)


@pytest.mark.parametrize("url", ["https://other.example.com/", f"{SHOP}.example.org/", "http://supplier.example.com/"])
async def test_the_buyer_only_returns_to_the_partners_origins(url: str, partner: Partner) -> None:
    sentence = "Must lead to https://supplier.example.com."
    await refuse(partner, changed(("redirection_url",), url), ("redirection_url",), sentence)


FREE_PLACES: Sequence[Where] = [("metadata",), (*ITEM, "metadata"), (ADDRESS,)]


@pytest.mark.parametrize("where", FREE_PLACES, ids=lambda where: str(where[-1]))
async def test_free_json_holds_what_can_be_given_back(where: Where, partner: Partner) -> None:
    kept: Body = {"city": "Riyadh", "address_line1": "1 Palm Street"}
    for value in (
        {"key": "a\x00b"},
        {"a\x00b": 1},
        {"key": ["\u202e"]},
        {"key": Raw("[1e401]")},
        {"key": Raw(f"0.{'0' * 400}1")},
    ):
        raw = next((entry for entry in value.values() if isinstance(entry, Raw)), None)
        content = changed(where, kept | {name: "@free@" if raw else entry for name, entry in value.items()})
        await refuse(partner, content.replace(b'"@free@"', (raw or "").encode()), where, FREE)
    much = kept | {"key": "a" * 16_385}
    await refuse(partner, changed(where, much), where, "Must be at most 16384 bytes of JSON.")


async def test_all_that_is_wrong_is_told_at_once(partner: Partner) -> None:
    body = a_body(total_price="x", webhook_url=None)
    body["items"][1] |= {"quantity": 0, "sku": ""}
    body[ADDRESS] = {"city": "Riyadh", "latitude": True}
    answer = await partner.create(body)
    assert answer.json() == {
        "total_price": [NO_NUMBER],
        "webhook_url": [NULL],
        "items": [{}, {"sku": [BLANK], "quantity": ["Ensure this value is greater than or equal to 1."]}],
        ADDRESS: {"address_line1": [REQUIRED], "latitude": [NO_NUMBER]},
    }
    assert await partner.left_nothing()
