"""The commands on events on their way: made, claimed, noted, replayed. Time is real time, never a sandbox's."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from tenor.base.database import Row, Tx
from tenor.base.errors import NotFound, WrongState
from tenor.base.ids import new_id
from tenor.base.logs import logger
from tenor.core.deliveries import rules, store
from tenor.core.deliveries.model import ClaimedEvent, Delivery
from tenor.core.dispatch import rules as dispatch_rules
from tenor.core.dispatch import store as dispatch
from tenor.core.dispatch.model import Result, Room
from tenor.core.events import payload
from tenor.core.events.model import Event, EventType, Told, event_id
from tenor.core.mail import service as mail
from tenor.core.mail.model import Kind
from tenor.core.merchants import store as merchants
from tenor.core.webhooks import service as webhooks
from tenor.core.webhooks import store as endpoints
from tenor.core.webhooks.model import Endpoint, Lane

# A wire format's own words for an event, as bytes, or None where it has none. The second argument is the order's
# metadata as JSON, if it has any.
Words = Callable[[Told, bytes | None], bytes | None]


async def send_out(tx: Tx, event: Event, url: str | None, face: str) -> None:
    """Make the deliveries of an event, in the transaction that writes it.

    One to each of the merchant's endpoints that hears of it, and one to `url`, which the order brought along, in the
    words of `face`.
    """
    await store.fan_out(tx, event.merchant_id, event.order_id, event.number, event.type)
    if url is not None:
        await endpoints.ensure_order_urls(tx, event.merchant_id)
        await store.fan_out_to_order(tx, event.merchant_id, event.order_id, event.number, url, face)


async def claim(
    tx: Tx,
    now: datetime,
    words: Mapping[str, Words],
    *,
    limit: int,
    usual: int,
    rooms: Mapping[Hashable, Room],
    held: Sequence[UUID] = (),
) -> list[ClaimedEvent]:
    """Take what is due, oldest first: from the commit on it is ours to send until the lease is over.

    The bytes of an event are made here, once, and kept before they are sent. What its wire format has no word for
    is dropped.
    """
    until = now + dispatch_rules.LEASE
    while rows := await store.take_due(tx, now, limit, rooms, usual, held):
        bodies = {row["id"]: row["body"] or _body(row, words) for row in rows}
        unsaid = [(row["merchant_id"], row["id"]) for row in rows if bodies[row["id"]] == b""]
        if unsaid:
            await store.drop(tx, unsaid)
        said = [row for row in rows if bodies[row["id"]] != b""]
        if said:
            await dispatch.claim(tx, [(row["merchant_id"], row["id"], bodies[row["id"]]) for row in said], until)
            return [_claimed(row, bodies[row["id"]], until) for row in said]
    return []


def _body(row: Row, words: Mapping[str, Words]) -> bytes | None:
    """The bytes of an event; none at all where its wire format has no word; None where they could not be made."""
    try:
        told = payload.told(
            Event(
                merchant_id=row["merchant_id"],
                order_id=row["order_id"],
                number=row["event_number"],
                type=EventType(row["type"]),
                data=msgspec.json.decode(row["data"]),
                occurred_at=row["occurred_at"],
            )
        )
        if row["face"] is None:
            return payload.encode(told)
        metadata = row["metadata"]
        return words[row["face"]](told, None if metadata is None else metadata.encode()) or b""
    except Exception:
        # A fault of ours in one event must not stop the others. It is noted as a failed attempt, and tried again.
        logger().exception("no webhook made", merchant_id=str(row["merchant_id"]), order_id=str(row["order_id"]))
        return None


def _claimed(row: Row, body: bytes | None, until: datetime) -> ClaimedEvent:
    return ClaimedEvent(
        merchant_id=row["merchant_id"],
        id=row["id"],
        endpoint_id=row["endpoint_id"],
        kind=row["kind"],
        message_id=event_id(row["order_id"] or row["id"], row["event_number"] or 0),
        order_id=row["order_id"],
        url=row["url"],
        body=body,
        attempt=row["attempts"] + 1,
        # A test is tried once: whoever asked for it looks at what came of it.
        retries=row["retries"] + 1 if row["order_id"] else len(rules.SCHEDULE),
        generation=row["generation"],
        rotated_at=row["rotated_at"],
        failing=row["failing"],
        until=until,
    )


async def note(tx: Tx, results: Sequence[Result[ClaimedEvent]]) -> None:
    """Write down what came of attempts, in the order in which they ended, and what it means for their endpoints."""
    troubled = {one.claimed.lane for one in results if one.claimed.failing or one.attempt.error or not _good(one)}
    locked = await endpoints.lock(tx, sorted(troubled))
    await dispatch.note(tx, results)
    for endpoint in locked:
        own = [one for one in results if one.claimed.lane == endpoint.lane]
        await _note_endpoint(tx, endpoint, own)


def _good(result: Result[ClaimedEvent]) -> bool:
    return rules.succeeded(result.attempt.status, result.attempt.error)


async def _note_endpoint(tx: Tx, before: Endpoint, results: Sequence[Result[ClaimedEvent]]) -> None:
    after = rules.endpoint_after(before, results)
    now = results[-1].ended_at
    if after != before:
        await endpoints.save(tx, after)
    if before.off_reason is None and after.off_reason is not None:
        await _tell_merchant(tx, after, now)
    if after.off_reason is not None:
        await store.cancel_pending(tx, after.lane, now)
    elif after.kind == "order_urls":
        for order_id in _orders_gone(results):
            await store.cancel_pending(tx, after.lane, now, order_id)


async def _tell_merchant(tx: Tx, endpoint: Endpoint, now: datetime) -> None:
    """Queue the letter that says that an endpoint was switched off; once, because its row is locked.

    It goes in the language that is usual in the merchant's country, and to nobody where the merchant gave no address.
    """
    merchant = await merchants.find(tx, endpoint.merchant_id)
    if merchant is None or merchant.email is None:
        return
    missed = await store.missed_since(tx, endpoint.lane, endpoint.failing_since or now)
    await mail.enqueue(
        tx,
        merchant.id,
        None,
        Kind.ENDPOINT_OFF,
        recipient=merchant.email,
        language=None,
        data={
            "endpoint": "orders" if endpoint.url is None else str(endpoint.id),
            "url": endpoint.url,
            "reason": endpoint.off_reason,
            "since": missed.isoformat(),
        },
    )


def _orders_gone(results: Iterable[Result[ClaimedEvent]]) -> set[UUID]:
    return {one.claimed.order_id for one in results if rules.gone(one) and one.claimed.order_id is not None}


async def switch_off(tx: Tx, lane: Lane, now: datetime) -> None:
    """Send nothing more to an endpoint; what waits is canceled. Raises `NotFound`."""
    endpoint = next(iter(await endpoints.lock(tx, [lane])), None)
    if endpoint is None:
        raise NotFound("The merchant has no such endpoint.")
    await endpoints.save(tx, msgspec.structs.replace(endpoint, off_reason="by_hand"))
    await store.cancel_pending(tx, lane, now)


async def found(tx: Tx, merchant_id: UUID, delivery_id: UUID) -> Delivery:
    """A delivery of a merchant's. Raises `NotFound`."""
    delivery = await store.find(tx, merchant_id, delivery_id)
    if delivery is None:
        raise NotFound("The merchant has no such delivery.")
    return delivery


