"""Two buyers side by side, and what joining them would come to. All amounts are minor units."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from tenor.core.buyers.merging.model import Merge
from tenor.core.buyers.model import Person
from tenor.core.buyers.suspicions.model import Suspicion
from tenor.core.search.model import Exposure

Likeness = Literal["same", "differs", "unknown"]


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    """What was granted to a buyer in a currency, by whom and when."""

    currency: str
    amount: int
    granted_by: Literal["policy", "staff"]
    granted_at: datetime


class Ordered(msgspec.Struct, frozen=True, kw_only=True):
    """How many orders a buyer has in a currency, what they come to, and how many of them wait for a person."""

    currency: str
    count: int
    total: int
    waiting: int


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A buyer with all that tells it from another one. `address` is on one line, and empty where none is known.

    Exposures, limits and orders are its own. `group` are the ids of the buyers that are merged with it, without its
    own, and `head` is the one into which they all are merged: itself, where it is that or stands alone.
    """

    id: UUID
    name: str
    country: str | None
    registration_number: str | None
    vat_number: str | None
    address: str
    created_at: datetime
    people: tuple[Person, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    limits: tuple[Granted, ...] = ()
    orders: tuple[Ordered, ...] = ()
    head: UUID
    group: tuple[UUID, ...] = ()

    @property
    def members(self) -> frozenset[UUID]:
        """Its own id and those of the group."""
        return frozenset((self.id, *self.group))


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two buyers, and what is or was suspected of them."""

    one: Profile
    other: Profile
    suspicion: Suspicion | None

    @property
    def is_joined(self) -> bool:
        """Whether they share a limit already."""
        return self.one.head == self.other.head

    @property
    def is_open(self) -> bool:
        """Whether it waits for somebody to say what they are."""
        return self.suspicion is not None and self.suspicion.dismissed_at is None and not self.is_joined


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is known of two companies. `one` and `other` are empty where it is not known."""

    what: str
    one: str
    other: str
    likeness: Likeness


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """What counts for somebody in a currency: what is owed and reserved, and the limit, if one was granted."""

    exposure: int
    limit: int | None


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """What a merge comes to in a currency: what counts for each of the two now, and for both from then on."""

    currency: str
    from_: Share
    into: Share
    both: Share

    @property
    def is_over(self) -> bool:
        """Whether they owe together more than they will be allowed to."""
        return self.both.limit is not None and self.both.exposure > self.both.limit


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown before two groups of buyers become one, or one becomes two."""

    from_: Profile
    into: Profile
    joined: tuple[Joined, ...]
    merge: Merge | None = None
