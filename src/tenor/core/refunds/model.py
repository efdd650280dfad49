"""A refund request."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec


class RefundState(StrEnum):
    """Where a request stands. `draft` and `approved` are active, of which an order has at most one."""

    DRAFT = "draft"
    APPROVED = "approved"
    DECLINED = "declined"
    EXECUTED = "executed"


ACTIVE = frozenset({RefundState.DRAFT, RefundState.APPROVED})


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """A request to refund a part or all of an order, in minor units. From `locked_at` on it can't be taken back."""

    merchant_id: UUID
    order_id: UUID
    id: UUID
    amount: int
    state: RefundState
    locked_at: datetime
    created_at: datetime
    ended_at: datetime | None = None