async def replay(tx: Tx, merchant_id: UUID, delivery_id: UUID, now: datetime) -> None:
    """Send a delivery again, whatever came of it: the same bytes under the same id. Raises `NotFound`, `WrongState`.

    Whoever asks for it wants to see it go, so an endpoint that is paused is tried at once.
    """
    delivery = await found(tx, merchant_id, delivery_id)
    await _make_ready(tx, Lane(merchant_id, delivery.endpoint_id), now)
    await dispatch.make_due(tx, merchant_id, delivery_id, now)


async def replay_since(tx: Tx, lane: Lane, since: datetime, now: datetime) -> int:
    """Send everything again that an endpoint hears of and that was recorded since then. Returns how many events.

    What was never sent to it, because it was off or not there yet, is among them. Raises `NotFound`, `WrongState`.
    """
    await _make_ready(tx, lane, now)
    return await store.replay_since(tx, lane, since, now)


async def _make_ready(tx: Tx, lane: Lane, now: datetime) -> Endpoint:
    endpoint = await webhooks.found(tx, lane)
    if endpoint.off_reason is not None:
        raise WrongState("The endpoint is switched off; switch it on first.")
    await endpoints.end_pause(tx, lane, now)
    return endpoint


async def queue_test(tx: Tx, lane: Lane, now: datetime) -> UUID:
    """A test for an endpoint, which the worker sends once. Returns the delivery's id.

    Raises `NotFound`, or `WrongState` for an endpoint that is off or has no address of its own.
    """
    _address(await _make_ready(tx, lane, now))
    delivery_id = new_id()
    await store.queue_test(tx, lane, delivery_id, _test_body(delivery_id, now), now)
    return delivery_id


def _address(endpoint: Endpoint) -> str:
    if endpoint.url is None:
        raise WrongState("Orders' own addresses can not be tested; their deliveries are shown and can be replayed.")
    return endpoint.url


def _test_body(delivery_id: UUID, now: datetime) -> bytes:
    return msgspec.json.encode({"id": event_id(delivery_id, 0), "type": "webhook.test", "timestamp": now})


async def claim_test(tx: Tx, lane: Lane, now: datetime) -> ClaimedEvent:
    """A test for an endpoint, claimed as it is made. Raises `NotFound`, or `WrongState` where there is no address."""
    endpoint = await webhooks.found(tx, lane)
    url, delivery_id, until = _address(endpoint), new_id(), now + dispatch_rules.LEASE
    body = _test_body(delivery_id, now)
    await store.insert_test(tx, lane, delivery_id, body, until)
    return ClaimedEvent(
        merchant_id=lane.merchant_id,
        id=delivery_id,
        endpoint_id=lane.endpoint_id,
        kind=endpoint.kind,
        message_id=event_id(delivery_id, 0),
        order_id=None,
        url=url,
        body=body,
        attempt=1,
        retries=len(rules.SCHEDULE),
        generation=endpoint.generation,
        rotated_at=endpoint.rotated_at,
        failing=False,
        until=until,
    )
