"""A merchant for the ground's tests, which know no more of one than that rows belong to it."""

from __future__ import annotations

from uuid import UUID

from tenor.base.database import Database
from tenor.base.ids import new_id


async def new_merchant(database: Database) -> UUID:
    """The id of a new one."""
    merchant_id = new_id()
    async with database.transaction() as tx:
        await tx.execute(
            """
            INSERT INTO merchants (id, name, country, currency, flow, created_at)
            VALUES ($1, 'Acme', 'US', 'USD', 'backd', now())
            """,
            merchant_id,
        )
    return merchant_id
