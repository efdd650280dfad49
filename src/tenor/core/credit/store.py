"""The SQL of exposures. A buyer's row lock makes decisions on one buyer queue up."""

from __future__ import annotations

from uuid import UUID

from tenor.base.database import Tx


async def lock_exposure(tx: Tx, buyer_id: UUID, currency: str) -> int:
    """A buyer's exposure in a currency, locked until the transaction ends. Minor units."""
    exposure: int = await tx.fetchval(
        """
        INSERT INTO buyer_exposures AS kept (buyer_id, currency, amount) VALUES ($1, $2, 0)
        ON CONFLICT (buyer_id, currency) DO UPDATE SET amount = kept.amount
        RETURNING amount
        """,
        buyer_id, currency,
    )  # fmt: skip
    return exposure


async def change_exposure(tx: Tx, buyer_id: UUID, currency: str, by: int) -> None:
    """Add minor units to a buyer's exposure, or take them off. The schema refuses one below zero."""
    await tx.execute(
        "UPDATE buyer_exposures SET amount = amount + $3 WHERE buyer_id = $1 AND currency = $2",
        buyer_id,
        currency,
        by,
    )
