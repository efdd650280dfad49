"""Events go out: whole, signed, in order, once, and again when they were not taken."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from datetime import timedelta
from itertools import pairwise

import msgspec
import pytest
from standardwebhooks import Webhook

from tenor.base.errors import Invalid, NotFound, WrongState
from tenor.core.deliveries import rules
from tenor.core.deliveries import service as deliveries
from tenor.core.dispatch.model import DeliveryState
from tenor.core.events.model import event_id, event_of
from tenor.core.orders.model import Detail, Item, Order
from tenor.core.webhooks import service as webhooks
from tenor.core.webhooks.model import Lane
from tests.core.conftest import Trade
from tests.core.deliveries.conftest import SEAL, Post
from tests.receiver import OK, Heard, Receiver, answering, listening, status

PENDING, DELIVERED, FAILED, CANCELED = DeliveryState
_HOOKED = Detail(items=(Item(sku="BOLT-8", name="Bolts, box", unit_price=1_000_00, quantity=1),))


def _types(receiver: Receiver) -> list[str]:
    return [json.loads(body)["type"] for body in receiver.bodies()]


async def _with_url(trade: Trade, url: str, **more: object) -> Order:
    """An order of BuildNow's dialect that brings an address along, its terms chosen."""
    detail = msgspec.structs.replace(_HOOKED, webhook_url=url, **more)
    new = msgspec.structs.replace(trade.new(detail=detail), face="buildnow")
    return await trade.choose(await trade.create(new))


async def test_an_orders_life_arrives_in_order_each_event_once_and_signed(
    trade: Trade, post: Post, receiver: Receiver
) -> None:
    endpoint = await post.endpoint(receiver.url)
    order = await trade.sold()
    assert await post.drain() == 4
    assert await post.drain() == 0
    assert _types(receiver) == ["order.created", "order.terms_selected", "order.placed", "order.confirmed"]
    reference = Webhook(webhooks.secret_text(SEAL, endpoint))
    for heard in receiver.heard:
        told = reference.verify(heard.body, heard.headers)
        assert told["id"] == heard.id == event_id(order.id, told["number"])
        assert heard.headers["content-type"] == "application/json"
    assert [json.loads(body)["number"] for body in receiver.bodies()] == [1, 2, 3, 4]
    last = json.loads(receiver.bodies()[-1])
    assert (last["data"]["state"], last["data"]["total"]) == ("order_confirmed", 1_000_00)
    assert last["data"]["terms"]["instalments"] == [{"number": 1, "due_on": "2026-05-15", "amount": 1_000_00}]


async def test_exactly_the_bytes_that_are_kept_were_sent(trade: Trade, post: Post, receiver: Receiver) -> None:
    endpoint = await post.endpoint(receiver.url)
    await trade.create()
    await post.drain()
    [delivery] = await post.deliveries(endpoint.lane)
    assert [delivery.body] == receiver.bodies()
    [attempt] = await post.attempts(delivery)
    assert (attempt.number, attempt.status, attempt.error, attempt.answer) == (1, 200, None, b"ok")


async def test_an_endpoint_hears_only_of_the_types_it_asked_for(trade: Trade, post: Post, receiver: Receiver) -> None:
    await post.endpoint(receiver.url, "order.confirmed", "order.placed")
    await trade.sold()
    await post.drain()
    assert _types(receiver) == ["order.placed", "order.confirmed"]


async def test_another_merchants_events_go_elsewhere(trade: Trade, make_trade, post: Post, receiver: Receiver) -> None:  # type: ignore[no-untyped-def]
    await post.endpoint(receiver.url)
    other = await make_trade()
    await other.create()
    assert await post.drain() == 0


async def test_why_credit_declined_is_not_told(trade: Trade, post: Post, receiver: Receiver) -> None:
    await post.endpoint(receiver.url, "order.declined")
    await trade.choose(await trade.create(total=50_000_01))
    await post.drain()
    [body] = receiver.bodies()
    assert b"limit" not in body
    assert b"northwind" not in body.lower()


