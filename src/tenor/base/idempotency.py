"""`Idempotency-Key`: the first answer to a mutating call is kept and given again.

A key is bound to the merchant, the route and a hash of the body, for 31 days. The row that claims a key, the
work and the kept answer commit together, so there is no instant at which the work is done and the key is free.
Two calls at once meet at the primary key: the second waits there until the first has committed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import msgspec

from tenor.base import clock
from tenor.base.database import Database, Row, Tx
from tenor.base.errors import IdempotencyConflict, Invalid, TenorError

KEPT = timedelta(days=31)
LONGEST_KEY = 255


class Answer(msgspec.Struct, frozen=True):
    """An HTTP answer as it is sent and, under a key, kept."""

    status: int
    body: bytes


Work = Callable[[Tx], Awaitable[Answer]]
Render = Callable[[TenorError], Answer]


def checked_key(header: str | None) -> str | None:
    """The header's value, or None where there is none. Raises `Invalid` for one that can't be a key."""
    if header is None:
        return None
    if not 1 <= len(header) <= LONGEST_KEY or not header.isascii() or not header.isprintable():
        raise Invalid.field(("Idempotency-Key",), f"must be 1 to {LONGEST_KEY} printable ASCII characters")
    return header


async def once(
    database: Database, merchant_id: UUID, route: str, key: str, body: bytes, work: Work, render: Render
) -> Answer:
    """Do the work once under the key, or give the answer that the first call got.

    A refusal is an answer too and is kept; what the work had written before it refused is rolled back.
    Any other exception rolls back everything, the claim included, so that the caller may try again.
    Raises `IdempotencyConflict` when the key was used with another body.
    """
    fingerprint = hashlib.sha256(body).digest()
    async with database.transaction() as tx:
        if not await _claim(tx, merchant_id, route, key, fingerprint):
            return _replay(await _kept(tx, merchant_id, route, key), fingerprint)
        try:
            async with tx.transaction():
                answer = await work(tx)
        except TenorError as refusal:
            answer = render(refusal)
        await tx.execute(
            "UPDATE idempotency_keys SET status = $4, body = $5 WHERE merchant_id = $1 AND route = $2 AND key = $3",
            merchant_id, route, key, answer.status, answer.body,
        )  # fmt: skip
        return answer


async def _claim(tx: Tx, merchant_id: UUID, route: str, key: str, fingerprint: bytes) -> bool:
    claimed = await tx.fetchval(
        """
        INSERT INTO idempotency_keys AS kept (merchant_id, route, key, fingerprint, created_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (merchant_id, route, key) DO UPDATE
           SET fingerprint = excluded.fingerprint, created_at = excluded.created_at, status = NULL, body = NULL
         WHERE kept.created_at < $6
        RETURNING true
        """,
        merchant_id, route, key, fingerprint, clock.now(), clock.now() - KEPT,
    )  # fmt: skip
    return bool(claimed)


async def _kept(tx: Tx, merchant_id: UUID, route: str, key: str) -> Row:
    row = await tx.fetchrow(
        "SELECT fingerprint, status, body FROM idempotency_keys WHERE merchant_id = $1 AND route = $2 AND key = $3",
        merchant_id, route, key,
    )  # fmt: skip
    assert row is not None, "a claim that was refused has a row"
    return row


def _replay(kept: Row, fingerprint: bytes) -> Answer:
    if kept["fingerprint"] != fingerprint:
        raise IdempotencyConflict(
            "Idempotency-Key: was used before with another body; send the same body again, or a new key."
        )
    return Answer(kept["status"], kept["body"])


async def forget_old(database: Database) -> int:
    """Delete the keys whose 31 days are over. Returns how many."""
    async with database.transaction() as tx:
        done = await tx.execute("DELETE FROM idempotency_keys WHERE created_at < $1", clock.now() - KEPT)
    return int(done.split()[-1])
