"""People, their roles and acts, their sessions, and the entries of the audit log."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

import msgspec


class Role(StrEnum):
    """What somebody is at the desk. What each may do is `permissions.MAY`."""

    CREDIT_OFFICER = "credit_officer"
    FINANCE = "finance"
    SUPPORT = "support"
    ADMIN = "admin"


class Act(StrEnum):
    """Everything that can be done at the desk."""

    BE_THERE = "be_there"
    OWN_SESSIONS = "own_sessions"
    SEARCH = "search"
    SEE_ORDER = "see_order"
    SEE_DELIVERY = "see_delivery"
    SEE_DOCUMENT = "see_document"
    REPLAY = "replay"
    RETRY_LETTER = "retry_letter"
    SEE_CASE = "see_case"
    DECIDE_CASE = "decide_case"
    ASK_FOR_DOCUMENT = "ask_for_document"
    SEE_LOOKALIKES = "see_lookalikes"
    MERGE_BUYERS = "merge_buyers"
    SEE_STAFF = "see_staff"
    END_SESSIONS = "end_sessions"
    SEE_AUDIT = "see_audit"


StaffState = Literal["active", "locked"]


class Staff(msgspec.Struct, frozen=True, kw_only=True):
    """One person. `email` is in lower case; without a `password_hash` the set-up is not done.

    `failures` counts the tries since the last sign-in; nobody is let in before `blocked_until`. Times are real times
    in UTC.
    """

    id: UUID
    name: str
    email: str
    role: Role
    state: StaffState = "active"
    password_hash: str | None = None
    totp_generation: int = 1
    totp_step: int | None = None
    setup_expires_at: datetime | None = None
    failures: int = 0
    blocked_until: datetime | None = None
    created_at: datetime


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody signed in: since when, when last seen, from which address and with which browser."""

    id: UUID
    staff_id: UUID
    origin: str
    agent: str
    created_at: datetime
    seen_at: datetime


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts, and from where: a network address, or `command line`, where nobody has signed in."""

    id: UUID | None
    name: str
    origin: str


OPERATOR = Who(id=None, name="operator", origin="command line")


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody did, on what. `subject` is whatever else has a name: a delivery, a letter, a session."""

    act: str
    merchant_id: UUID | None = None
    order_id: UUID | None = None
    buyer_id: UUID | None = None
    subject: str | None = None
    detail: dict[str, Any] = {}


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the audit log."""

    number: int
    at: datetime
    who: Who
    done: Done
