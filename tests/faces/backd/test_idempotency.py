"""The same call twice: under an `Idempotency-Key`, and without one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from tenor.core.orders.model import State
from tests.faces.backd.bodies import Body, an_order, document, pdf
from tests.faces.backd.conftest import MakeShop
from tests.faces.backd.shop import Answer, Shop, both_ids

KEYED = {"idempotency-key": "7f3c-first"}

Keyed = Callable[[Shop, Body, dict[str, str]], Awaitable[Answer]]


def _posting(call: str, **more: Any) -> Keyed:
    return lambda shop, order, headers: shop.post(call, both_ids(order) | more, headers=headers)


# Each mutating call on an order, and the state from which it is taken.
MUTATING: dict[str, tuple[State, Keyed]] = {
    "order_placed": (State.TERMS_SELECTED, _posting("order_placed")),
    "update_order": (State.ORDER_PLACED, _posting("update_order", merchant_order_status="packed")),
    "confirm_order": (State.ORDER_PLACED, _posting("confirm_order")),
    "cancel_order": (State.ORDER_PLACED, _posting("cancel_order")),
    "POST refund": (State.ORDER_CONFIRMED, _posting("refund", refund_amount=100.5)),
    "DELETE refund": (
        State.ORDER_CONFIRMED,
        lambda shop, order, headers: shop.call("DELETE", "/refund", both_ids(order), headers=headers),
    ),
}


async def _ready(shop: Shop, name: str) -> Body:
    order = await shop.order_in(MUTATING[name][0])
    if name == "DELETE refund":
        await shop.refund(order, 50)
    return order


@pytest.mark.parametrize("name", MUTATING)
async def test_the_first_answer_under_a_key_is_given_again_and_nothing_more_happens(shop: Shop, name: str) -> None:
    order, call = await _ready(shop, name), MUTATING[name][1]
    first = await call(shop, order, KEYED)
    left = await shop.traces()
    again = await call(shop, order, KEYED)
    assert first.code == 200
    assert (first.code, first.text) == (again.code, again.text)
    assert await shop.traces() == left


@pytest.mark.parametrize("name", MUTATING)
async def test_many_calls_at_once_under_a_key_work_once(shop: Shop, name: str) -> None:
    order, call = await _ready(shop, name), MUTATING[name][1]
    before = await shop.count("events")
    answers = await asyncio.gather(*[call(shop, order, KEYED) for _ in range(12)])
    assert {(answer.code, answer.text) for answer in answers} == {(200, answers[0].text)}
    assert await shop.count("events") == before + 1


async def test_the_kept_answer_outlives_what_happens_to_the_order(shop: Shop) -> None:
    order = await shop.order_in(State.TERMS_SELECTED)
    placed = await MUTATING["order_placed"][1](shop, order, KEYED)
    await shop.post("cancel_order", both_ids(order))
    assert (await MUTATING["order_placed"][1](shop, order, KEYED)).text == placed.text
    assert (await shop.find(order["backd_order_id"])).data["status"] == "canceled"


@pytest.mark.parametrize("name", ["create_order", *MUTATING])
async def test_another_body_under_a_key_is_refused_and_does_nothing(shop: Shop, name: str) -> None:
    if name == "create_order":
        assert (await shop.post("create_order", an_order(), headers=KEYED)).code == 200
        left = await shop.traces()
        answer = await shop.post("create_order", an_order(), headers=KEYED)
    else:
        order, call = await _ready(shop, name), MUTATING[name][1]
        assert (await call(shop, order, KEYED)).code == 200
        left = await shop.traces()
        answer = await call(shop, order | {"merchant_order_id": "PO-OTHER"}, KEYED)
    assert answer.refusal.startswith("Idempotency-Key: ")
    assert await shop.traces() == left


async def test_create_order_under_a_key_answers_the_same_bytes_and_makes_one_order(shop: Shop) -> None:
    body = an_order()
    answers = [await shop.post("create_order", body, headers=KEYED) for _ in range(3)]
    assert {(answer.code, answer.text) for answer in answers} == {(200, answers[0].text)}
    assert await shop.count("orders") == 1


async def test_a_key_is_one_calls_and_one_merchants(shop: Shop, make_shop: MakeShop) -> None:
    other = await make_shop()
    order = await shop.order_in(State.ORDER_PLACED)
    bodies = [both_ids(order) | {"merchant_order_status": "packed"}, both_ids(order)]
    for call, body in zip(("update_order", "confirm_order"), bodies, strict=True):
        assert (await shop.post(call, body, headers=KEYED)).code == 200
    assert (await other.post("confirm_order", bodies[1], headers=KEYED)).refusal == "Order not found."
    assert (await shop.refund(order, 10, headers=KEYED)).code == 200
    assert (await shop.call("DELETE", "/refund", both_ids(order), headers=KEYED)).code == 200


async def test_a_refusal_is_an_answer_and_is_kept(shop: Shop) -> None:
    order = await shop.order_in(State.NEW)
    refused = await MUTATING["order_placed"][1](shop, order, KEYED)
    await shop.choose_terms(order)
    again = await MUTATING["order_placed"][1](shop, order, KEYED)
    assert "The order is new" in refused.refusal
    assert again.text == refused.text
    fresh = await MUTATING["order_placed"][1](shop, order, {"idempotency-key": "7f3c-second"})
    assert fresh.data["status"] == "order_placed"


@pytest.mark.parametrize("body", [b"not JSON", b"{}", b"[]", b""])
async def test_a_body_that_can_not_be_read_is_an_answer_and_is_kept(shop: Shop, body: bytes) -> None:
    refused = await shop.post("create_order", body, headers=KEYED)
    assert (await shop.post("create_order", body, headers=KEYED)).text == refused.text
    assert (await shop.post("create_order", an_order(), headers=KEYED)).refusal.startswith("Idempotency-Key: ")


async def test_a_failure_of_ours_is_not_kept_so_that_the_merchant_can_try_again(shop: Shop) -> None:
    folder = shop.platform.settings.home_path / "documents"
    folder.write_text("a file stands where the folder should")
    body = an_order(documents=[document(pdf())])
    assert (await shop.post("create_order", body, headers=KEYED)).code == 500
    folder.unlink()
    assert (await shop.post("create_order", body, headers=KEYED)).data["status"] == "new"


async def test_a_key_is_free_again_after_31_days(shop: Shop) -> None:
    assert (await shop.post("create_order", an_order(), headers=KEYED)).code == 200
    for age, free in ((timedelta(days=30, hours=23), False), (timedelta(days=31, seconds=1), True)):
        async with shop.platform.database.single_statement() as tx:
            await tx.execute(
                "UPDATE idempotency_keys SET created_at = now() - $2::interval WHERE merchant_id = $1",
                shop.merchant_id, age,
            )  # fmt: skip
        assert ((await shop.post("create_order", an_order(), headers=KEYED)).code == 200) is free


@pytest.mark.parametrize("key", [b"", b"x" * 256, "schlüssel".encode(), b"a\tb", b"\x7f"])
async def test_a_key_that_is_none_is_named(shop: Shop, key: bytes) -> None:
    order: Body = {"backd_order_id": "BO-1", "merchant_order_id": "PO-1"}
    headers: Any = {"idempotency-key": key}
    answers = [await call(shop, order, headers) for _, call in MUTATING.values()]
    answers += [await shop.post("create_order", an_order(), headers=headers)]
    assert [answer.refusal for answer in answers if not answer.refusal.startswith("Idempotency-Key: ")] == []
    assert sum((await shop.traces()).values()) == 0


async def test_the_longest_key_is_taken(shop: Shop) -> None:
    assert (await shop.post("create_order", an_order(), headers={"idempotency-key": "~" * 255})).code == 200


# Without a key the rules of the dialect hold.


async def test_the_same_order_again_is_the_same_order_however_its_json_is_written(shop: Shop) -> None:
    body = an_order()
    first = await shop.post("create_order", body)
    shuffled = {name: body[name] for name in reversed(body)} | {"an_unknown_key": 1}
    again = await shop.post("create_order", shuffled)
    assert first.text == again.text
    assert await shop.traces() == await shop.traces() | {"orders": 1, "events": 1}


@pytest.mark.parametrize(
    "change",
    [{"merchant_order_status": "paid"}, {"customer_email": "eve@example.com"}, {"notify_customer": True,
     "customer_email": "dana@example.com"}, {"order_total": 1001, "tax_amount": 1}],
)  # fmt: skip
async def test_another_order_under_a_live_reference_is_refused(shop: Shop, change: Body) -> None:
    body = an_order()
    first = await shop.post("create_order", body)
    left = await shop.traces()
    answer = await shop.post("create_order", body | change)
    assert answer.refusal == "merchant_order_id: already belongs to a live order with another content"
    assert await shop.traces() == left
    assert (await shop.post("create_order", body)).text == first.text


async def test_two_merchants_may_use_the_same_reference(shop: Shop, make_shop: MakeShop) -> None:
    body = an_order()
    answers = [await merchant.post("create_order", body) for merchant in (shop, await make_shop())]
    assert answers[0].data["backd_order_id"] != answers[1].data["backd_order_id"]


@pytest.mark.parametrize("state", [State.CANCELED, State.DECLINED, State.EXPIRED])
async def test_a_reference_is_free_again_after_an_end_without_a_sale(shop: Shop, state: State) -> None:
    ended = await shop.order_in(state)
    again = (await shop.create(merchant_order_id=ended["merchant_order_id"])).data
    assert again["status"] == "new"
    assert again["backd_order_id"] != ended["backd_order_id"]
    assert (await shop.find(ended["backd_order_id"])).data == ended


@pytest.mark.parametrize(
    "state", [state for state in State if state not in (State.CANCELED, State.DECLINED, State.EXPIRED)]
)
async def test_a_live_orders_create_answers_with_the_order_as_it_stands(shop: Shop, state: State) -> None:
    body = an_order()
    order = await shop.order_in(state, **body)
    again = (await shop.post("create_order", body)).data
    assert again["backd_order_id"] == order["backd_order_id"]
    assert again["status"] == order["status"]
    assert (await shop.create(merchant_order_id=body["merchant_order_id"], tax_amount=1, order_total=1001)).code == 400
