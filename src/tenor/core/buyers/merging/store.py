"""The SQL of merges."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tenor.base.database import Tx
from tenor.core.buyers.merging.model import Merge

_COLUMNS = "id, from_buyer, into_buyer, merged_by, reason, merged_at, undone_by, undone_at"
_LOCK = "hashtextextended('buyer merges', 0)"

# The ids of a buyer ($1) and of all that are merged with it, as `members (id)`.
MEMBERS = """
    head (id) AS (
        SELECT coalesce((SELECT into_buyer FROM buyer_merges WHERE from_buyer = $1 AND undone_at IS NULL), $1)
    ), members (id) AS (
        SELECT id FROM head
        UNION ALL
        SELECT m.from_buyer FROM buyer_merges m JOIN head ON m.into_buyer = head.id WHERE m.undone_at IS NULL
    )
"""


async def hold(tx: Tx) -> None:
    """Let no group change, and none be decided on by others, until the transaction ends."""
    await tx.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")


async def hold_shared(tx: Tx) -> None:
    """Let no group change until the transaction ends. It is taken before any exposure, by all who decide on a limit.

    It has to be a statement of its own: one that waited for it would still see the groups of before.
    """
    await tx.execute(f"SELECT pg_advisory_xact_lock_shared({_LOCK})")


async def group(tx: Tx, buyer_id: UUID) -> list[UUID]:
    """The ids of a buyer and of all that are merged with it, in their order."""
    rows = await tx.fetch(f"WITH {MEMBERS} SELECT id FROM members ORDER BY id", buyer_id)
    return [row["id"] for row in rows]


async def insert(tx: Tx, merge: Merge) -> None:
    """Write a merge that stands."""
    await tx.execute(
        """
        INSERT INTO buyer_merges (id, from_buyer, into_buyer, merged_by, reason, merged_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        merge.id, merge.from_buyer, merge.into_buyer, merge.merged_by, merge.reason, merge.merged_at,
    )  # fmt: skip


async def undo(tx: Tx, merge: Merge) -> None:
    """Note who undid a merge, and when."""
    await tx.execute(
        "UPDATE buyer_merges SET undone_by = $2, undone_at = $3 WHERE id = $1",
        merge.id, merge.undone_by, merge.undone_at,
    )  # fmt: skip


async def standing_from(tx: Tx, buyer_id: UUID) -> Merge | None:
    """The merge by which a buyer is now another one."""
    row = await tx.fetchrow(
        f"SELECT {_COLUMNS} FROM buyer_merges WHERE from_buyer = $1 AND undone_at IS NULL", buyer_id
    )
    return Merge(**dict(row)) if row else None


async def merged_into(tx: Tx, buyer_id: UUID) -> int:
    """How many are now merged into a buyer."""
    count: int = await tx.fetchval(
        "SELECT count(*) FROM buyer_merges WHERE into_buyer = $1 AND undone_at IS NULL", buyer_id
    )
    return count


async def were_merged(tx: Tx, from_buyer: UUID, into_buyer: UUID) -> bool:
    """Whether a merge of these two was ever made, undone or not."""
    found = await tx.fetchval(
        "SELECT true FROM buyer_merges WHERE from_buyer = $1 AND into_buyer = $2 LIMIT 1", from_buyer, into_buyer
    )
    return bool(found)


async def of_buyers(tx: Tx, buyer_ids: Sequence[UUID]) -> list[Merge]:
    """All merges of some buyers, the undone ones too, oldest first."""
    rows = await tx.fetch(
        f"""
        SELECT {_COLUMNS} FROM buyer_merges WHERE from_buyer = ANY ($1) OR into_buyer = ANY ($1) ORDER BY merged_at, id
        """,
        buyer_ids,
    )
    return [Merge(**dict(row)) for row in rows]


async def exists(tx: Tx, buyer_id: UUID) -> bool:
    """Whether there is such a buyer."""
    return bool(await tx.fetchval("SELECT true FROM buyers WHERE id = $1", buyer_id))


async def find_head(tx: Tx, buyer_id: UUID) -> UUID:
    """The buyer into which this one is merged, or itself."""
    found = await standing_from(tx, buyer_id)
    return found.into_buyer if found else buyer_id
