"""An event on its way to an address."""

from __future__ import annotations

from datetime import datetime
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
