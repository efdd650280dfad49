"""The SQL of events on their way: who hears of what, what is due, what was sent. The rest is `dispatch`'s."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from tenor.base.database import Row, Tx
from tenor.core.deliveries.model import Count, Delivery, Line, Place, Wanted
from tenor.core.dispatch.model import DeliveryState, Room
from tenor.core.events.model import EventType
from tenor.core.webhooks.model import Lane

# Who hears of an event that `told (merchant_id, order_id, number, type)` has just written. It stands within the
# statement that creates an order as well, where it costs one look into an index that is as good as empty.
HEARD = """
    INSERT INTO deliveries (merchant_id, endpoint_id, order_id, event_number)
    SELECT t.merchant_id, e.id, t.order_id, t.number
      FROM told t JOIN webhook_endpoints e ON e.merchant_id = t.merchant_id
     WHERE e.kind = 'endpoint' AND e.state = 'on' AND (e.types = '{}' OR t.type = ANY (e.types))
"""


async def fan_out(tx: Tx, merchant_id: UUID, order_id: UUID, number: int, event: EventType) -> None:
    """A delivery to each endpoint that hears of this event, in the transaction that writes it."""
    await tx.execute(
        "WITH told (merchant_id, order_id, number, type) AS (VALUES ($1::uuid, $2::uuid, $3::integer, $4::text))"
        + HEARD,
        merchant_id, order_id, number, event,
    )  # fmt: skip


async def fan_out_to_order(tx: Tx, merchant_id: UUID, order_id: UUID, number: int, url: str, face: str) -> None:
    """A delivery to the address that the order brought along, in the words of the wire format that it came by."""
    await tx.execute(
        """
        INSERT INTO deliveries (merchant_id, endpoint_id, order_id, event_number, url, face)
        SELECT merchant_id, id, $2, $3, $4, $5 FROM webhook_endpoints
         WHERE merchant_id = $1 AND id = $1 AND state = 'on'
        """,
        merchant_id, order_id, number, url, face,
    )  # fmt: skip


# The first due deliveries of each lane that has room. One waits while an earlier event of the same order is pending
# on the same lane. An endpoint that is failing gets one at a time, when its pause is over. Where there is more than we
# may take, the lanes take turns, so that a long queue to one is no longer wait for another.
_DUE = """
    WITH room AS (
        SELECT * FROM unnest($3::uuid[], $4::uuid[], $5::integer[], $6::integer[])
                      AS r (merchant_id, id, allowed, busy)
    ), lanes AS (
        SELECT e.merchant_id, e.id,
               coalesce(r.busy, 0) AS busy,
               greatest(0, CASE WHEN e.paused_until IS NOT NULL THEN 1 ELSE coalesce(r.allowed, $7::integer) END
                           - coalesce(r.busy, 0)) AS free
          FROM webhook_endpoints e LEFT JOIN room r USING (merchant_id, id)
         WHERE e.state = 'on' AND (e.paused_until IS NULL OR e.paused_until <= $1)
    ), due AS (
        SELECT found.*, lanes.busy + row_number() OVER (
                   PARTITION BY lanes.merchant_id, lanes.id ORDER BY found.due_at) AS turn
          FROM lanes CROSS JOIN LATERAL (
            SELECT d.merchant_id, d.id, d.due_at FROM deliveries d
             WHERE d.merchant_id = lanes.merchant_id AND d.endpoint_id = lanes.id AND d.state = 'pending'
               AND d.due_at <= $1 AND (d.claimed_until IS NULL OR d.claimed_until <= $1) AND d.id <> ALL ($8::uuid[])
               AND NOT EXISTS (
                   SELECT FROM deliveries earlier
                    WHERE earlier.merchant_id = d.merchant_id AND earlier.endpoint_id = d.endpoint_id
                      AND earlier.order_id = d.order_id AND earlier.event_number < d.event_number
                      AND earlier.state = 'pending')
             ORDER BY d.due_at LIMIT lanes.free
               FOR UPDATE SKIP LOCKED) found
         WHERE lanes.free > 0
         ORDER BY turn, found.due_at LIMIT $2
    )
    SELECT d.merchant_id, d.id, d.endpoint_id, d.order_id, d.event_number, d.face, d.body, d.attempts, d.retries,
           coalesce(d.url, e.url) AS url, e.kind, e.generation, e.rotated_at, e.failures > 0 AS failing,
           v.type, v.data, v.occurred_at, o.detail -> 'metadata' AS metadata
      FROM due
      JOIN deliveries d USING (merchant_id, id)
      JOIN webhook_endpoints e ON e.merchant_id = d.merchant_id AND e.id = d.endpoint_id
      LEFT JOIN events v ON v.merchant_id = d.merchant_id AND v.order_id = d.order_id AND v.number = d.event_number
           AND d.body IS NULL
      LEFT JOIN orders o ON o.merchant_id = d.merchant_id AND o.id = d.order_id AND d.face IS NOT NULL
           AND d.body IS NULL
     ORDER BY due.due_at
