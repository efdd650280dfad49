"""A letter on its way."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from tenor.core.dispatch.model import Claimed

LANE = "mail"


class Kind(StrEnum):
    """What a letter is about."""

    ORDER_LINK = "order_link"
    SIGN_IN_CODE = "sign_in_code"
    UNDER_REVIEW = "under_review"
    APPROVED = "approved"
    AGREEMENT = "agreement"
    DECLINED = "declined"
    DOCUMENT_WANTED = "document_wanted"
    ORDER_CONFIRMED = "order_confirmed"
    ENDPOINT_OFF = "endpoint_off"
    ENDS_SOON = "ends_soon"
    MERCHANT_LINK = "merchant_link"


class MailState(StrEnum):
    """Where a letter stands: waiting to go, taken by the mail server, given up, or called off."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    CANCELED = "canceled"


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """A letter as its row and its latest attempt tell.

    `event_number` names the event of the order that caused it; a code has an order and no event, a notice to a merchant
    neither. `language` is a code, or None for the one usual in the merchant's country. `data` holds what the letter
    says beyond the order as it stands, and never a secret. `attempts` counts since the letter was last made due. All
    times are UTC, real and not the merchant's.
    """

    merchant_id: UUID
    id: UUID
    order_id: UUID | None
    event_number: int | None
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


class ClaimedLetter(Claimed, frozen=True, kw_only=True):
    """A letter that is ours to send. `kind` may be one that a later release wrote."""

    kind: str
    recipient: str
    language: str | None
    data: dict[str, Any]

    @property
    def lane(self) -> str:
        """The one way that all letters go: to the mail server."""
        return LANE
