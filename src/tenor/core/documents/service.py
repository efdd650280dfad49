"""Documents beyond the order's transaction: sweeping away what a crash left."""

from __future__ import annotations

from tenor.base.database import Database
from tenor.core.documents import store
from tenor.core.documents.storage import Files

# Longer than any request lives, so that a file whose row is about to commit is never taken for an orphan.
_ORPHAN_AFTER = 3600


async def remove_orphans(database: Database, files: Files) -> int:
    """Remove files that no row names. Returns how many."""
    removed = 0
    for merchant_id, document_id in list(files.older_than(_ORPHAN_AFTER)):
        async with database.single_statement() as tx:
            known = await store.exists(tx, merchant_id, document_id)
        if not known:
            await files.remove(merchant_id, [document_id])
            removed += 1
    return removed
