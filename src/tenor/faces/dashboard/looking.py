"""What a list is asked for, as it stands in the page's address. What can not be read there is not asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

from tenor.base.database import Tx
from tenor.core.deliveries.model import Outcome, Place, Wanted
from tenor.core.events.model import EventType
from tenor.core.search import rules as search_rules
from tenor.core.search import service as search
from tenor.faces import forms

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_DIGITS = 17

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True)
class Looking:
    """What is looked for. `order` is the text that was typed: a reference, a number or an id."""

    endpoint: UUID | None = None
    type: EventType | None = None
    order: str = ""
    outcome: Outcome | None = None

    @classmethod
    def at(cls, query: Mapping[str, str]) -> Looking:
        """As an address asks."""
        return cls(
            endpoint=_uuid(query.get("endpoint", "")),
            type=_one_of(EventType, query.get("type", "")),
            order=forms.line(query, "order", search_rules.LONGEST),
            outcome=_one_of(Outcome, query.get("outcome", "")),
        )

    @property
    def at_all(self) -> bool:
        """Whether anything is asked for."""
        return self != Looking()

    def query(self, **more: str) -> str:
        """As an address asks for it again."""
        asked = {one.name: str(getattr(self, one.name) or "") for one in fields(self)} | more
        return "?" + urlencode({name: value for name, value in asked.items() if value})

    async def orders(self, tx: Tx, merchant_id: UUID) -> tuple[UUID, ...] | None:
        """The merchant's orders that are asked for; None where none is."""
        return await search.own_orders(tx, merchant_id, self.order) if self.order else None

    async def wanted(self, tx: Tx, merchant_id: UUID) -> Wanted:
        """What the core looks for."""
        return Wanted(
            endpoint_id=self.endpoint,
            type=self.type,
            orders=await self.orders(tx, merchant_id),
            outcome=self.outcome,
        )


def _uuid(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None


def _one_of(known: type[E], given: str) -> E | None:
    return known(given) if given in [one.value for one in known] else None


def text_of(place: Place) -> str:
    """A place among deliveries for an address."""
    return f"{(place.created_at - _EPOCH) // timedelta(microseconds=1)}.{place.event_number}.{place.id}"


def place_of(text: str) -> Place | None:
    """The place that an address names, or None for what is none."""
    at, _, rest = text.partition(".")
    number, _, delivery = rest.partition(".")
    delivery_id, place = _uuid(delivery), number_of(number)
    micros = number_of(at)
    if delivery_id is None or place is None or micros is None or place >= 2**31:
        return None
    return Place(_EPOCH + timedelta(microseconds=micros), place, delivery_id)


def number_of(text: str) -> int | None:
    """A whole number in an address, or None for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else None
