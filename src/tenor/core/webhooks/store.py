"""The SQL of endpoints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from tenor.base.database import Row, Tx
from tenor.core.webhooks.model import Endpoint, Lane

_COLUMNS = """merchant_id, id, kind, url, types, off_reason, generation, rotated_at, failures, failing_since,
    paused_until, created_at"""


def _endpoint(row: Row) -> Endpoint:
    return msgspec.convert(dict(row), Endpoint)


async def insert(tx: Tx, endpoint: Endpoint) -> None:
    """Write an endpoint."""
    await tx.execute(
        """
        INSERT INTO webhook_endpoints (merchant_id, id, kind, url, types, created_at) VALUES ($1, $2, $3, $4, $5, $6)
        """,
        endpoint.merchant_id, endpoint.id, endpoint.kind, endpoint.url, list(endpoint.types), endpoint.created_at,
    )  # fmt: skip


async def ensure_order_urls(tx: Tx, merchant_id: UUID) -> None:
    """The row that stands for the addresses which a merchant's orders bring along, made once."""
    await tx.execute(
        """
        INSERT INTO webhook_endpoints (merchant_id, id, kind) VALUES ($1, $1, 'order_urls') ON CONFLICT DO NOTHING
        """,
        merchant_id,
    )


async def find(tx: Tx, lane: Lane) -> Endpoint | None:
    """One endpoint of a merchant's, or None."""
    row = await tx.fetchrow(f"SELECT {_COLUMNS} FROM webhook_endpoints WHERE merchant_id = $1 AND id = $2", *lane)
    return _endpoint(row) if row else None


async def of_merchant(tx: Tx, merchant_id: UUID) -> list[Endpoint]:
    """A merchant's endpoints, oldest first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM webhook_endpoints WHERE merchant_id = $1 ORDER BY created_at, id", merchant_id
    )
    return [_endpoint(row) for row in rows]


async def switched_off(tx: Tx, limit: int) -> list[Endpoint]:
    """Endpoints of all merchants that were switched off because they failed or were gone, by merchant."""
    rows = await tx.fetch(
        f"""
        SELECT {_COLUMNS} FROM webhook_endpoints WHERE state = 'off' AND off_reason <> 'by_hand'
         ORDER BY merchant_id, id LIMIT $1
        """,
        limit,
    )
    return [_endpoint(row) for row in rows]


async def lock(tx: Tx, lanes: Sequence[Lane]) -> list[Endpoint]:
    """Those endpoints, locked in one order everywhere. An order that is told to them meanwhile does not wait."""
    rows = await tx.fetch(
        f"""
        SELECT {_COLUMNS} FROM webhook_endpoints
         WHERE (merchant_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
         ORDER BY merchant_id, id FOR NO KEY UPDATE
        """,
        [lane.merchant_id for lane in lanes], [lane.endpoint_id for lane in lanes],
    )  # fmt: skip
    return [_endpoint(row) for row in rows]


async def save(tx: Tx, endpoint: Endpoint) -> None:
    """Write how an endpoint that this transaction has locked now stands."""
    await tx.execute(
        """
        UPDATE webhook_endpoints
           SET state = CASE WHEN $3::text IS NULL THEN 'on' ELSE 'off' END, off_reason = $3, failures = $4,
               failing_since = $5, paused_until = $6
         WHERE merchant_id = $1 AND id = $2
        """,
        endpoint.merchant_id, endpoint.id, endpoint.off_reason, endpoint.failures, endpoint.failing_since,
        endpoint.paused_until,
    )  # fmt: skip


async def end_pause(tx: Tx, lane: Lane, now: datetime) -> None:
    """Let an endpoint be tried at once that is paused, one delivery at a time still."""
    await tx.execute(
        "UPDATE webhook_endpoints SET paused_until = $3 WHERE merchant_id = $1 AND id = $2 AND paused_until > $3",
        *lane, now,
    )  # fmt: skip


async def rotate(tx: Tx, lane: Lane, now: datetime, after: int | None = None) -> int | None:
    """Begin the next generation of an endpoint's secret, with `after` only the one after that. Returns it, or None
    where there is no such endpoint, or where its secret is of another generation.
    """
    generation: int | None = await tx.fetchval(
        """
        UPDATE webhook_endpoints SET generation = generation + 1, rotated_at = $3
         WHERE merchant_id = $1 AND id = $2 AND ($4::integer IS NULL OR generation = $4) RETURNING generation
        """,
        *lane, now, after,
    )  # fmt: skip
    return generation
