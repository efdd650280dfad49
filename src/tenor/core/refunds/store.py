"""The SQL of refund requests. Whoever changes them holds the order's row lock."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tenor.base.database import Row, Tx
from tenor.core.refunds.model import Refund, RefundState

_COLUMNS = "merchant_id, order_id, id, amount, state, locked_at, created_at, ended_at"


def _refund(row: Row) -> Refund:
    return Refund(**{**dict(row), "state": RefundState(row["state"])})


async def of_order(tx: Tx, merchant_id: UUID, order_id: UUID) -> list[Refund]:
    """An order's requests, oldest first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM refunds WHERE merchant_id = $1 AND order_id = $2 ORDER BY created_at, id",
        merchant_id, order_id,
    )  # fmt: skip
    return [_refund(row) for row in rows]


async def insert(tx: Tx, refund: Refund) -> None:
    """Write a request."""
    await tx.execute(
        """
        INSERT INTO refunds (merchant_id, order_id, id, amount, state, locked_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        refund.merchant_id, refund.order_id, refund.id, refund.amount, refund.state, refund.locked_at,
        refund.created_at,
    )  # fmt: skip


async def end(tx: Tx, refund: Refund, state: RefundState, now: datetime) -> bool:
    """Take an active request to its end. False when it had ended before."""
    done = await tx.execute(
        """
        UPDATE refunds SET state = $3, ended_at = $4
         WHERE merchant_id = $1 AND id = $2 AND state IN ('draft', 'approved')
        """,
        refund.merchant_id, refund.id, state, now,
    )  # fmt: skip
    return bool(done == "UPDATE 1")


async def due_to_execute(tx: Tx, limit: int) -> list[tuple[UUID, UUID]]:
    """Approved requests that have locked by their merchant's clock: merchant and order ids, oldest first."""
    rows = await tx.fetch(
        """
        SELECT r.merchant_id, r.order_id FROM merchants m CROSS JOIN LATERAL (
            SELECT merchant_id, order_id, locked_at FROM refunds
             WHERE merchant_id = m.id AND state = 'approved' AND locked_at <= now() + m.clock_offset
             ORDER BY locked_at LIMIT $1) r
         ORDER BY r.locked_at LIMIT $1
        """,
        limit,
    )
    return [(row["merchant_id"], row["order_id"]) for row in rows]
