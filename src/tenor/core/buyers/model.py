"""The buyer, and the people who act for it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from tenor.core.buyers.identity import Business

Role = Literal["contact", "signatory"]


class Buyer(msgspec.Struct, frozen=True):
    """A company that buys, as one of its people acts for it.

    Country (ISO 3166) and registration number say who it is; until they are known, the proven e-mail address of whoever
    was first met does. `email` (lower case) is the address of the person now acting, and `profile` the business as that
    person last agreed for it; None before that.
    """

    id: UUID
    company_name: str
    email: str
    profile: Business | None = None
    country: str | None = None
    registration_number: str | None = None


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who has proven an e-mail address (lower case) and asked terms for a company.

    A `signatory` has signed for it; `name` and `phone` are known from then on. Times are on the merchant's clock.
    """

    buyer_id: UUID
    email: str
    name: str | None
    phone: str | None
    role: Role
    first_seen: datetime
    last_seen: datetime


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """A buyer without any person: what the books, credit and staff need of it."""

    id: UUID
    name: str
    country: str | None
    registration_number: str | None
    vat_number: str | None
    created_at: datetime