async def test_a_try_again_has_the_same_id_and_bytes_and_a_new_time(
    trade: Trade, post: Post, receiver: Receiver
) -> None:
    receiver.behave = answering(status(500))
    endpoint = await post.endpoint(receiver.url)
    await trade.create()
    await post.drain()
    post.clock.advance(seconds=5)
    receiver.behave = answering(OK)
    await post.drain()
    first, second = receiver.heard
    assert (first.id, first.body) == (second.id, second.body)
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) in (5, 6)
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    Webhook(webhooks.secret_text(SEAL, endpoint)).verify(second.body, second.headers)


async def test_tries_follow_the_schedule_to_the_second_and_end_with_the_tenth(
    trade: Trade, post: Post, receiver: Receiver
) -> None:
    receiver.behave = answering(status(500))
    endpoint = await post.endpoint(receiver.url)
    await trade.create()
    await post.live_until_all_is_sent()
    [delivery] = await post.deliveries(endpoint.lane)
    tries = await post.attempts(delivery)
    assert (delivery.state, delivery.attempts, len(tries)) == (FAILED, 10, 10)
    pauses = [after.started_at - before.started_at for before, after in pairwise(tries)]
    assert pauses == list(rules.SCHEDULE[1:])


async def test_jitter_spreads_the_tries_by_at_most_a_fifth(trade: Trade, post: Post, receiver: Receiver) -> None:
    receiver.behave = answering(status(500))
    post.jitter = lambda: 0.75
    endpoint = await post.endpoint(receiver.url)
    await trade.create()
    await post.drain()
    [delivery] = await post.deliveries(endpoint.lane)
    assert delivery.due_at == post.clock.at + timedelta(seconds=5) * 1.15


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_a_redirect_is_a_failure_and_is_not_followed(
    trade: Trade, post: Post, receiver: Receiver, code: int
) -> None:
    async with listening() as elsewhere:
        receiver.behave = answering(status(code, f"Location: {elsewhere.url}"))
        endpoint = await post.endpoint(receiver.url)
        await trade.create()
        await post.drain()
        assert elsewhere.connections == 0
    [delivery] = await post.deliveries(endpoint.lane)
    assert (delivery.state, (await post.attempts(delivery))[0].status) == (PENDING, code)


async def test_retry_after_is_honoured(trade: Trade, post: Post, receiver: Receiver) -> None:
    receiver.behave = answering(status(429, "Retry-After: 90"))
    await post.endpoint(receiver.url)
    await trade.create()
    await trade.create()
    sent = await post.drain()
    post.clock.advance(seconds=89)
    assert await post.drain() == 0
    post.clock.advance(seconds=1)
    assert await post.drain() > 0
    assert sent <= 2


async def test_a_410_switches_the_endpoint_off_and_cancels_what_waits(
    trade: Trade, post: Post, receiver: Receiver
) -> None:
    receiver.behave = answering(status(410))
    endpoint = await post.endpoint(receiver.url)
    await trade.sold()
    await post.drain()
    assert [one.state for one in await post.deliveries(endpoint.lane)] == [FAILED, CANCELED, CANCELED, CANCELED]
    assert (await post.fresh(endpoint)).off_reason == "gone"
    await trade.create()
    await post.drain()
    assert len(receiver.heard) == 1


async def test_switched_on_again_it_hears_of_what_comes_and_by_replay_of_all_it_missed(
    trade: Trade, post: Post, receiver: Receiver
) -> None:
    endpoint = await post.endpoint(receiver.url)
    begin = post.clock.at
    async with post.database.transaction() as tx:
        await deliveries.switch_off(tx, endpoint.lane, post.clock())
    missed = await trade.sold()
    async with post.database.transaction() as tx:
        with pytest.raises(WrongState):
            await deliveries.replay_since(tx, endpoint.lane, begin, post.clock())
        await webhooks.switch_on(tx, endpoint.lane)
    assert await post.drain() == 0
    post.clock.advance(seconds=10)
    async with post.database.transaction() as tx:
        assert await deliveries.replay_since(tx, endpoint.lane, begin - timedelta(hours=1), post.clock()) == 4
    await post.drain()
    assert [event_of(heard.id) for heard in receiver.heard] == [(missed.id, number) for number in (1, 2, 3, 4)]


