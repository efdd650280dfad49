"""Merging buyers, and undoing it. A group is one buyer and those merged into it; there are no chains."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from tenor.base.database import Tx
from tenor.base.errors import Invalid, NotFound, WrongState
from tenor.base.ids import new_id
from tenor.core.buyers.merging import store
from tenor.core.buyers.merging.model import Merge

# Who is named where no person decided.
ITSELF = "tenor"


async def merge(tx: Tx, *, into: UUID, from_: UUID, by: str, reason: str, now: datetime) -> Merge:
    """Note that one buyer is another one. From the next decision on they share one limit; nothing else is changed.

    Done before: the merge as it stands. `now` is the real time. Raises `NotFound`, `Invalid` (paths `into`, `by`,
    `reason`), or `WrongState` for what would make a chain.
    """
    by, reason = _said(by, "by"), _said(reason, "reason")
    _check_apart(into, from_)
    await store.hold(tx)
    standing = await _standing(tx, into, from_)
    if standing is not None:
        return standing
    made = _made(from_, into, by, reason, now)
    await store.insert(tx, made)
    return made


async def check(tx: Tx, *, into: UUID, from_: UUID, reason: str) -> None:
    """Whether a merge could be made as things stand, for somebody who looks before doing it. Nothing is locked.

    Raises as `merge`, and `WrongState` also where the same merge stands already.
    """
    _said(reason, "reason")
    _check_apart(into, from_)
    if await _standing(tx, into, from_) is not None:
        raise WrongState(f"Buyer {from_} is merged into {into} already.")


def _check_apart(into: UUID, from_: UUID) -> None:
    if into == from_:
        raise Invalid.field(("into",), "must be another buyer: none can be merged into itself")


async def _standing(tx: Tx, into: UUID, from_: UUID) -> Merge | None:
    """The very merge where it stands, or None where it can be made. Raises `NotFound`, or `WrongState` for a chain."""
    for one in (into, from_):
        await _check_exists(tx, one)
    standing = await store.standing_from(tx, from_)
    if standing is not None:
        if standing.into_buyer == into:
            return standing
        raise WrongState(f"Buyer {from_} is merged into {standing.into_buyer}; unmerge it first.")
    above = await store.standing_from(tx, into)
    if above is not None and above.into_buyer == from_:
        raise WrongState(f"Buyer {into} is merged into {from_} already: a circle can not be made.")
    if above is not None:
        raise WrongState(f"Buyer {into} is itself merged into {above.into_buyer}; merge into that one.")
    if below := await store.merged_into(tx, from_):
        raise WrongState(f"Buyer {from_} has {below} merged into it; unmerge those, or merge the other way round.")
    return None


async def unmerge(tx: Tx, *, from_: UUID, by: str, now: datetime) -> Merge:
    """Undo the merge by which a buyer is another one: its orders and its exposure were never moved.

    Raises `NotFound`, `Invalid` (path `by`), or `WrongState` where no merge stands.
    """
    by = _said(by, "by")
    await store.hold(tx)
    await _check_exists(tx, from_)
    standing = await store.standing_from(tx, from_)
    if standing is None:
        raise WrongState(f"Buyer {from_} is merged into none.")
    undone = msgspec.structs.replace(standing, undone_by=by, undone_at=now)
    await store.undo(tx, undone)
    return undone


async def unite(tx: Tx, nameless: UUID, registered: UUID, now: datetime) -> None:
    """Merge a buyer without a registration into the one that its person turned out to act for.

    It is left alone where that would make a chain, and where the two were merged and unmerged before.
    """
    await store.hold(tx)
    head = await store.find_head(tx, registered)
    if head == nameless or await store.standing_from(tx, nameless) or await store.merged_into(tx, nameless):
        return
    if not await store.were_merged(tx, nameless, head):
        reason = "Somebody who was known by a proven address alone has told this registration number."
        await store.insert(tx, _made(nameless, head, ITSELF, reason, now))


def _made(from_: UUID, into: UUID, by: str, reason: str, now: datetime) -> Merge:
    return Merge(id=new_id(), from_buyer=from_, into_buyer=into, merged_by=by, reason=reason, merged_at=now)


def _said(text: str, name: str) -> str:
    text = " ".join(text.split())
    if not 1 <= len(text) <= 500 or not text.isprintable():
        raise Invalid.field((name,), "must say something, in one line of at most 500 characters")
    return text


async def _check_exists(tx: Tx, buyer_id: UUID) -> None:
    if not await store.exists(tx, buyer_id):
        raise NotFound(f"There is no buyer {buyer_id}; `tenor buyer list` shows their ids.")
