"""The SQL of sign-in challenges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tenor.base.database import Row, Tx
from tenor.core.buyers.signin.model import Challenge


def _challenge(row: Row) -> Challenge:
    return Challenge(**dict(row))


async def hold(tx: Tx, merchant_id: UUID, order_id: UUID) -> None:
    """Let nobody else ask or guess for this order until the transaction ends, so that no limit is passed by a race."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"sign-in {merchant_id} {order_id}")


async def insert(tx: Tx, challenge: Challenge) -> None:
    """Write a new challenge."""
    await tx.execute(
        """
        INSERT INTO email_challenges (merchant_id, order_id, id, email, language, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        challenge.merchant_id, challenge.order_id, challenge.id, challenge.email, challenge.language,
        challenge.created_at, challenge.expires_at,
    )  # fmt: skip


async def find(tx: Tx, merchant_id: UUID, challenge_id: UUID) -> Challenge | None:
    """One challenge of a merchant's."""
    row = await tx.fetchrow(
        "SELECT * FROM email_challenges WHERE merchant_id = $1 AND id = $2", merchant_id, challenge_id
    )
    return _challenge(row) if row else None


async def of_order_since(tx: Tx, merchant_id: UUID, order_id: UUID, since: datetime) -> list[Challenge]:
    """An order's challenges from a moment on, oldest first."""
    rows = await tx.fetch(
        """
        SELECT * FROM email_challenges WHERE merchant_id = $1 AND order_id = $2 AND created_at > $3
         ORDER BY created_at, id
        """,
        merchant_id, order_id, since,
    )  # fmt: skip
    return [_challenge(row) for row in rows]


async def note_wrong(tx: Tx, merchant_id: UUID, challenge_id: UUID, now: datetime) -> None:
    """Count a wrong code."""
    await tx.execute(
        "UPDATE email_challenges SET tries = tries + 1, tried_at = $3 WHERE merchant_id = $1 AND id = $2",
        merchant_id, challenge_id, now,
    )  # fmt: skip


async def note_proven(tx: Tx, merchant_id: UUID, challenge_id: UUID, now: datetime) -> None:
    """Note that the right code was given; the first time counts."""
    await tx.execute(
        """
        UPDATE email_challenges SET proven_at = coalesce(proven_at, $3) WHERE merchant_id = $1 AND id = $2
        """,
        merchant_id, challenge_id, now,
    )  # fmt: skip


async def forget(tx: Tx, email: str | None, orders: Sequence[tuple[UUID, UUID]]) -> int:
    """Delete the challenges of an address (lower case), and those of some orders. Returns how many."""
    done: str = await tx.execute(
        """
        DELETE FROM email_challenges
         WHERE email = $1 OR (merchant_id, order_id) IN (SELECT * FROM unnest($2::uuid[], $3::uuid[]))
        """,
        email, [one for one, _ in orders], [one for _, one in orders],
    )  # fmt: skip
    return int(done.split()[-1])


async def forget_old(tx: Tx, before: datetime) -> int:
    """Delete the challenges from before a moment, each by its merchant's clock. Returns how many."""
    done: str = await tx.execute(
        """
        DELETE FROM email_challenges c USING merchants m
         WHERE m.id = c.merchant_id AND c.created_at < $1::timestamptz + m.clock_offset
        """,
        before,
    )
    return int(done.split()[-1])
