"""Links, sessions and acts of merchants on their own pages."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec


class Act(StrEnum):
    """What a merchant can do on its own pages that changes something."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere"
    DELIVERY_REPLAYED = "delivery_replayed"
    ENDPOINT_REPLAYED = "endpoint_replayed"
    ENDPOINT_TESTED = "endpoint_tested"
    ENDPOINT_SWITCHED_ON = "endpoint_switched_on"
    SECRET_SHOWN = "secret_shown"  # noqa: S105 - the name of an act
    SECRET_ROTATED = "secret_rotated"  # noqa: S105 - the name of an act


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time link to a merchant's pages. `recipient` is where it was mailed to; None: it was printed."""

    merchant_id: UUID
    id: UUID
    recipient: str | None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody signed in for a merchant: by a link to which address, from where, with which browser, since when.

    Times are real times in UTC.
    """

    merchant_id: UUID
    id: UUID
    entered_by: str | None
    origin: str
    agent: str
    created_at: datetime
    seen_at: datetime


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the log: what was done when, on what (`subject`), from which network address."""

    at: datetime
    act: Act
    subject: str | None = None
    detail: dict[str, Any] = {}
    origin: str
