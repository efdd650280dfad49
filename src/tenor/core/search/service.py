"""Looking for something."""

from __future__ import annotations

from uuid import UUID

from tenor.base.database import Tx
from tenor.core.search import rules, store
from tenor.core.search.model import Found

# Whoever has that many to look through has typed too little.
MOST = 50


async def search(tx: Tx, typed: str) -> Found:
    """All orders, buyers and merchants that a typed text may name."""
    wanted = rules.wanted(typed)
    if wanted is None:
        return Found()
    return Found(
        orders=await store.orders(tx, wanted, MOST),
        buyers=await store.buyers(tx, wanted, MOST),
        merchants=await store.merchants(tx, wanted, MOST),
    )


async def own_orders(tx: Tx, merchant_id: UUID, typed: str) -> tuple[UUID, ...]:
    """One merchant's orders that a typed reference, number, id or event's id names, the newest first."""
    wanted = rules.wanted(typed)
    return tuple(await store.own_orders(tx, merchant_id, wanted, MOST)) if wanted else ()
