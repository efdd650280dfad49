"""Companies that look like one."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from tenor.core.buyers.model import Company

Reason = Literal["registration_typo", "vat_number"]


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """A company as it is registered: numbers in the normal form of `identity`; an empty VAT number is not known."""

    country: str
    registration_number: str
    name: str
    vat_number: str = ""


class Suspect(msgspec.Struct, frozen=True, kw_only=True):
    """A buyer that looks like another one, and why. Neither merged nor dismissed by staff."""

    buyer_id: UUID
    name: str
    country: str | None
    registration_number: str | None
    reasons: tuple[Reason, ...]
    found_at: datetime


class SuspectedPair(msgspec.Struct, frozen=True, kw_only=True):
    """Two buyers that look like one company, for staff to merge or to dismiss."""

    one: Company
    other: Company
    reasons: tuple[Reason, ...]
    found_at: datetime


class Suspicion(msgspec.Struct, frozen=True, kw_only=True):
    """What is suspected of two buyers, and who found them to be two companies when."""

    reasons: tuple[Reason, ...]
    found_at: datetime
    dismissed_by: str | None = None
    dismissed_at: datetime | None = None
