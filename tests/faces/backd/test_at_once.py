"""Calls that meet: fifty at once over real sockets, and still one order, one refund, one way out."""

from __future__ import annotations

import asyncio

import pytest

from tenor import worker
from tenor.core.ledger import invariants
from tenor.core.orders.model import State
from tests.faces.backd.bodies import an_order
from tests.faces.backd.shop import Shop, both_ids

# The books are checked as a whole, so that what other tests left behind must go first.
pytestmark = pytest.mark.usefixtures("database")


async def _assert_books_are_clean(shop: Shop) -> None:
    async with shop.platform.database.single_statement() as tx:
        assert await invariants.check(tx) == []


@pytest.mark.parametrize("headers", [{}, {"idempotency-key": "k"}], ids=["without key", "with key"])
async def test_fifty_identical_creates_make_one_order_and_fifty_equal_answers(
    live_shop: Shop, headers: dict[str, str]
) -> None:
    body = an_order(notify_customer=True, customer_email="dana@example.com")
    answers = await asyncio.gather(*[live_shop.post("create_order", body, headers=headers) for _ in range(50)])
    assert {(answer.code, answer.text) for answer in answers} == {(200, answers[0].text)}
    assert [await live_shop.count(table) for table in ("orders", "events", "deliveries")] == [1, 1, 1]


async def test_fifty_different_creates_under_one_reference_make_one_order(live_shop: Shop) -> None:
    answers = await asyncio.gather(
        *[live_shop.create(merchant_order_id="PO-1", merchant_order_status=f"{one}") for one in range(50)]
    )
    made = [answer for answer in answers if answer.code == 200]
    assert len(made) == 1
    assert all(answer.refusal.startswith("merchant_order_id: ") for answer in answers if answer.code != 200)
    assert await live_shop.count("orders") == 1


async def test_fifty_refunds_of_sixty_per_cent_execute_at_most_one(live_shop: Shop) -> None:
    order = await live_shop.order_in(State.ORDER_CONFIRMED)
    answers = await asyncio.gather(*[live_shop.refund(order, 600) for _ in range(50)])
    assert {answer.code for answer in answers} == {200}
    requests = (await live_shop.find(order["backd_order_id"])).data["refunds"]
    assert sorted(request["status"] for request in requests) == ["approved"] + ["declined"] * 49
    await live_shop.pass_lock(requests[-1]["locked_at"])
    await asyncio.gather(*[worker.sweep_once(live_shop.platform) for _ in range(3)])
    found = (await live_shop.find(order["backd_order_id"])).data
    assert sorted(request["status"] for request in found["refunds"]) == ["declined"] * 49 + ["executed"]
    assert found["status"] == "order_confirmed"
    await _assert_books_are_clean(live_shop)


async def test_refunds_of_sixty_per_cent_after_the_lock_execute_at_most_one(live_shop: Shop) -> None:
    order = await live_shop.order_in(State.ORDER_CONFIRMED)
    first = (await live_shop.refund(order, 600)).data["refunds"][0]
    await live_shop.pass_lock(first["locked_at"])
    late = [live_shop.refund(order, 600) for _ in range(25)]
    answers, _ = await asyncio.gather(asyncio.gather(*late), worker.sweep_once(live_shop.platform))
    assert all("locked" in answer.refusal or "must be at most 400.00" in answer.refusal for answer in answers)
    # A sweep passes over an order that somebody holds just then; the next one finds it, and finds it once.
    await worker.sweep_once(live_shop.platform)
    found = (await live_shop.find(order["backd_order_id"])).data
    assert [request["status"] for request in found["refunds"]] == ["executed"]
    await _assert_books_are_clean(live_shop)


async def test_of_confirm_and_cancel_exactly_one_wins(live_shop: Shop) -> None:
    orders = [await live_shop.order_in(State.ORDER_PLACED) for _ in range(8)]
    calls = [(order, call) for order in orders for call in ("confirm_order", "cancel_order")]
    answers = await asyncio.gather(*[live_shop.post(call, both_ids(order)) for order, call in calls])
    won = [
        (order["backd_order_id"], call)
        for (order, call), answer in zip(calls, answers, strict=True)
        if answer.code == 200
    ]
    assert [order_id for order_id, _ in won] == [order["backd_order_id"] for order in orders]
    status = {"confirm_order": "order_confirmed", "cancel_order": "canceled"}
    for order_id, call in won:
        assert (await live_shop.find(order_id)).data["status"] == status[call]
    assert all("this needs an order that is" in answer.refusal for answer in answers if answer.code != 200)
    await _assert_books_are_clean(live_shop)


async def test_many_confirms_are_one_sale(live_shop: Shop) -> None:
    order = await live_shop.order_in(State.ORDER_PLACED)
    answers = await asyncio.gather(*[live_shop.post("confirm_order", both_ids(order)) for _ in range(20)])
    assert {(answer.code, answer.text) for answer in answers} == {(200, answers[0].text)}
    assert await live_shop.count("journal_entries") == 1
    await _assert_books_are_clean(live_shop)
