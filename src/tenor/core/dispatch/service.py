"""What becomes of deliveries whose time is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from tenor.base.database import Database
from tenor.core.dispatch import store

# Few enough that nobody waits for the locks of one round.
_BATCH = 1000


async def remove_ended(database: Database, now: datetime, *, deliveries_for: timedelta, letters_for: timedelta) -> int:
    """Remove what ended so long ago, with its attempts and, of letters, their addresses. Returns how many.

    What still waits is never removed. An event stays in its log, so a replay can make its delivery anew.
    """
    removed = 0
    for letters, keep in ((False, deliveries_for), (True, letters_for)):
        done = _BATCH
        while done == _BATCH:
            async with database.single_statement() as tx:
                done = await store.remove_ended(tx, now - keep, _BATCH, letters=letters)
            removed += done
    return removed
