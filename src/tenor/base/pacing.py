"""How often somebody may call: a budget in one row, which all processes share.

A budget of `hourly` calls may be used up at once; after that each 3600 / `hourly` seconds give one call back (the
generic cell rate algorithm: the row holds the time at which the budget will be whole again). So nobody makes more than
`hourly` calls at once, nor more than `hourly` besides in the hour that follows. A call that is refused costs nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tenor.base.database import Database, Tx
from tenor.base.errors import TooMany

_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Budget:
    """How many calls an hour a caller has. `caller` is a hash of who it is and of what is counted."""

    caller: bytes
    hourly: int


async def spend(tx: Tx, merchant_id: UUID, budget: Budget, now: datetime) -> None:
    """Take one call off a budget, at `now` of real time. Raises `TooMany` where nothing is left.

    The row is locked until the transaction ends, so who spends from several takes the widest last.
    """
    step = _HOUR / budget.hourly
    spent = await tx.fetchval(
        """
        INSERT INTO paces AS kept (merchant_id, caller, whole_at) VALUES ($1, $2, $3::timestamptz + $4::interval)
        ON CONFLICT (merchant_id, caller) DO UPDATE SET whole_at = greatest(kept.whole_at, $3) + $4
         WHERE kept.whole_at <= $3 + $5::interval - $4
        RETURNING true
        """,
        merchant_id, budget.caller, now, step, _HOUR,
    )  # fmt: skip
    if not spent:
        whole_at = await tx.fetchval(
            "SELECT whole_at FROM paces WHERE merchant_id = $1 AND caller = $2", merchant_id, budget.caller
        )
        assert whole_at is not None, "a row that refused is locked by that, and stays"
        raise TooMany(_seconds_until(whole_at - _HOUR + step, now))


def _seconds_until(then: datetime, now: datetime) -> int:
    return max(1, math.ceil((then - now).total_seconds()))


async def forget_whole(database: Database, now: datetime) -> int:
    """Delete the rows of budgets that are whole again. Returns how many."""
    async with database.transaction() as tx:
        done = await tx.execute("DELETE FROM paces WHERE whole_at < $1", now)
    return int(done.split()[-1])
