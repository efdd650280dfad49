"""The SQL of agreements. They are written once; what changes is that one on what was never sold loses its words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tenor.base.database import Tx
from tenor.core.agreements.model import Agreement


async def insert(tx: Tx, agreement: Agreement) -> None:
    """Keep an agreement, in the transaction of its acceptance. An order has one at most."""
    await tx.execute(
        """
        INSERT INTO agreements (merchant_id, order_id, id, content, sha256, accepted_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        agreement.merchant_id, agreement.order_id, agreement.id, agreement.content, agreement.sha256,
        agreement.accepted_at,
    )  # fmt: skip


async def of_order(tx: Tx, merchant_id: UUID, order_id: UUID) -> Agreement | None:
    """The agreement that was accepted for an order; None where there is none, or its words were erased."""
    row = await tx.fetchrow(
        """
        SELECT merchant_id, order_id, id, content, sha256, accepted_at
          FROM agreements WHERE merchant_id = $1 AND order_id = $2 AND content IS NOT NULL
        """,
        merchant_id, order_id,
    )  # fmt: skip
    return Agreement(**dict(row)) if row else None


async def count(tx: Tx, orders: Sequence[tuple[UUID, UUID]]) -> int:
    """How many of some orders (merchant and order ids) have an agreement with its words."""
    found: int = await tx.fetchval(
        """
        SELECT count(*) FROM agreements
         WHERE (merchant_id, order_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND content IS NOT NULL
        """,
        [one for one, _ in orders], [one for _, one in orders],
    )  # fmt: skip
    return found


async def erase(tx: Tx, orders: Sequence[tuple[UUID, UUID]], now: datetime) -> int:
    """Take the words from the agreements of orders in which nothing was sold; the schema refuses it for others.

    Their hash and the time of their acceptance stay. `now` is the real time. Returns how many lost them.
    """
    done: str = await tx.execute(
        """
        UPDATE agreements SET content = NULL, erased_at = $3
         WHERE (merchant_id, order_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND content IS NOT NULL
        """,
        [one for one, _ in orders], [one for _, one in orders], now,
    )  # fmt: skip
    return int(done.split()[-1])
