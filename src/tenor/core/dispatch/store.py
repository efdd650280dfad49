"""The SQL that events and letters share: the claim on a row, the note of what came of it, another round, the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tenor.base.database import Tx
from tenor.core.dispatch.model import Attempt, Result


async def claim(tx: Tx, rows: Sequence[tuple[UUID, UUID, bytes | None]], until: datetime) -> None:
    """Count an attempt on each of these, keep the bytes that it sends, and hold it until then.

    Each is merchant, delivery and bytes; the transaction has locked them. None keeps no bytes.
    """
    await tx.execute(
        """
        UPDATE deliveries d
           SET attempts = attempts + 1, retries = retries + 1, claimed_until = $4, body = coalesce(d.body, c.body)
          FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]) AS c (merchant_id, id, body)
         WHERE d.merchant_id = c.merchant_id AND d.id = c.id
        """,
        [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows], until,
    )  # fmt: skip


async def note(tx: Tx, results: Sequence[Result[Any]]) -> None:
    """Write down attempts, and what they make of their deliveries.

    An attempt that was overtaken (its claim ran out, and another worker tried again) is kept, but settles nothing
    unless it brought the delivery home.
    """
    claims, attempts = [result.claimed for result in results], [result.attempt for result in results]
    merchants, ids = [claim.merchant_id for claim in claims], [claim.id for claim in claims]
    numbers = [attempt.number for attempt in attempts]
    await tx.execute(
        """
        INSERT INTO delivery_attempts
               (merchant_id, delivery_id, number, started_at, milliseconds, status, error, answer)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::timestamptz[], $5::integer[], $6::integer[],
                             $7::text[], $8::bytea[])
        ON CONFLICT DO NOTHING
        """,
        merchants, ids, numbers, [one.started_at for one in attempts], [one.milliseconds for one in attempts],
        [one.status for one in attempts], [one.error for one in attempts], [one.answer for one in attempts],
    )  # fmt: skip
    await tx.execute(
        """
        UPDATE deliveries d
           SET state = r.state, due_at = r.due_at, claimed_until = NULL,
               ended_at = CASE WHEN r.state <> 'pending' THEN r.ended_at END
          FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::timestamptz[], $6::timestamptz[])
               AS r (merchant_id, id, attempt, state, due_at, ended_at)
         WHERE d.merchant_id = r.merchant_id AND d.id = r.id
           AND (d.state = 'pending' AND d.attempts = r.attempt OR d.state <> 'delivered' AND r.state = 'delivered')
        """,
        merchants, ids, numbers, [one.state for one in results], [one.due_at for one in results],
        [one.ended_at for one in results],
    )  # fmt: skip


async def attempts_of(tx: Tx, merchant_id: UUID, delivery_id: UUID) -> list[Attempt]:
    """What came of each try, first to last."""
    rows = await tx.fetch(
        """
        SELECT number, started_at, milliseconds, status, error, answer FROM delivery_attempts
         WHERE merchant_id = $1 AND delivery_id = $2 ORDER BY number
        """,
        merchant_id, delivery_id,
    )  # fmt: skip
    return [Attempt(**dict(row)) for row in rows]


async def make_due(tx: Tx, merchant_id: UUID, delivery_id: UUID, now: datetime) -> None:
    """Make a delivery due now with all its attempts before it; one that is being sent stays in its sender's hands."""
    await tx.execute(
        """
        UPDATE deliveries SET state = 'pending', due_at = $3, retries = 0, ended_at = NULL
         WHERE merchant_id = $1 AND id = $2
        """,
        merchant_id, delivery_id, now,
    )  # fmt: skip


async def remove_ended(tx: Tx, before: datetime, limit: int, *, letters: bool) -> int:
    """Remove what ended before then, letters or all else, with its attempts; the oldest first. Returns how many."""
    kind = "letter IS NOT NULL" if letters else "letter IS NULL"
    done = await tx.execute(
        f"""
        DELETE FROM deliveries WHERE (merchant_id, id) IN (
            SELECT merchant_id, id FROM deliveries WHERE ended_at < $1 AND {kind}
             ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED)
        """,
        before, limit,
    )  # fmt: skip
    return int(done.split()[-1])
