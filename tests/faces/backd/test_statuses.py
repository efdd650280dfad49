"""Which call may be made when: every call from every status, and every call made twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tenor.core.orders.model import State
from tenor.faces.backd.mapping import STATUS
from tests.faces.backd.bodies import Body
from tests.faces.backd.conftest import MakeShop
from tests.faces.backd.shop import Answer, Shop, both_ids

Call = Callable[[Shop, Body], Awaitable[Answer]]

CALLS: dict[str, Call] = {
    "order_placed": lambda shop, order: shop.post("order_placed", both_ids(order)),
    "update_order": lambda shop, order: shop.post(
        "update_order", both_ids(order) | {"merchant_order_status": "packed"}
    ),
    "confirm_order": lambda shop, order: shop.post("confirm_order", both_ids(order)),
    "cancel_order": lambda shop, order: shop.post("cancel_order", both_ids(order)),
    "POST refund": lambda shop, order: shop.refund(order, 1),
    "DELETE refund": lambda shop, order: shop.take_refund_back(order),
}

# From where each call is taken: the states it starts from, and the one it leads to (`spec/backd.md`, endpoints).
TAKEN_FROM: dict[str, set[State]] = {
    "order_placed": {State.TERMS_SELECTED, State.ORDER_PLACED},
    "update_order": {State.ORDER_PLACED},
    "confirm_order": {State.ORDER_PLACED, State.ORDER_CONFIRMED},
    "cancel_order": {State.ORDER_PLACED, State.CANCELED},
    "POST refund": {State.ORDER_CONFIRMED},
    "DELETE refund": set(),
}

LEADS_TO = {
    "order_placed": "order_placed",
    "update_order": "order_placed",
    "confirm_order": "order_confirmed",
    "cancel_order": "canceled",
    "POST refund": "order_confirmed",
}


@pytest.mark.parametrize("state", State)
async def test_a_call_from_a_wrong_status_is_refused_with_that_status_and_changes_nothing(
    shop: Shop, state: State
) -> None:
    order = await shop.order_in(state)
    left = await shop.traces()
    for name in [name for name, states in TAKEN_FROM.items() if state not in states]:
        refusal = (await CALLS[name](shop, order)).refusal
        if (name, state) == ("DELETE refund", State.ORDER_CONFIRMED):
            assert refusal == "The order has no active refund request."
        else:
            assert state in refusal, name
        assert await shop.traces() == left, name
        assert (await shop.find(order["backd_order_id"])).data == order, name


@pytest.mark.parametrize(
    ("name", "state"), [(name, state) for name, states in TAKEN_FROM.items() for state in sorted(states)]
)
async def test_a_call_from_a_right_status_leads_where_it_should(shop: Shop, name: str, state: State) -> None:
    order = await shop.order_in(state)
    assert (await CALLS[name](shop, order)).data["status"] == LEADS_TO[name]
    assert (await shop.find(order["backd_order_id"])).data["status"] == LEADS_TO[name]


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("order_placed", State.TERMS_SELECTED),
        ("update_order", State.ORDER_PLACED),
        ("confirm_order", State.ORDER_PLACED),
        ("cancel_order", State.ORDER_PLACED),
    ],
)
async def test_the_same_call_again_answers_the_same_and_happens_once(shop: Shop, name: str, state: State) -> None:
    order = await shop.order_in(state)
    first = await CALLS[name](shop, order)
    left = await shop.traces()
    again = await CALLS[name](shop, order)
    assert first.data == again.data
    assert first.text == again.text
    assert await shop.traces() == left


async def test_taking_a_refund_request_back_again_answers_the_same_and_happens_once(shop: Shop) -> None:
    order = await shop.order_in(State.ORDER_CONFIRMED)
    await shop.refund(order, 250)
    first = await shop.take_refund_back(order)
    left = await shop.traces()
    again = await shop.take_refund_back(order)
    assert first.data["refunds"][0]["status"] == "declined"
    assert first.text == again.text
    assert await shop.traces() == left


async def test_cancel_leaves_the_merchants_own_status_out(shop: Shop) -> None:
    order = await shop.order_in(State.ORDER_PLACED, merchant_order_status="packing")
    canceled = (await CALLS["cancel_order"](shop, order)).data
    assert order["merchant_order_status"] == "packing"
    assert set(order) - set(canceled) == {"merchant_order_status", "refunds"}


@pytest.mark.parametrize("state", State)
async def test_find_order_knows_every_status_by_the_dialects_word(shop: Shop, state: State) -> None:
    assert (await shop.order_in(state))["status"] == ("refund" if state == State.REFUNDED else state.value)
    assert set(STATUS) == set(State)


@pytest.mark.parametrize("name", ["find_order", *CALLS])
async def test_another_merchants_order_is_like_one_that_does_not_exist(
    shop: Shop, make_shop: MakeShop, name: str
) -> None:
    calls: dict[str, Call] = CALLS | {"find_order": lambda shop, order: shop.find(order["backd_order_id"])}
    theirs = await (await make_shop()).order_in(State.ORDER_PLACED)
    nobodys = theirs | {"backd_order_id": "BO-20260416-0000000000ZZ"}
    left = await shop.traces()
    answers = [await calls[name](shop, order) for order in (theirs, nobodys)]
    assert answers[0].refusal == "Order not found."
    assert answers[0].text == answers[1].text
    assert await shop.traces() == left


async def test_an_order_is_not_found_under_another_reference(shop: Shop) -> None:
    order = await shop.order_in(State.ORDER_PLACED)
    wrong = order | {"merchant_order_id": "PO-OF-ANOTHER-ORDER"}
    for name, call in CALLS.items():
        assert (await call(shop, wrong)).refusal == "Order not found.", name


@pytest.mark.parametrize("call", ["confirm_order", "cancel_order"])
async def test_the_merchants_own_id_may_be_left_out_where_the_documents_do_not_ask_for_it(
    shop: Shop, call: str
) -> None:
    order = await shop.order_in(State.ORDER_PLACED)
    answer = await shop.post(call, {"backd_order_id": order["backd_order_id"]})
    assert answer.data["status"] == LEADS_TO[call]


@pytest.mark.parametrize(
    "order_id", ["BO-", "BO-1", "x", "%00", "BO-%00", "BO-%ED%A0%80", "BO-%FF", "BO-%0A", "BO-%0AA", "B" * 5000, "BO-٣"]
)
async def test_an_order_id_that_is_none_is_not_found(shop: Shop, order_id: str) -> None:
    assert (await shop.find(order_id)).refusal == "Order not found."
