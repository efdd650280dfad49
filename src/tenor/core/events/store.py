"""The SQL of the event log."""

from __future__ import annotations

from uuid import UUID

import msgspec

from tenor.base.database import Tx
from tenor.core.events.model import Event, EventType


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
        """
        SELECT merchant_id, order_id, number, type, data, occurred_at FROM events
         WHERE merchant_id = $1 AND order_id = $2 ORDER BY number
        """,
        merchant_id, order_id,
    )  # fmt: skip
    return [
        Event(
            merchant_id=row["merchant_id"],
            order_id=row["order_id"],
            number=row["number"],
            type=EventType(row["type"]),
            data=msgspec.json.decode(row["data"]),
            occurred_at=row["occurred_at"],
        )
        for row in rows
    ]
