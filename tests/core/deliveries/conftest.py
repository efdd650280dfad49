"""A trade with webhooks: an endpoint that listens, senders, and a clock that only the test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from tenor.base import clock
from tenor.base.addresses import networks
from tenor.base.database import Database
from tenor.base.outbound import Outbound
from tenor.base.seal import Seal
from tenor.core.deliveries import service as deliveries
from tenor.core.deliveries import store
from tenor.core.deliveries.model import ClaimedEvent, Delivery
from tenor.core.deliveries.sending import Webhooks
from tenor.core.dispatch import store as dispatch
from tenor.core.dispatch.model import Attempt
from tenor.core.dispatch.sender import Sender
from tenor.core.webhooks import service as webhooks
from tenor.core.webhooks.model import Endpoint, Lane
from tenor.faces.buildnow.events import webhook
from tests.core.conftest import Trade
from tests.receiver import Receiver, listening

LOOPBACK = networks("127.0.0.0/8")
SEAL = Seal("a secret of the tests, long enough to be one")


@dataclass
class Clock:
    """A minute ahead at first, so that what the database dates as it is made is due; then only the test moves it."""

    at: datetime = field(default_factory=lambda: clock.now() + timedelta(minutes=1))

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        """Move on."""
        self.at += timedelta(**by)


@dataclass
class Post:
    """What leaves the house for one merchant."""

    database: Database
    merchant_id: UUID
    clock: Clock
    outbound: Outbound
    jitter: Callable[[], float] = lambda: 0.0

    def sender(self) -> Sender[ClaimedEvent]:
        """One more worker's sender."""
        way = Webhooks(self.outbound, SEAL, {"buildnow": webhook})
        return Sender(self.database, way, now=self.clock, jitter=lambda: self.jitter())

    async def endpoint(self, url: str, *types: str) -> Endpoint:
        """An address that the merchant registers."""
        async with self.database.transaction() as tx:
            return await webhooks.add(tx, self.merchant_id, url, types, self.clock())

    async def fresh(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint as it stands now."""
        async with self.database.single_statement() as tx:
            return await webhooks.found(tx, endpoint.lane)

    async def drain(self) -> int:
        """Send until nothing is due."""
        return await self.sender().drain()

    async def deliveries(self, lane: Lane) -> list[Delivery]:
        """What was made for an endpoint, the oldest event first."""
        async with self.database.single_statement() as tx:
            return (await store.newest(tx, lane, 10_000))[::-1]

    async def attempts(self, delivery: Delivery) -> list[Attempt]:
        """What came of each try."""
        async with self.database.single_statement() as tx:
            return await dispatch.attempts_of(tx, delivery.merchant_id, delivery.id)

    async def replay(self, delivery: Delivery) -> None:
        """Send it again."""
        async with self.database.transaction() as tx:
            await deliveries.replay(tx, delivery.merchant_id, delivery.id, self.clock())

    async def next_due(self) -> datetime | None:
        """When something may be sent next; None when nothing waits."""
        async with self.database.single_statement() as tx:
            due: datetime | None = await tx.fetchval(
                """
                SELECT min(greatest(d.due_at, d.claimed_until, e.paused_until)) FROM deliveries d
                  JOIN webhook_endpoints e ON e.merchant_id = d.merchant_id AND e.id = d.endpoint_id
                 WHERE d.state = 'pending' AND e.state = 'on'
                   AND NOT EXISTS (SELECT FROM deliveries o WHERE o.endpoint_id = d.endpoint_id
                       AND o.order_id = d.order_id AND o.event_number < d.event_number AND o.state = 'pending')
                """
            )
        return due

    async def live_until_all_is_sent(self, most: timedelta = timedelta(days=8)) -> None:
        """Let time pass, from one due moment to the next, until nothing waits any more."""
        give_up = self.clock.at + most
        await self.drain()
        while (due := await self.next_due()) is not None:
            assert due <= give_up, "something waits for longer than anything may"
            self.clock.at = max(self.clock.at, due)
            await self.drain()


@pytest.fixture
async def outbound() -> AsyncIterator[Outbound]:
    """A client that may reach loopback and gives up after half a second."""
    async with Outbound(LOOPBACK, seconds=0.5) as client:
        yield client


@pytest.fixture
async def post(trade: Trade, outbound: Outbound) -> Post:
    """The merchant's post."""
    return Post(trade.database, trade.merchant.id, Clock(), outbound)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """The merchant's server."""
    async with listening() as listener:
        yield listener