"""


async def take_due(
    tx: Tx, now: datetime, limit: int, rooms: Mapping[Hashable, Room], usual: int, held: Sequence[UUID]
) -> list[Row]:
    """Lock what is due and may be sent, with all that its bytes are made of; at most `limit`.

    `rooms` is for lanes in use, `usual` what any other lane is allowed. `held` is left out: it is being sent.
    """
    lanes = [lane for lane in rooms if isinstance(lane, Lane)]
    return await tx.fetch(
        _DUE, now, limit,
        [lane.merchant_id for lane in lanes], [lane.endpoint_id for lane in lanes],
        [rooms[lane].allowed for lane in lanes], [rooms[lane].busy for lane in lanes], usual, list(held),
    )  # fmt: skip


async def drop(tx: Tx, ids: Sequence[tuple[UUID, UUID]]) -> None:
    """Forget deliveries, never tried, of events for which their wire format has no word."""
    await tx.execute(
        "DELETE FROM deliveries WHERE (merchant_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))",
        [merchant_id for merchant_id, _ in ids], [delivery_id for _, delivery_id in ids],
    )  # fmt: skip


async def cancel_pending(tx: Tx, lane: Lane, now: datetime, order_id: UUID | None = None) -> None:
    """Cancel what still waits on a lane, or only what one order has there."""
    await tx.execute(
        """
        UPDATE deliveries SET state = 'canceled', claimed_until = NULL, ended_at = $3
         WHERE merchant_id = $1 AND endpoint_id = $2 AND state = 'pending' AND ($4::uuid IS NULL OR order_id = $4)
        """,
        *lane, now, order_id,
    )  # fmt: skip


async def missed_since(tx: Tx, lane: Lane, failing_since: datetime) -> datetime:
    """Since when an endpoint has missed events: the oldest that waits or was given up after its failures began."""
    oldest: datetime | None = await tx.fetchval(
        """
        SELECT min(created_at) FROM deliveries
         WHERE merchant_id = $1 AND endpoint_id = $2
           AND (state = 'pending' OR state = 'failed' AND ended_at >= $3)
        """,
        *lane, failing_since,
    )  # fmt: skip
    return min(oldest or failing_since, failing_since)


async def queue_test(tx: Tx, lane: Lane, delivery_id: UUID, body: bytes, now: datetime) -> None:
    """A test's delivery, which the worker sends."""
    await tx.execute(
        "INSERT INTO deliveries (merchant_id, id, endpoint_id, body, due_at) VALUES ($1, $2, $3, $4, $5)",
        lane.merchant_id, delivery_id, lane.endpoint_id, body, now,
    )  # fmt: skip


async def insert_test(tx: Tx, lane: Lane, delivery_id: UUID, body: bytes, until: datetime) -> None:
    """A test's delivery, which whoever makes it sends at once."""
    await tx.execute(
        """
        INSERT INTO deliveries (merchant_id, id, endpoint_id, body, attempts, retries, claimed_until)
        VALUES ($1, $2, $3, $4, 1, 1, $5)
        """,
        lane.merchant_id, delivery_id, lane.endpoint_id, body, until,
    )  # fmt: skip


_DELIVERY = """
    SELECT d.merchant_id, d.id, d.endpoint_id, d.order_id, d.event_number, v.type AS event_type,
           coalesce(d.url, e.url) AS url, d.state, d.attempts, d.due_at, d.created_at, d.ended_at, d.body
      FROM deliveries d
      JOIN webhook_endpoints e ON e.merchant_id = d.merchant_id AND e.id = d.endpoint_id
      LEFT JOIN events v ON v.merchant_id = d.merchant_id AND v.order_id = d.order_id AND v.number = d.event_number
"""


