"""The log as a merchant reads it: in one order, from a place on, without missing what commits late.

Places in the log are drawn before their transactions commit, so the newest places may still have holes that fill
later. A reader goes no further than the settled part: up to a place such that all transactions which were writing
events when it was looked up have ended. That asks nothing of the writers, and survives a dump and restore, where
transactions are counted anew.

Waiting is a light poll: what is settled is looked up at most four times a second by one process, however many wait,
and only who waits reads its own rows. `NOTIFY` would take a lock that all commits share, which orders being created
would pay for.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import msgspec

from tenor.base.database import Database, Tx
from tenor.base.errors import Invalid
from tenor.core.events import payload, store
from tenor.core.events.model import Event, EventType, Told, event_id, event_of

_LOOK_EVERY = 0.25
# Transactions take milliseconds. Where one takes longer, the reader gets what was settled before.
_PATIENCE = 0.5
_PAUSE = 0.01


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for. `after` is an event's public name; `order` an order's id."""

    after: str | None = None
    order: UUID | None = None
    types: tuple[EventType, ...] = ()
    limit: int = 50


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Events in the log's order. `next` is what to ask `after` the next time; null while there is no event at all."""

    events: Sequence[Told]
    next: str | None
    more: bool


class Feed:
    """Reads the log. One for a process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._settled = 0
        self._looked_at = float("-inf")
        self._looking = asyncio.Lock()

    async def page(self, merchant_id: UUID, query: Query) -> Page:
        """What there is now. Raises `Invalid` for an `after` that is none of the merchant's events."""
        await self._look(0)
        return await self._page(merchant_id, query)

    async def wait(self, merchant_id: UUID, query: Query, seconds: float, gone: Callable[[], Awaitable[bool]]) -> Page:
        """The same, but while there is nothing wait so long for something, or until reader or server is `gone`."""
        give_up = time.monotonic() + seconds
        page = await self.page(merchant_id, query)
        while not page.events and time.monotonic() < give_up and not await gone():
            seen = self._settled
            await asyncio.sleep(min(_LOOK_EVERY, max(0, give_up - time.monotonic())))
            await self._look(_LOOK_EVERY)
            if self._settled > seen:
                page = await self._page(merchant_id, query)
        return page

    async def _page(self, merchant_id: UUID, query: Query) -> Page:
        up_to = self._settled
        async with self._database.single_statement() as tx:
            after = await _place(tx, merchant_id, query.after)
            found = await _read(tx, merchant_id, query, after, up_to)
            more = len(found) > query.limit
            found = found[: query.limit]
            last: tuple[UUID, int] | None = (found[-1].order_id, found[-1].number) if found else None
            if not more and up_to > after:
                # All that is settled was looked at, whether it was asked for or not.
                last = await store.last_before(tx, merchant_id, up_to)
        following = event_id(*last) if last else query.after
        return Page(events=[payload.told(event) for event in found], next=following, more=more)

    async def _look(self, not_older_than: float) -> None:
        """Bring what is settled up to date, unless somebody has just done so."""
        asked_at = time.monotonic()
        async with self._looking:
            # Whoever looked after we asked, while we waited for our turn, has looked for us too.
            if self._looked_at >= asked_at or asked_at - self._looked_at < not_older_than:
                return
            began = time.monotonic()
            self._settled = max(self._settled, await self._settled_now() or 0)
            self._looked_at = began

    async def _settled_now(self) -> int | None:
        """The last place given out, once all who were under way have ended; None where that takes too long."""
        async with self._database.single_statement() as tx:
            last = await store.last_position(tx)
            under_way = await store.writers(tx)
        give_up = time.monotonic() + _PATIENCE
        while under_way:
            if time.monotonic() > give_up:
                return None
            await asyncio.sleep(_PAUSE)
            async with self._database.single_statement() as tx:
                under_way &= await store.writers(tx)
        return last


async def _place(tx: Tx, merchant_id: UUID, after: str | None) -> int:
    if after is None:
        return 0
    named = event_of(after)
    place = await store.position_of(tx, merchant_id, *named) if named else None
    if place is None:
        raise Invalid.field(("after",), "must be the `next` of an answer, or the id of one of your events")
    return place


async def _read(tx: Tx, merchant_id: UUID, query: Query, after: int, up_to: int) -> list[Event]:
    """One more than the page holds, if there are more."""
    if query.order is None:
        types = list(query.types) or None
        return await store.page(tx, merchant_id, types, after=after, up_to=up_to, limit=query.limit + 1)
    # An order's events are few: they are read by the order's key, whatever the merchant's log has grown to.
    return [
        event
        for event in await store.of_order(tx, merchant_id, query.order)
        if after < event.position <= up_to and (not query.types or event.type in query.types)
    ][: query.limit + 1]
