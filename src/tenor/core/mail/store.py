"""The SQL of the mail outbox. A create writes its row within its own statement (`orders/store.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from tenor.base.database import Row, Tx
from tenor.core.mail.model import Kind, Mail, MailState

_NAMES = (
    "merchant_id", "order_id", "id", "kind", "recipient", "language", "data", "state", "attempts", "created_at",
    "due_at", "claimed_until", "last_error", "sent_at",
)  # fmt: skip
_COLUMNS = ", ".join(_NAMES)


def _mail(row: Row) -> Mail:
    kept = {**dict(row), "kind": Kind(row["kind"]), "state": MailState(row["state"])}
    return Mail(**{**kept, "data": msgspec.json.decode(row["data"])})


async def insert(
    tx: Tx, merchant_id: UUID, order_id: UUID, mail_id: UUID, kind: Kind, recipient: str, language: str | None,
    data: Mapping[str, Any], now: datetime,
) -> None:  # fmt: skip
    """Queue a letter that is due at once."""
    await tx.execute(
        """
        INSERT INTO mail_outbox (merchant_id, order_id, id, kind, recipient, language, data, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        merchant_id, order_id, mail_id, kind, recipient, language, msgspec.json.encode(data).decode(), now,
    )  # fmt: skip


async def claim(tx: Tx, now: datetime, until: timedelta, limit: int) -> list[Mail]:
    """Take letters that are due and nobody else has, the longest due first, for so long. Each counts as an attempt.

    Whoever took them and was killed has lost them when the claim ends.
    """
    rows = await tx.fetch(
        f"""
        UPDATE mail_outbox SET claimed_until = $1 + $2, attempts = attempts + 1
         WHERE (merchant_id, id) IN (
            SELECT merchant_id, id FROM mail_outbox
             WHERE state = 'queued' AND due_at <= $1 AND (claimed_until IS NULL OR claimed_until <= $1)
             ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
        RETURNING {_COLUMNS}
        """,
        now, until, limit,
    )  # fmt: skip
    return [_mail(row) for row in rows]


async def note_sent(tx: Tx, mail: Mail, now: datetime) -> bool:
    """Note that a claimed letter was sent. False where the claim was lost meanwhile."""
    done = await tx.execute(
        """
        UPDATE mail_outbox SET state = 'sent', sent_at = $4, claimed_until = NULL, last_error = NULL
         WHERE merchant_id = $1 AND id = $2 AND state = 'queued' AND claimed_until = $3
        """,
        mail.merchant_id, mail.id, mail.claimed_until, now,
    )  # fmt: skip
    return bool(done == "UPDATE 1")


async def note_unsent(tx: Tx, mail: Mail, error: str, due_at: datetime | None) -> bool:
    """Note why a claimed letter was not sent, and when it is due again; None gives it up. False as `note_sent`."""
    done = await tx.execute(
        """
        UPDATE mail_outbox
           SET state = CASE WHEN $5::timestamptz IS NULL THEN 'failed' ELSE 'queued' END,
               due_at = coalesce($5, due_at), claimed_until = NULL, last_error = $4
         WHERE merchant_id = $1 AND id = $2 AND state = 'queued' AND claimed_until = $3
        """,
        mail.merchant_id, mail.id, mail.claimed_until, error, due_at,
    )  # fmt: skip
    return bool(done == "UPDATE 1")


async def requeue(tx: Tx, merchant_id: UUID, mail_id: UUID, now: datetime) -> Mail | None:
    """Make a letter that was given up due now; None where there is no such letter."""
    row = await tx.fetchrow(
        f"""
        UPDATE mail_outbox SET state = 'queued', attempts = 0, due_at = $3
         WHERE merchant_id = $1 AND id = $2 AND state = 'failed' RETURNING {_COLUMNS}
        """,
        merchant_id, mail_id, now,
    )  # fmt: skip
    return _mail(row) if row else None


async def find(tx: Tx, mail_id: UUID) -> Mail | None:
    """A letter by its id, whosever it is: for staff, who know nothing but the id."""
    row = await tx.fetchrow(
        f"""
        SELECT o.* FROM merchants m CROSS JOIN LATERAL (
            SELECT {_COLUMNS} FROM mail_outbox WHERE merchant_id = m.id AND id = $1) o
        """,
        mail_id,
    )  # fmt: skip
    return _mail(row) if row else None


async def latest(tx: Tx, limit: int, *, failed: bool = False) -> list[Mail]:
    """The letters of all merchants, newest first, or those alone that were given up."""
    rows = await tx.fetch(
        f"""
        SELECT o.* FROM merchants m CROSS JOIN LATERAL (
            SELECT {_COLUMNS} FROM mail_outbox
             WHERE merchant_id = m.id {"AND state = 'failed'" if failed else ""}
             ORDER BY id DESC LIMIT $1) o
         ORDER BY o.id DESC LIMIT $1
        """,
        limit,
    )
    return [_mail(row) for row in rows]


async def count_failed(tx: Tx) -> int:
    """How many letters were given up."""
    count: int = await tx.fetchval("SELECT count(*) FROM mail_outbox WHERE state = 'failed'")
    return count


async def of_order(tx: Tx, merchant_id: UUID, order_id: UUID) -> list[Mail]:
    """An order's mail, oldest first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM mail_outbox WHERE merchant_id = $1 AND order_id = $2 ORDER BY id",
        merchant_id, order_id,
    )  # fmt: skip
    return [_mail(row) for row in rows]