def _delivery(row: Row) -> Delivery:
    event_type = EventType(row["event_type"]) if row["event_type"] else None
    return Delivery(**{**dict(row), "event_type": event_type, "state": DeliveryState(row["state"])})


async def find(tx: Tx, merchant_id: UUID, delivery_id: UUID) -> Delivery | None:
    """One delivery of a merchant's, or None."""
    row = await tx.fetchrow(f"{_DELIVERY} WHERE d.merchant_id = $1 AND d.id = $2", merchant_id, delivery_id)
    return _delivery(row) if row else None


async def newest(tx: Tx, lane: Lane, limit: int) -> list[Delivery]:
    """An endpoint's deliveries, newest first."""
    rows = await tx.fetch(
        f"{_DELIVERY} WHERE d.merchant_id = $1 AND d.endpoint_id = $2 ORDER BY d.created_at DESC, d.event_number DESC"
        " LIMIT $3",
        *lane, limit,
    )  # fmt: skip
    return [_delivery(row) for row in rows]


async def page(tx: Tx, merchant_id: UUID, wanted: Wanted, limit: int, after: Place | None = None) -> list[Line]:
    """Deliveries of a merchant's to its endpoints, newest first, from beyond a place on. Letters are never among them,
    because they have no endpoint.
    """
    rows = await tx.fetch(
        """
        SELECT d.id, d.endpoint_id, d.order_id, d.event_number, v.type AS event_type, o.reference,
               coalesce(d.url, e.url) AS url, d.state, d.attempts, d.due_at, d.created_at, d.ended_at,
               latest.status, latest.error
          FROM deliveries d
          JOIN webhook_endpoints e ON e.merchant_id = d.merchant_id AND e.id = d.endpoint_id
          LEFT JOIN events v ON v.merchant_id = d.merchant_id AND v.order_id = d.order_id AND v.number = d.event_number
          LEFT JOIN orders o ON o.merchant_id = d.merchant_id AND o.id = d.order_id
          LEFT JOIN LATERAL (
              SELECT status, error FROM delivery_attempts a
               WHERE a.merchant_id = d.merchant_id AND a.delivery_id = d.id ORDER BY number DESC LIMIT 1) latest ON true
         WHERE d.merchant_id = $1 AND d.endpoint_id IS NOT NULL
           AND ($3::uuid IS NULL OR d.endpoint_id = $3)
           AND ($4::text IS NULL OR v.type = $4)
           AND ($5::uuid[] IS NULL OR d.order_id = ANY ($5))
           AND ($6::text[] IS NULL OR d.state = ANY ($6))
           AND ($7::timestamptz IS NULL
                OR d.created_at <= $7 AND (d.created_at, coalesce(d.event_number, 0), d.id) < ($7, $8, $9))
         ORDER BY d.created_at DESC, coalesce(d.event_number, 0) DESC, d.id DESC LIMIT $2
        """,
        merchant_id, limit, wanted.endpoint_id, wanted.type, wanted.orders,
        wanted.outcome.states if wanted.outcome else None, *(after or (None, None, None)),
    )  # fmt: skip
    return [_line(row) for row in rows]


def _line(row: Row) -> Line:
    event_type = EventType(row["event_type"]) if row["event_type"] else None
    return Line(**{**dict(row), "event_type": event_type, "state": DeliveryState(row["state"])})


async def of_events(
    tx: Tx, merchant_id: UUID, events: Sequence[tuple[UUID, int]]
) -> dict[tuple[UUID, int], list[Delivery]]:
    """The deliveries of some of a merchant's events (order and number) to its endpoints, without their bytes."""
    rows = await tx.fetch(
        """
        SELECT d.merchant_id, d.id, d.endpoint_id, d.order_id, d.event_number, NULL AS event_type,
               coalesce(d.url, e.url) AS url, d.state, d.attempts, d.due_at, d.created_at, d.ended_at,
               NULL::bytea AS body
          FROM unnest($2::uuid[], $3::integer[]) AS v (order_id, number)
          JOIN webhook_endpoints e ON e.merchant_id = $1
          JOIN deliveries d ON d.merchant_id = e.merchant_id AND d.endpoint_id = e.id AND d.order_id = v.order_id
           AND d.event_number = v.number
         ORDER BY e.created_at, e.id
        """,
        merchant_id, [one for one, _ in events], [one for _, one in events],
    )  # fmt: skip
    found: dict[tuple[UUID, int], list[Delivery]] = {one: [] for one in events}
    for row in rows:
        found[row["order_id"], row["event_number"]].append(_delivery(row))
    return found


