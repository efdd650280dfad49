"""Endpoints: where a merchant's events go."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

import msgspec

from tenor.core.events.model import EventType

EndpointKind = Literal["endpoint", "order_urls"]
OffReason = Literal["by_hand", "gone", "failing"]


class Lane(NamedTuple):
    """The way to one endpoint. What holds it up holds up nobody else."""

    merchant_id: UUID
    endpoint_id: UUID


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where events go. Without `types` it hears of everything.

    The one of kind `order_urls` has no address of its own: it stands for those that orders bring along.
    `failures` counts the failed attempts since the last success; `failing_since` is when the first of them was.
    """

    merchant_id: UUID
    id: UUID
    kind: EndpointKind
    url: str | None
    types: tuple[EventType, ...] = ()
    off_reason: OffReason | None = None
    generation: int = 1
    rotated_at: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    paused_until: datetime | None = None
    created_at: datetime | None = None

    @property
    def lane(self) -> Lane:
        """The way to it."""
        return Lane(self.merchant_id, self.id)
