"""A letter as it stands in the outbox."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec


class Kind(StrEnum):
    """What a letter is about."""

    ORDER_LINK = "order_link"
    SIGN_IN_CODE = "sign_in_code"
    UNDER_REVIEW = "under_review"
    APPROVED = "approved"
    AGREEMENT = "agreement"
    DECLINED = "declined"
    ORDER_CONFIRMED = "order_confirmed"


class MailState(StrEnum):
    """Where a letter stands: waiting to go, taken by the mail server, or given up."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the outbox.

    `language` is a code, or None for the one usual in the merchant's country. `data` holds what the letter says beyond
    the order as it stands, and never a secret. `attempts` counts since the letter was last made due. All times are
    UTC, real and not the merchant's; only `created_at` is on the merchant's clock.
    """

    merchant_id: UUID
    order_id: UUID
    id: UUID
    kind: Kind
    recipient: str
    language: str | None
    data: dict[str, Any]
    state: MailState
    attempts: int
    created_at: datetime
    due_at: datetime
    claimed_until: datetime | None
    last_error: str | None
    sent_at: datetime | None
