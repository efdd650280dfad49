"""Reading pairs of buyers. Whether they are one company is said to `core/buyers`; nothing is written here."""

from __future__ import annotations

from uuid import UUID

from tenor.base.database import Tx
from tenor.base.errors import NotFound, WrongState
from tenor.core.buyers import merging
from tenor.core.buyers import service as buyers
from tenor.core.buyers.merging import store as merges
from tenor.core.buyers.suspicions import store as suspicions
from tenor.core.buyers.suspicions.model import Suspicion
from tenor.core.search.pairs import rules, store
from tenor.core.search.pairs.model import Look, Pair


async def waiting(tx: Tx, limit: int) -> list[Pair]:
    """The pairs that look like one company and wait for staff, newest first."""
    found = await buyers.suspected(tx, limit)
    known = await store.profiles(tx, {company.id for pair in found for company in (pair.one, pair.other)})
    return [
        Pair(
            one=known[pair.one.id],
            other=known[pair.other.id],
            suspicion=Suspicion(reasons=pair.reasons, found_at=pair.found_at),
        )
        for pair in found
    ]


async def pair(tx: Tx, one: UUID, other: UUID) -> Pair:
    """Any two buyers side by side, whether or not something is suspected of them. Raises `NotFound`."""
    known = await store.profiles(tx, {one, other})
    if len(known) != 2:
        raise NotFound("There is no such pair of buyers.")
    return Pair(one=known[one], other=known[other], suspicion=await suspicions.between(tx, one, other))


async def look(tx: Tx, *, into: UUID, from_: UUID) -> Look:
    """What merging one buyer into another one would come to. Raises `NotFound`."""
    found = await pair(tx, from_, into)
    everybody = await store.profiles(tx, found.one.members | found.other.members)
    return Look(from_=found.one, into=found.other, joined=rules.joined(found.one, found.other, everybody))


async def parting(tx: Tx, from_: UUID) -> Look:
    """What undoing the merge of a buyer would come to. Raises `NotFound`, and `WrongState` where no merge stands."""
    merge = await merges.standing_from(tx, from_)
    if merge is None:
        if not await merges.exists(tx, from_):
            raise NotFound("There is no such buyer.")
        raise WrongState("This buyer is merged into none.")
    group = await merging.group(tx, from_)
    everybody = await store.profiles(tx, group)
    apart, rest = (rules.without(everybody[one], from_) for one in (from_, merge.into_buyer))
    return Look(from_=apart, into=rest, joined=rules.joined(apart, rest, everybody), merge=merge)
