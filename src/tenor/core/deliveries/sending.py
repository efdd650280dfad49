"""How events travel: signed, over HTTP, to an address that a merchant has named."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from tenor.base.database import Tx
from tenor.base.outbound import Outbound
from tenor.base.seal import Seal
from tenor.core.deliveries import rules, service
from tenor.core.deliveries.model import ClaimedEvent
from tenor.core.deliveries.service import Words
from tenor.core.dispatch.model import Outcome, Result, Room
from tenor.core.webhooks import rules as signing
from tenor.core.webhooks import service as webhooks


class Webhooks:
    """The way of events: a lane for each endpoint (`dispatch.sender.Way`)."""

    calendar = rules.CALENDAR
    hands = 256
    usual = 3
    most = 16

    def __init__(self, outbound: Outbound, seal: Seal, words: Mapping[str, Words]) -> None:
        self._outbound = outbound
        self._seal = seal
        self._words = words

    async def claim(
        self, tx: Tx, now: datetime, *, limit: int, rooms: Mapping[Hashable, Room], held: Sequence[UUID]
    ) -> list[ClaimedEvent]:
        """Take what is due, with the bytes of each event."""
        return await service.claim(tx, now, self._words, limit=limit, usual=self.usual, rooms=rooms, held=held)

    async def carry(self, claimed: ClaimedEvent, at: datetime) -> Outcome:
        """POST one to its address."""
        if claimed.body is None:
            return Outcome(error="the event could not be written; the fault is ours")
        secrets = [
            webhooks.secret(self._seal, claimed.lane, generation)
            for generation in signing.generations(claimed.generation, claimed.rotated_at, at)
        ]
        headers = signing.signatures(secrets, claimed.message_id, at, claimed.body)
        answer = await self._outbound.post(claimed.url, claimed.body, {"Content-Type": "application/json", **headers})
        return rules.outcome(answer.status, answer.error, answer.body, rules.retry_after(answer.retry_after, at))

    async def note(self, tx: Tx, results: Sequence[Result[ClaimedEvent]]) -> None:
        """Write down what came of attempts, and what it means for their endpoints."""
        await service.note(tx, results)
