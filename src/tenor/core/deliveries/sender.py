"""The sender: claims what is due, sends it, notes what came of it; and never holds a transaction while it sends.

A lane, the way to one endpoint, begins with a few deliveries at once and may have more with every success; a failure
takes it back to one. So an endpoint that hangs keeps few of the sender's hands, and one that is quick is served
quickly.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from tenor.base import clock
from tenor.base.database import Database
from tenor.base.logs import logger
from tenor.base.outbound import Answer, Outbound
from tenor.base.seal import Seal
from tenor.core.deliveries import rules, service
from tenor.core.deliveries.model import Attempt, Claimed, DeliveryState, Result
from tenor.core.deliveries.service import Words
from tenor.core.deliveries.store import Room
from tenor.core.webhooks import rules as signing
from tenor.core.webhooks import service as webhooks
from tenor.core.webhooks.model import Lane

_HANDS = 256
_USUAL, _MOST = 3, 16
_ANSWER_KEPT = 2048
# How long to wait for more to be due, for more to come back, and for a database that is away.
_IDLE_SECONDS = 0.5
_GATHER_SECONDS = 0.02
_AWAY_SECONDS = 1


class Sender:
    """Sends deliveries. Any number may run at once; `now` and `jitter` (0 to 1) are a test's to replace."""

    def __init__(
        self,
        database: Database,
        outbound: Outbound,
        seal: Seal,
        words: Mapping[str, Words],
        *,
        now: Callable[[], datetime] = clock.now,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._outbound = outbound
        self._seal = seal
        self._words = words
        self._now = now
        self._jitter = jitter
        self._sending: dict[UUID, asyncio.Task[None]] = {}
        self._busy: Counter[Lane] = Counter()
        self._allowed: dict[Lane, int] = {}
        self._results: list[Result] = []
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

    async def send_now(self, claimed: Claimed) -> Result:
        """Send one claimed delivery and note what came of it."""
        result = await self._send(claimed)
        async with self._database.transaction() as tx:
            await service.note(tx, [result])
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
        hands = _HANDS - len(self._sending)
        if hands <= 0:
            return 0
        # What many lanes share is not worth locking more of than there are hands for.
        most = max(_USUAL, _HANDS // max(1, len(self._busy)))
        rooms = {
            lane: Room(min(self._allowed.get(lane, _USUAL), most), self._busy[lane])
            for lane in self._allowed.keys() | self._busy
        }
        async with self._database.transaction() as tx:
            claimed = await service.claim(
                tx, self._now(), self._words, limit=hands, usual=_USUAL, rooms=rooms, held=list(self._sending)
            )
        for one in claimed:
            self._busy[one.lane] += 1
            self._sending[one.id] = asyncio.create_task(self._send_and_keep(one))
        return len(claimed)

    async def _finish(self) -> None:
        while self._sending:
            await asyncio.wait(self._sending.values())
        await self._note()

    async def _send_and_keep(self, claimed: Claimed) -> None:
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

    def _learn(self, result: Result) -> None:
        lane = result.claimed.lane
        if result.state == DeliveryState.DELIVERED:
            self._allowed[lane] = min(self._allowed.get(lane, _USUAL) * 2, _MOST)
        else:
            self._allowed[lane] = 1

    async def _send(self, claimed: Claimed) -> Result:
        started_at = self._now()
        answer = await self._answer(claimed, started_at)
        ended_at = self._now()
        attempt = Attempt(
            number=claimed.attempt,
            started_at=started_at,
            milliseconds=answer.milliseconds,
            status=answer.status,
            error=answer.error,
            answer=answer.body[:_ANSWER_KEPT],
        )
        asked = rules.retry_after(answer.retry_after, ended_at)
        return rules.judged(claimed, attempt, asked, ended_at, self._jitter())

    async def _answer(self, claimed: Claimed, at: datetime) -> Answer:
        if claimed.body is None:
            return Answer(milliseconds=0, error="the event could not be written; the fault is ours")
        if at >= claimed.until:
            # This process was held up, and by now another one may have it.
            return Answer(milliseconds=0, error="not sent: the time to send it was over")
        secrets = [
            webhooks.secret(self._seal, claimed.lane, generation)
            for generation in signing.generations(claimed.generation, claimed.rotated_at, at)
        ]
        headers = signing.signatures(secrets, claimed.message_id, at, claimed.body)
        try:
            return await self._outbound.post(claimed.url, claimed.body, {"Content-Type": "application/json", **headers})
        except Exception:
            # Whatever the client failed to foresee counts as a failed attempt, so that it is bounded like any other.
            logger().exception("sending failed", merchant_id=str(claimed.merchant_id))
            return Answer(milliseconds=0, error="the request failed; the fault is ours")

    async def _note(self) -> None:
        results = self._results[:]
        if results:
            async with self._database.transaction() as tx:
                await service.note(tx, results)
            # What came back while this was written stays for the next time; what could not be written does too.
            del self._results[: len(results)]
