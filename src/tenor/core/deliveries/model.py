"""An event on its way to an address."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

import msgspec

from tenor.core.dispatch.model import Claimed, DeliveryState
from tenor.core.events.model import EventType
from tenor.core.webhooks.model import EndpointKind, Lane


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


class Outcome(StrEnum):
    """What deliveries may be looked for by: a state, or whatever has not arrived."""

    DELIVERED = "delivered"
    PENDING = "pending"
    FAILED = "failed"
    CANCELED = "canceled"
    MISSING = "missing"

    @property
    def states(self) -> tuple[DeliveryState, ...]:
        """The states that it stands for."""
        if self is Outcome.MISSING:
            return tuple(one for one in DeliveryState if one != DeliveryState.DELIVERED)
        return (DeliveryState(self.value),)


class Place(NamedTuple):
    """Where a delivery stands among all of a merchant's, which go by when they were made."""

    created_at: datetime
    event_number: int
    id: UUID


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which of a merchant's deliveries are looked for; what is None is not asked for.

    `orders` are ids of orders; none at all finds nothing.
    """

    endpoint_id: UUID | None = None
    type: EventType | None = None
    orders: tuple[UUID, ...] | None = None
    outcome: Outcome | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery in a list, with the merchant's reference of its order and what came of its latest attempt."""

    id: UUID
    endpoint_id: UUID
    order_id: UUID | None
    event_number: int | None
    event_type: EventType | None
    reference: str | None
    url: str
    state: DeliveryState
    attempts: int
    due_at: datetime
    created_at: datetime
    ended_at: datetime | None
    status: int | None
    error: str | None

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.created_at, self.event_number or 0, self.id)


class Count(NamedTuple):
    """How many deliveries of an endpoint wait, and how many were given up and are still kept."""

    pending: int
    failed: int


class ClaimedEvent(Claimed, frozen=True, kw_only=True):
    """An event that is ours to send. `body` is None where no bytes could be made of it."""

    endpoint_id: UUID
    kind: EndpointKind
    message_id: str
    url: str
    body: bytes | None
    generation: int
    rotated_at: datetime | None
    failing: bool

    @property
    def lane(self) -> Lane:
        """The way that it goes."""
        return Lane(self.merchant_id, self.endpoint_id)
