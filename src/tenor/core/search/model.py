"""What is looked for, and what is found."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a person typed, in the ways in which it may be written down here; None where it can't be such a thing.

    `text` is on one line, `email` and `name_prefix` in lower case, `number` without what people put between digits.
    """

    text: str
    number: str
    id: UUID | None = None
    event_order: UUID | None = None
    email: str | None = None
    name_prefix: str | None = None


class FoundOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order in a list. `total` is minor units."""

    merchant_id: UUID
    id: UUID
    merchant: str
    number: str
    reference: str
    state: str
    currency: str
    total: int
    company: str | None
    created_at: datetime


class FoundBuyer(msgspec.Struct, frozen=True, kw_only=True):
    """A buyer in a list. `email` is of whoever last acted for it; None where that person was erased."""

    id: UUID
    company_name: str
    email: str | None
    registration_number: str | None
    vat_number: str | None


class FoundMerchant(msgspec.Struct, frozen=True, kw_only=True):
    """A merchant in a list."""

    id: UUID
    name: str
    country: str
    currency: str


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """All that fits, newest orders first; of each kind at most as many as were asked for."""

    orders: list[FoundOrder] = []
    buyers: list[FoundBuyer] = []
    merchants: list[FoundMerchant] = []

    @property
    def nothing(self) -> bool:
        """Whether nothing fits."""
        return not (self.orders or self.buyers or self.merchants)


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """What a buyer owes or has reserved, in minor units of a currency."""

    currency: str
    amount: int