async def test_a_delivery_that_arrived_can_be_replayed_under_its_id(
    trade: Trade, post: Post, receiver: Receiver
) -> None:
    endpoint = await post.endpoint(receiver.url)
    await trade.create()
    await post.drain()
    [delivery] = await post.deliveries(endpoint.lane)
    await post.replay(delivery)
    await post.drain()
    first, second = receiver.heard
    assert (first.id, first.body) == (second.id, second.body)
    [delivery] = await post.deliveries(endpoint.lane)
    assert (delivery.state, delivery.attempts) == (DELIVERED, 2)


async def test_a_replayed_delivery_has_all_its_tries_before_it_again(
    trade: Trade, post: Post, receiver: Receiver
) -> None:
    receiver.behave = answering(status(500))
    endpoint = await post.endpoint(receiver.url)
    await trade.create()
    await post.live_until_all_is_sent()
    [delivery] = await post.deliveries(endpoint.lane)
    await post.replay(delivery)
    await post.live_until_all_is_sent(timedelta(days=20))
    assert len(receiver.heard) >= 11


async def test_a_rotation_signs_with_both_secrets_for_a_day(trade: Trade, post: Post, receiver: Receiver) -> None:
    old = await post.endpoint(receiver.url)
    async with post.database.transaction() as tx:
        new = await webhooks.rotate(tx, old.lane, post.clock())
    await trade.create()
    await post.drain()
    [heard] = receiver.heard
    for endpoint in (old, new):
        Webhook(webhooks.secret_text(SEAL, endpoint)).verify(heard.body, heard.headers)
    assert len(heard.headers["webhook-signature"].split()) == 2
    post.clock.advance(hours=24)
    await trade.create()
    await post.drain()
    assert len(receiver.heard[-1].headers["webhook-signature"].split()) == 1


async def test_a_test_arrives_at_once_and_is_kept_like_any_delivery(post: Post, receiver: Receiver) -> None:
    endpoint = await post.endpoint(receiver.url, "order.confirmed")
    async with post.database.transaction() as tx:
        claimed = await deliveries.claim_test(tx, endpoint.lane, post.clock())
    result = await post.sender().send_now(claimed)
    assert result.state == DELIVERED
    told = Webhook(webhooks.secret_text(SEAL, endpoint)).verify(receiver.heard[0].body, receiver.heard[0].headers)
    assert told["type"] == "webhook.test"
    [delivery] = await post.deliveries(endpoint.lane)
    assert (delivery.state, delivery.order_id, len(await post.attempts(delivery))) == (DELIVERED, None, 1)


async def test_a_buildnow_order_tells_its_own_address_in_buildnows_words(
    trade: Trade, post: Post, receiver: Receiver
) -> None:
    order = await _with_url(trade, receiver.url, metadata={"po": 12345678901234567890123, "rate": "0.10"})
    order = await trade.confirm(await trade.place(order))
    await trade.refund_at_once(order, 100_00)
    await post.drain()
    placed, approved = [json.loads(body) for body in receiver.bodies()]
    assert placed == {
        "event_id": event_id(order.id, 2), "event_type": "purchase_placed", "purchase_order_id": str(order.id),
        "partner_order_reference": order.reference, "status": "placed", "occurred_at": "2026-04-15T17:00:00Z",
        "total_price": "1000.00", "tenure_months": 1, "metadata": {"po": 12345678901234567890123, "rate": "0.10"},
    }  # fmt: skip
    assert (approved["event_type"], approved["status"]) == ("purchase_approved", "approved")
    async with post.database.transaction() as tx:
        endpoint = await webhooks.order_urls(tx, trade.merchant.id)
    for heard in receiver.heard:
        Webhook(webhooks.secret_text(SEAL, endpoint)).verify(heard.body, heard.headers)
    # What the dialect has no word for leaves nothing behind.
    assert len(await post.deliveries(endpoint.lane)) == 2


