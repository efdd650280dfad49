"""The SQL of the event log."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from tenor.base.database import Row, Tx
from tenor.core.events.model import Event, EventType

_COLUMNS = "merchant_id, order_id, number, type, data, occurred_at, position"


def _event(row: Row) -> Event:
    return Event(**{**dict(row), "type": EventType(row["type"]), "data": msgspec.json.decode(row["data"])})


async def append(tx: Tx, event: Event) -> None:
    """Write an event in the transaction that makes it true."""
    await tx.execute(
        """
        INSERT INTO events (merchant_id, order_id, number, type, data, occurred_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        event.merchant_id, event.order_id, event.number, event.type, msgspec.json.encode(event.data).decode(),
        event.occurred_at,
    )  # fmt: skip


async def of_order(tx: Tx, merchant_id: UUID, order_id: UUID) -> list[Event]:
    """An order's events, first to last."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM events WHERE merchant_id = $1 AND order_id = $2 ORDER BY number",
        merchant_id, order_id,
    )  # fmt: skip
    return [_event(row) for row in rows]


async def page(
    tx: Tx, merchant_id: UUID, types: Sequence[EventType] | None, *, after: int, up_to: int, limit: int
) -> list[Event]:
    """A merchant's events between two places in the log, the first left out and the last included; at most `limit`."""
    rows = await tx.fetch(
        f"""
        SELECT {_COLUMNS} FROM events
         WHERE merchant_id = $1 AND position > $2 AND position <= $3 AND ($4::text[] IS NULL OR type = ANY ($4))
         ORDER BY position LIMIT $5
        """,
        merchant_id, after, up_to, types, limit,
    )  # fmt: skip
    return [_event(row) for row in rows]


async def newest(
    tx: Tx, merchant_id: UUID, limit: int, *, before: int | None = None, event: EventType | None = None
) -> list[Event]:
    """A merchant's events, the newest first: those before a place in the log, or of one type; at most `limit`."""
    rows = await tx.fetch(
        f"""
        SELECT {_COLUMNS} FROM events
         WHERE merchant_id = $1 AND ($3::bigint IS NULL OR position < $3) AND ($4::text IS NULL OR type = $4)
         ORDER BY position DESC LIMIT $2
        """,
        merchant_id, limit, before, event,
    )  # fmt: skip
    return [_event(row) for row in rows]


async def find(tx: Tx, merchant_id: UUID, order_id: UUID, number: int) -> Event | None:
    """One event of a merchant's."""
    row = await tx.fetchrow(
        f"SELECT {_COLUMNS} FROM events WHERE merchant_id = $1 AND order_id = $2 AND number = $3",
        merchant_id, order_id, number,
    )  # fmt: skip
    return _event(row) if row else None


async def position_of(tx: Tx, merchant_id: UUID, order_id: UUID, number: int) -> int | None:
    """Where one event stands in the log, or None where the merchant has no such event."""
    position: int | None = await tx.fetchval(
        "SELECT position FROM events WHERE merchant_id = $1 AND order_id = $2 AND number = $3",
        merchant_id, order_id, number,
    )  # fmt: skip
    return position


async def last_before(tx: Tx, merchant_id: UUID, up_to: int) -> tuple[UUID, int] | None:
    """The order and number of a merchant's last event up to a place in the log, or None where there is none."""
    row = await tx.fetchrow(
        """
        SELECT order_id, number FROM events WHERE merchant_id = $1 AND position <= $2 ORDER BY position DESC LIMIT 1
        """,
        merchant_id, up_to,
    )  # fmt: skip
    return (row["order_id"], row["number"]) if row else None


async def last_position(tx: Tx) -> int:
    """The last place in the log that was given out, to a transaction that may be under way still."""
    position: int = await tx.fetchval("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM events_position")
    return position


async def writers(tx: Tx) -> set[str]:
    """The transactions under way that have written, or are about to write, an event.

    Each holds a lock on the log from before it draws an event's place until after it has ended. PostgreSQL's snapshots
    would not tell: they leave out those that began after the last one that ended.
    """
    rows = await tx.fetch(
        """
        SELECT virtualtransaction FROM pg_locks
         WHERE locktype = 'relation' AND relation = 'events'::regclass AND mode = 'RowExclusiveLock'
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """
    )
    return {row["virtualtransaction"] for row in rows}
