"""A delivery's states, the claim on it, and what came of each try; the same for an event and for a letter."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

import msgspec

# How much of what the other side said is kept, in bytes.
ANSWER_KEPT = 2048


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELED = "canceled"


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """When something is tried: the pause before each attempt, the first one's too, and by what share it may be longer.

    A crowd that failed together shall not come back together.
    """

    pauses: tuple[timedelta, ...]
    jitter: float = 0


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one try: the status of HTTP or SMTP, or the error that left it without one.

    `answer` is the beginning of what the other side said.
    """

    number: int
    started_at: datetime
    milliseconds: int
    status: int | None
    error: str | None
    answer: bytes


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a try ended, in the words of the way that it went.

    `for_good` says that asking again is of no use; `asked` is for how long the other side wants to be left alone.
    """

    taken: bool = False
    for_good: bool = False
    status: int | None = None
    error: str | None = None
    answer: bytes = b""
    asked: timedelta = timedelta(0)


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery that is ours to send until `until`.

    `attempt` is this one's number, `retries` counts it too, but only from when the delivery was last made due.
    """

    merchant_id: UUID
    id: UUID
    order_id: UUID | None
    attempt: int
    retries: int
    until: datetime

    @property
    def lane(self) -> Hashable:
        """Those that go by the same lane hold each other up; those of other lanes never do."""
        raise NotImplementedError


C = TypeVar("C", bound=Claimed)


class Result(msgspec.Struct, Generic[C], frozen=True, kw_only=True):
    """An attempt, what it makes of its delivery, and when the delivery is due again if it stays pending."""

    claimed: C
    attempt: Attempt
    state: DeliveryState
    due_at: datetime
    ended_at: datetime
    asked: timedelta = timedelta(0)


class Room(NamedTuple):
    """How many deliveries of a lane may be under way, and how many are, as far as this worker knows."""

    allowed: int
    busy: int
