"""The SQL of buyers."""

from __future__ import annotations

from datetime import datetime

from tenor.base.database import Tx
from tenor.base.ids import new_id
from tenor.core.buyers.model import Buyer


async def find_or_insert(tx: Tx, company_name: str, email: str, now: datetime) -> Buyer:
    """The buyer of that address, made at the first meeting. The name given first is kept."""
    row = await tx.fetchrow(
        """
        INSERT INTO buyers AS known (id, company_name, email, created_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (email) DO UPDATE SET email = known.email
        RETURNING id, company_name, email
        """,
        new_id(), company_name, email, now,
    )  # fmt: skip
    assert row is not None, "the upsert returns its row"
    return Buyer(row["id"], row["company_name"], row["email"])