async def counts(tx: Tx, merchant_id: UUID) -> dict[UUID, Count]:
    """How many deliveries of each endpoint wait or were given up; those without any are left out."""
    rows = await tx.fetch(
        """
        SELECT endpoint_id, sum(pending)::integer AS pending, sum(failed)::integer AS failed FROM (
            SELECT endpoint_id, 1 AS pending, 0 AS failed FROM deliveries
             WHERE merchant_id = $1 AND state = 'pending' AND endpoint_id IS NOT NULL
            UNION ALL
            SELECT endpoint_id, 0, 1 FROM deliveries
             WHERE merchant_id = $1 AND state = 'failed' AND endpoint_id IS NOT NULL) troubled
         GROUP BY endpoint_id
        """,
        merchant_id,
    )
    return {row["endpoint_id"]: Count(row["pending"], row["failed"]) for row in rows}


async def of_order(tx: Tx, merchant_id: UUID, order_id: UUID) -> list[Delivery]:
    """An order's deliveries to all endpoints, in the order of its events."""
    rows = await tx.fetch(
        f"{_DELIVERY} WHERE d.merchant_id = $1 AND d.order_id = $2 ORDER BY d.event_number, d.created_at",
        merchant_id, order_id,
    )  # fmt: skip
    return [_delivery(row) for row in rows]


async def waiting(tx: Tx, lane: Lane) -> int:
    """How many deliveries are pending on a lane."""
    count: int = await tx.fetchval(
        "SELECT count(*) FROM deliveries WHERE merchant_id = $1 AND endpoint_id = $2 AND state = 'pending'", *lane
    )
    return count


# What an endpoint hears of and was recorded since a time, whether it was ever sent or not.
_HEARD_SINCE = """
          FROM webhook_endpoints e
          JOIN events v ON v.merchant_id = e.merchant_id AND v.recorded_at >= $3
           AND (e.types = '{}' OR v.type = ANY (e.types))
          LEFT JOIN LATERAL (
              SELECT detail ->> 'webhook_url' AS webhook_url, face FROM orders
               WHERE merchant_id = v.merchant_id AND id = v.order_id AND e.kind = 'order_urls') o ON true
         WHERE e.merchant_id = $1 AND e.id = $2 AND (e.kind = 'endpoint' OR o.webhook_url IS NOT NULL)
"""


async def heard_since(tx: Tx, lane: Lane, since: datetime) -> int:
    """How many events a replay since then would send."""
    count: int = await tx.fetchval(f"SELECT count(*) {_HEARD_SINCE}", *lane, since)
    return count


async def replay_since(tx: Tx, lane: Lane, since: datetime, now: datetime) -> int:
    """Make everything due that this endpoint hears of and that was recorded since then. Returns how many."""
    done = await tx.execute(
        f"""
        INSERT INTO deliveries (merchant_id, endpoint_id, order_id, event_number, url, face, due_at)
        SELECT v.merchant_id, e.id, v.order_id, v.number, o.webhook_url, o.face, $4
        {_HEARD_SINCE}
         ORDER BY v.position
        ON CONFLICT (merchant_id, endpoint_id, order_id, event_number) WHERE endpoint_id IS NOT NULL DO UPDATE
           SET state = 'pending', due_at = excluded.due_at, retries = 0, ended_at = NULL
        """,
        *lane, since, now,
    )  # fmt: skip
    return int(done.split()[-1])


async def forget_bodies(tx: Tx, orders: Sequence[tuple[UUID, UUID]]) -> None:
    """Delete the bytes of what went out about some orders and has ended; a replay makes them again."""
    await tx.execute(
        """
        UPDATE deliveries SET body = NULL
         WHERE (merchant_id, order_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
           AND face IS NOT NULL AND state <> 'pending'
        """,
        [one for one, _ in orders], [one for _, one in orders],
    )  # fmt: skip
