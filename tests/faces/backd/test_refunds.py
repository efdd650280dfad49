"""Refund requests over HTTP: one active, replaced or taken back until it locks, executed once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec import Raw

from tenor import worker
from tenor.core.orders.model import State
from tests.faces.backd.bodies import Body
from tests.faces.backd.shop import Shop, both_ids


@pytest.fixture
async def order(shop: Shop) -> Body:
    """A confirmed order of 1,000.00."""
    return await shop.order_in(State.ORDER_CONFIRMED)


def _requests(answered: Any) -> list[tuple[Any, str]]:
    return [(one["amount"], one["status"]) for one in answered["refunds"]]


async def _execute(shop: Shop, answered: Any) -> None:
    await shop.pass_lock(answered["refunds"][-1]["locked_at"])
    await worker.sweep_once(shop.platform)


async def test_a_request_has_exactly_the_documents_keys_and_locks_at_five_in_chicago(shop: Shop, order: Body) -> None:
    answer = (await shop.refund(order, 250)).data
    (request,) = answer["refunds"]
    assert list(request) == ["amount", "create_date", "status", "locked_at"]
    lock = datetime.strptime(request["locked_at"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    local = lock.astimezone(ZoneInfo("America/Chicago"))
    assert (local.hour, local.minute, local.second) == (17, 0, 0)
    assert local.weekday() < 5
    assert timedelta(0) < lock - datetime.now(UTC) <= timedelta(days=3, hours=1)
    assert set(answer) - set(order) == set()


async def test_a_new_request_takes_the_place_of_the_one_that_is_not_locked(shop: Shop, order: Body) -> None:
    await shop.refund(order, 250)
    answer = (await shop.refund(order, 1000)).data
    assert _requests(answer) == [(250, "declined"), (1000, "approved")]
    assert (await shop.find(order["backd_order_id"])).data == answer


async def test_a_request_that_is_taken_back_makes_room_for_another(shop: Shop, order: Body) -> None:
    await shop.refund(order, 250)
    assert _requests((await shop.take_refund_back(order)).data) == [(250, "declined")]
    assert _requests((await shop.refund(order, 300)).data) == [(250, "declined"), (300, "approved")]


async def test_a_request_that_was_taken_back_is_never_executed(shop: Shop, order: Body) -> None:
    requested = (await shop.refund(order, 250)).data
    await shop.take_refund_back(order)
    await _execute(shop, requested)
    assert _requests((await shop.find(order["backd_order_id"])).data) == [(250, "declined")]


@pytest.mark.parametrize("swept", [False, True], ids=["before the sweep", "after the sweep"])
async def test_a_locked_request_is_neither_replaced_nor_taken_back(shop: Shop, order: Body, swept: bool) -> None:
    requested = (await shop.refund(order, 600)).data
    await shop.pass_lock(requested["refunds"][0]["locked_at"])
    if swept:
        await worker.sweep_once(shop.platform)
    replaced = (await shop.refund(order, 500)).refusal
    taken_back = (await shop.take_refund_back(order)).refusal
    if swept:
        assert replaced.startswith("refund_amount: must be at most 400.00 USD")
        assert taken_back == "The order has no active refund request."
    else:
        assert requested["refunds"][0]["locked_at"] in replaced
        assert replaced == taken_back
    status = "executed" if swept else "approved"
    assert _requests((await shop.find(order["backd_order_id"])).data) == [(600, status)]


async def test_parts_are_refunded_until_nothing_is_left(shop: Shop, order: Body) -> None:
    for amount in (600, 399.99):
        await _execute(shop, (await shop.refund(order, amount)).data)
        assert (await shop.find(order["backd_order_id"])).data["status"] == "order_confirmed"
    assert (await shop.refund(order, 0.02)).refusal.startswith("refund_amount: must be at most 0.01 USD")
    await _execute(shop, (await shop.refund(order, 0.01)).data)
    found = (await shop.find(order["backd_order_id"])).data
    assert found["status"] == "refund"
    assert [status for _, status in _requests(found)] == ["executed"] * 3
    assert sum(amount for amount, _ in _requests(found)) == 1000


async def test_a_request_is_executed_once_however_often_the_worker_sweeps(shop: Shop, order: Body) -> None:
    await _execute(shop, (await shop.refund(order, 600)).data)
    left = await shop.traces()
    for _ in range(3):
        await shop.advance(timedelta(days=1))
    assert await shop.traces() == left


async def test_nothing_is_executed_before_it_locks(shop: Shop, order: Body) -> None:
    requested = (await shop.refund(order, 600)).data
    await worker.sweep_once(shop.platform)
    assert (await shop.find(order["backd_order_id"])).data == requested


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (1000.01, "must be at most 1000.00 USD"), (10**15, "must be at most 1000.00 USD"), (0, "must be above zero"),
        (-1, "must not be negative"), (Raw(b"-0.01"), "must not be negative"), (Raw(b"0.005"), "at most 2 decimal"),
        (Raw(b"1e400"), "must be at most"), ("100", "must be a number"), (True, "must be a number"),
        (None, "must be a number"), ([], "must be a number"), ("١٠", "must be a number"),
    ],
    ids=lambda given: bytes(given).decode() if isinstance(given, Raw) else str(given),
)  # fmt: skip
async def test_an_amount_that_can_not_be_refunded_is_named(shop: Shop, order: Body, amount: Any, said: str) -> None:
    left = await shop.traces()
    refusal = (await shop.refund(order, amount)).refusal
    assert refusal.startswith("refund_amount: ")
    assert said in refusal
    assert await shop.traces() == left


async def test_an_amount_that_is_missing_is_named(shop: Shop, order: Body) -> None:
    assert (await shop.post("refund", both_ids(order))).refusal == "refund_amount: is required"


async def test_a_request_that_is_refused_leaves_the_one_that_stands(shop: Shop, order: Body) -> None:
    standing = (await shop.refund(order, 250)).data
    assert (await shop.refund(order, 1000.01)).code == 400
    assert (await shop.find(order["backd_order_id"])).data == standing