async def test_a_410_of_one_orders_address_is_that_orders_word_alone(
    trade: Trade, post: Post, receiver: Receiver
) -> None:
    async with listening(answering(status(410))) as gone:
        ended = await _with_url(trade, gone.url)
        goes_on = await _with_url(trade, receiver.url)
        await post.drain()
        await trade.confirm(await trade.place(ended))
        await trade.confirm(await trade.place(goes_on))
        await post.drain()
    assert {json.loads(body)["purchase_order_id"] for body in receiver.bodies()} == {str(goes_on.id)}
    assert [json.loads(body)["event_type"] for body in receiver.bodies()] == ["purchase_placed", "purchase_approved"]


async def test_two_workers_never_send_the_same_attempt_twice(trade: Trade, post: Post, receiver: Receiver) -> None:
    async def slowly(heard: Heard, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.01)
        await answering(OK)(heard, writer)

    receiver.behave = slowly
    await post.endpoint(receiver.url)
    orders = [await trade.create() for _ in range(60)]
    made = await asyncio.gather(*(post.sender().drain() for _ in range(4)))
    assert sum(made) == 60
    assert sorted(heard.id for heard in receiver.heard) == sorted(event_id(order.id, 1) for order in orders)


async def test_an_orders_events_stay_in_order_while_many_workers_send_and_the_receiver_fails_at_random(
    trade: Trade, post: Post, receiver: Receiver
) -> None:
    taken: dict[str, list[int]] = defaultdict(list)
    count = 0

    async def moody(heard: Heard, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        if count % 3:
            await answering(status(500))(heard, writer)
            return
        told = json.loads(heard.body)
        taken[told["order_id"]].append(told["number"])
        await answering(OK)(heard, writer)

    receiver.behave = moody
    await post.endpoint(receiver.url)
    for _ in range(5):
        await trade.sold()
    for _ in range(200):
        await asyncio.gather(*(post.sender().drain() for _ in range(3)))
        if (due := await post.next_due()) is None:
            break
        post.clock.at = max(post.clock.at, due)
    assert len(taken) == 5
    assert all(numbers == [1, 2, 3, 4] for numbers in taken.values())


async def test_a_dead_endpoint_holds_up_nobody_else(trade: Trade, post: Post, receiver: Receiver) -> None:
    async def hang(_: Heard, __: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async with listening(hang) as dead:
        stuck = await post.endpoint(dead.url)
        await post.endpoint(receiver.url)
        for _ in range(40):
            await trade.create()
        sending = asyncio.create_task(post.sender().run(stop := asyncio.Event()))
        async with asyncio.timeout(20):
            await receiver.has_heard(40)
        # The live one has had everything before the first of the dead one's attempts was given up.
        assert [one for one in await post.deliveries(stuck.lane) if await post.attempts(one)] == []
        stop.set()
        await sending
    assert dead.connections <= 16


async def test_unknown_endpoints_and_deliveries_are_not_found(post: Post, trade: Trade) -> None:
    lane = Lane(trade.merchant.id, trade.merchant.id)
    async with post.database.transaction() as tx:
        with pytest.raises(NotFound):
            await deliveries.switch_off(tx, lane, post.clock())
        with pytest.raises(NotFound):
            await deliveries.replay(tx, trade.merchant.id, trade.merchant.id, post.clock())
        with pytest.raises(NotFound):
            await webhooks.rotate(tx, lane, post.clock())


async def test_a_wrong_address_and_a_wrong_type_are_both_named(post: Post) -> None:
    with pytest.raises(Invalid) as refused:
        await post.endpoint("ftp://shop.example.com", "order.eaten")
    assert [problem.path for problem in refused.value.problems] == [("url",), ("type",)]
