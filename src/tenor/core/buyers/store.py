"""The SQL of buyers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from tenor.base.database import Row, Tx
from tenor.base.ids import new_id
from tenor.core.buyers.identity import Business
from tenor.core.buyers.model import Buyer

_profile = msgspec.json.Decoder(Business)


def _buyer(row: Row) -> Buyer:
    profile = _profile.decode(row["profile"]) if row["profile"] else None
    return Buyer(row["id"], row["company_name"], row["email"], profile)


async def find_or_insert(tx: Tx, company_name: str, email: str, now: datetime) -> Buyer:
    """The buyer of that address, made at the first meeting. The name given first is kept."""
    # A known buyer's row is read and not locked: every order of the buyer refers to it, so whoever held it while
    # waiting for the buyer's exposure would wait for those who hold the exposure and write their order.
    row = await tx.fetchrow(
        """
        INSERT INTO buyers (id, company_name, email, created_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (email) DO NOTHING RETURNING id, company_name, email, profile
        """,
        new_id(), company_name, email, now,
    ) or await tx.fetchrow("SELECT id, company_name, email, profile FROM buyers WHERE email = $1", email)  # fmt: skip
    assert row is not None, "buyers are never deleted"
    return _buyer(row)


async def find(tx: Tx, email: str) -> Buyer | None:
    """The buyer of that address (lower case); None for one who never asked for terms."""
    row = await tx.fetchrow("SELECT id, company_name, email, profile FROM buyers WHERE email = $1", email)
    return _buyer(row) if row else None


async def keep_profile(tx: Tx, buyer_id: UUID, profile: Business) -> None:
    """Remember the business. Call it under the buyer's exposure lock, so that nobody waits while holding this row."""
    await tx.execute("UPDATE buyers SET profile = $2 WHERE id = $1", buyer_id, msgspec.json.encode(profile).decode())
