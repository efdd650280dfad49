"""Deliveries and attempts: one event on its way to one address, and what came of each try."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from tenor.core.events.model import EventType
from tenor.core.webhooks.model import EndpointKind, Lane


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELED = "canceled"


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One event on its way to one address. A test has neither order nor number; its bytes are there before its try."""

    merchant_id: UUID
    id: UUID
    endpoint_id: UUID
    order_id: UUID | None
    event_number: int | None
    event_type: EventType | None
    url: str
    state: DeliveryState
    attempts: int
    due_at: datetime
    created_at: datetime
    ended_at: datetime | None
    body: bytes | None


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one try: the status, or the error that left it without one; `answer` is its first 2 KB."""

    number: int
    started_at: datetime
    milliseconds: int
    status: int | None
    error: str | None
    answer: bytes


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery that is ours to send until `until`.

    `attempt` is this one's number, `retries` counts it too, but only from when the delivery was last made due.
    `body` is None where no bytes could be made of the event.
    """

    merchant_id: UUID
    id: UUID
    endpoint_id: UUID
    kind: EndpointKind
    message_id: str
    order_id: UUID | None
    url: str
    body: bytes | None
    attempt: int
    retries: int
    generation: int
    rotated_at: datetime | None
    failing: bool
    until: datetime

    @property
    def lane(self) -> Lane:
        """The way that it goes."""
        return Lane(self.merchant_id, self.endpoint_id)


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt, what it makes of its delivery, and when the delivery is due again if it stays pending.

    `pause` is for how long the receiver asked to be left alone, in seconds.
    """

    claimed: Claimed
    attempt: Attempt
    state: DeliveryState
    due_at: datetime
    ended_at: datetime
    gone: bool = False
    pause: float = 0
