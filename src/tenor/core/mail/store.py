"""The SQL of the mail outbox. A create writes its row within its own statement (`orders/store.py`)."""

from __future__ import annotations

from uuid import UUID

from tenor.base.database import Row, Tx


async def of_order(tx: Tx, merchant_id: UUID, order_id: UUID) -> list[Row]:
    """An order's mail, oldest first: kind, recipient, state."""
    return await tx.fetch(
        """
        SELECT id, kind, recipient, state, created_at FROM mail_outbox
         WHERE merchant_id = $1 AND order_id = $2 ORDER BY created_at, id
        """,
        merchant_id, order_id,
    )  # fmt: skip
