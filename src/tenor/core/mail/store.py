"""The SQL of letters: rows of `deliveries` that go to a reader. A create writes its own (`orders/store.py`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tenor.base.database import Row, Tx
from tenor.core.dispatch.model import DeliveryState
from tenor.core.mail.model import Kind, Mail, MailState

_STATE = {
    DeliveryState.PENDING: MailState.QUEUED,
    DeliveryState.DELIVERED: MailState.SENT,
    DeliveryState.FAILED: MailState.FAILED,
    DeliveryState.CANCELED: MailState.CANCELED,
}


async def insert(
    tx: Tx, merchant_id: UUID, mail_id: UUID, kind: Kind, *, order_id: UUID | None, event_number: int | None,
    recipient: str, language: str | None, data: Mapping[str, Any],
) -> None:  # fmt: skip
    """Queue a letter that is due at once. What became of an order is told once: a second such letter is not written."""
    await tx.execute(
        """
        INSERT INTO deliveries (merchant_id, id, order_id, event_number, letter, recipient, language, data)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
        """,
        merchant_id, mail_id, order_id, event_number, kind, recipient, language, msgspec.json.encode(data).decode(),
    )  # fmt: skip


async def take_due(tx: Tx, now: datetime, limit: int, held: Sequence[UUID]) -> list[Row]:
    """Lock letters that are due and nobody else has, the longest due first; those that are `held` are left out."""
    return await tx.fetch(
        """
        SELECT merchant_id, id, order_id, letter, recipient, language, data, attempts, retries FROM deliveries
         WHERE letter IS NOT NULL AND state = 'pending' AND due_at <= $1
           AND (claimed_until IS NULL OR claimed_until <= $1) AND id <> ALL ($3::uuid[])
         ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED
        """,
        now, limit, list(held),
    )  # fmt: skip


# What the latest attempt came to stands beside each letter. They are few, so each is looked up by its key.
_LETTERS = """
    SELECT d.merchant_id, d.id, d.order_id, d.event_number, d.letter AS kind, d.recipient, d.language, d.data, d.state,
           d.retries AS attempts, d.created_at, d.due_at, d.claimed_until, d.ended_at,
           latest.status, latest.error, latest.answer
      FROM deliveries d LEFT JOIN LATERAL (
          SELECT status, error, answer FROM delivery_attempts a
           WHERE a.merchant_id = d.merchant_id AND a.delivery_id = d.id ORDER BY number DESC LIMIT 1) latest ON true
     WHERE d.letter IS NOT NULL
"""


def data_of(row: Row) -> dict[str, Any]:
    """What a letter says beyond its order."""
    found: dict[str, Any] = msgspec.json.decode(row["data"]) if row["data"] else {}
    return found


def _mail(row: Row) -> Mail:
    state = _STATE[DeliveryState(row["state"])]
    sent = state == MailState.SENT
    return Mail(
        merchant_id=row["merchant_id"],
        id=row["id"],
        order_id=row["order_id"],
        event_number=row["event_number"],
        kind=Kind(row["kind"]),
        recipient=row["recipient"],
        language=row["language"],
        data=data_of(row),
        state=state,
        attempts=row["attempts"],
        created_at=row["created_at"],
        due_at=row["due_at"],
        claimed_until=row["claimed_until"],
        last_error=None if sent else _trouble(row),
        sent_at=row["ended_at"] if sent else None,
    )


def _trouble(row: Row) -> str | None:
    """What stood in the way: the server's own words where it had any."""
    if row["error"] is not None or row["status"] is None:
        error: str | None = row["error"]
        return error
    return f"{row['status']} {row['answer'].decode(errors='replace')}".rstrip()


async def find(tx: Tx, mail_id: UUID) -> Mail | None:
    """A letter by its id, whosever it is: for staff, who know nothing but the id."""
    row = await tx.fetchrow(
        f"SELECT o.* FROM merchants m CROSS JOIN LATERAL ({_LETTERS} AND d.merchant_id = m.id AND d.id = $1) o",
        mail_id,
    )
    return _mail(row) if row else None


async def latest(tx: Tx, limit: int, *, failed: bool = False) -> list[Mail]:
    """The latest letters of all merchants, newest first, or those alone that were given up.

    They are found where they are kept in order anyway: what waits by when it is due, what has ended by when it did.
    """
    rows = await tx.fetch(
        f"""
        (SELECT * FROM ({_LETTERS} AND d.state = 'pending' AND NOT $2 ORDER BY d.due_at DESC LIMIT $1) waiting)
        UNION ALL
        (SELECT * FROM ({_LETTERS} AND d.ended_at IS NOT NULL AND (d.state = 'failed' OR NOT $2)
                         ORDER BY d.ended_at DESC LIMIT $1) ended)
         ORDER BY id DESC LIMIT $1
        """,
        limit, failed,
    )  # fmt: skip
    return [_mail(row) for row in rows]


async def count_failed(tx: Tx) -> int:
    """How many letters were given up."""
    count: int = await tx.fetchval(
        "SELECT count(*) FROM deliveries WHERE letter IS NOT NULL AND ended_at IS NOT NULL AND state = 'failed'"
    )
    return count


async def of_order(tx: Tx, merchant_id: UUID, order_id: UUID) -> list[Mail]:
    """An order's mail, oldest first."""
    rows = await tx.fetch(
        f"{_LETTERS} AND d.merchant_id = $1 AND d.order_id = $2 ORDER BY d.id",
        merchant_id, order_id,
    )  # fmt: skip
    return [_mail(row) for row in rows]


async def forget(tx: Tx, email: str | None, orders: Sequence[tuple[UUID, UUID]], mark: str) -> int:
    """Put a mark in the place of an address, or of all recipients of some orders, and delete what letters said.

    One that waits is called off, and what a mail server answered goes too, because it may name the address. Returns how
    many.
    """
    forgotten: int = await tx.fetchval(
        """
        WITH forgotten AS (
            UPDATE deliveries
               SET recipient = $4, data = NULL, claimed_until = NULL, ended_at = coalesce(ended_at, now()),
                   state = CASE WHEN state = 'pending' THEN 'canceled' ELSE state END
             WHERE letter IS NOT NULL AND recipient <> $4
               AND (lower(recipient) = $1
                    OR (merchant_id, order_id) IN (SELECT * FROM unnest($2::uuid[], $3::uuid[])))
            RETURNING merchant_id, id
        ), silenced AS (
            UPDATE delivery_attempts a SET answer = '', error = CASE WHEN a.error IS NOT NULL THEN $4 END
              FROM forgotten f WHERE a.merchant_id = f.merchant_id AND a.delivery_id = f.id
        )
        SELECT count(*) FROM forgotten
        """,
        email, [one for one, _ in orders], [one for _, one in orders], mark,
    )  # fmt: skip
    return forgotten
