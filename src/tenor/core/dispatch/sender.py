"""The sender: claims what is due, sends it, notes what came of it; and never holds a transaction while it sends.

One loop for every way out of the house; what is due on a way, and how it travels, is the way's. A lane, such as the
one to an endpoint, begins with a few deliveries at once and may have more with every success; a failure takes it back
to one. So an endpoint that hangs keeps few of the sender's hands, and one that is quick is served quickly.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime
from typing import Generic, Protocol
from uuid import UUID

from tenor.base import clock
from tenor.base.database import Database, Tx
from tenor.base.logs import logger
from tenor.core.dispatch import rules
from tenor.core.dispatch.model import ANSWER_KEPT, Attempt, C, Calendar, DeliveryState, Outcome, Result, Room

# How long to wait for more to be due, for more to come back, and for a database that is away.
_IDLE_SECONDS = 0.5
_GATHER_SECONDS = 0.02
_AWAY_SECONDS = 1


class Way(Protocol[C]):
    """One of the ways out of the house.

    `hands` is how many may be under way at once. A lane begins with `usual` of them and has `most` in the end.
    """

    calendar: Calendar
    hands: int
    usual: int
    most: int

    async def claim(
        self, tx: Tx, now: datetime, *, limit: int, rooms: Mapping[Hashable, Room], held: Sequence[UUID]
    ) -> list[C]:
        """Take what is due: from the commit on it is ours until the lease is over.

        `rooms` is for the lanes in use, `held` is being sent and is left out.
        """

    async def carry(self, claimed: C, at: datetime) -> Outcome:
        """Bring one to where it goes; no transaction is open meanwhile."""

    async def note(self, tx: Tx, results: Sequence[Result[C]]) -> None:
        """Write down what came of attempts, in the order in which they ended, and what else that means."""


class Sender(Generic[C]):
    """Sends what goes by one way. Any number may run at once; `now` and `jitter` (0 to 1) are a test's to replace."""

    def __init__(
        self,
        database: Database,
        way: Way[C],
        *,
        now: Callable[[], datetime] = clock.now,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._way = way
        self._now = now
        self._jitter = jitter
        self._sending: dict[UUID, asyncio.Task[None]] = {}
        self._busy: Counter[Hashable] = Counter()
        self._allowed: dict[Hashable, int] = {}
        self._results: list[Result[C]] = []
        self._came_back = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop; what was begun is finished and noted first."""
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                await self._turn(stopped)
            await self._finish()
        finally:
            stopped.cancel()

    async def drain(self) -> int:
        """Send until nothing is due. Returns how many attempts were made."""
        made = 0
        while begun := await self._begin_due():
            made += begun
            await self._finish()
        return made

    async def send_now(self, claimed: C) -> Result[C]:
        """Send one claimed delivery and note what came of it."""
        result = await self._send(claimed)
        async with self._database.transaction() as tx:
            await self._way.note(tx, [result])
        return result

    async def _turn(self, stopped: asyncio.Task[bool]) -> None:
        try:
            await self._note()
            begun = await self._begin_due()
        except Exception:
            # The database may be away for a while. What is due stays due, and what came back is noted afterwards.
            logger().exception("sending paused")
            await asyncio.wait([stopped], timeout=_AWAY_SECONDS)
            return
        if begun == 0:
            self._allowed.clear()
            await self._until_something_happens(stopped)
        await asyncio.sleep(_GATHER_SECONDS)

    async def _until_something_happens(self, stopped: asyncio.Task[bool]) -> None:
        self._came_back.clear()
        if self._results:
            return
        came_back = asyncio.create_task(self._came_back.wait())
        await asyncio.wait([stopped, came_back], timeout=_IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        came_back.cancel()

    async def _begin_due(self) -> int:
        hands, usual = self._way.hands - len(self._sending), self._way.usual
        if hands <= 0:
            return 0
        # What many lanes share is not worth locking more of than there are hands for.
        most = max(usual, self._way.hands // max(1, len(self._busy)))
        rooms = {
            lane: Room(min(self._allowed.get(lane, usual), most), self._busy[lane])
            for lane in self._allowed.keys() | self._busy
        }
        async with self._database.transaction() as tx:
            claimed = await self._way.claim(tx, self._now(), limit=hands, rooms=rooms, held=list(self._sending))
        for one in claimed:
            self._busy[one.lane] += 1
            self._sending[one.id] = asyncio.create_task(self._send_and_keep(one))
        return len(claimed)

    async def _finish(self) -> None:
        while self._sending:
            await asyncio.wait(self._sending.values())
        await self._note()

    async def _send_and_keep(self, claimed: C) -> None:
        try:
            result = await self._send(claimed)
            self._results.append(result)
            self._learn(result)
        finally:
            self._busy[claimed.lane] -= 1
            if not self._busy[claimed.lane]:
                del self._busy[claimed.lane]
            del self._sending[claimed.id]
            self._came_back.set()

    def _learn(self, result: Result[C]) -> None:
        lane = result.claimed.lane
        if result.state == DeliveryState.DELIVERED:
            self._allowed[lane] = min(self._allowed.get(lane, self._way.usual) * 2, self._way.most)
        else:
            self._allowed[lane] = 1

    async def _send(self, claimed: C) -> Result[C]:
        started_at, began = self._now(), time.monotonic()
        outcome = await self._outcome(claimed, started_at)
        attempt = Attempt(
            number=claimed.attempt,
            started_at=started_at,
            milliseconds=round((time.monotonic() - began) * 1000),
            status=outcome.status,
            error=outcome.error,
            answer=outcome.answer[:ANSWER_KEPT],
        )
        return rules.judged(claimed, attempt, outcome, self._way.calendar, now=self._now(), random=self._jitter())

    async def _outcome(self, claimed: C, at: datetime) -> Outcome:
        if at >= claimed.until:
            # This process was held up, and by now another one may have it.
            return Outcome(error="not sent: the time to send it was over")
        try:
            return await self._way.carry(claimed, at)
        except Exception:
            # Whatever nobody foresaw counts as a failed attempt, so that it is bounded like any other.
            logger().exception("sending failed", merchant_id=str(claimed.merchant_id))
            return Outcome(error="it could not be sent; the fault is ours")

    async def _note(self) -> None:
        results = self._results[:]
        if results:
            async with self._database.transaction() as tx:
                await self._way.note(tx, results)
            # What came back while this was written stays for the next time; what could not be written does too.
            del self._results[: len(results)]
