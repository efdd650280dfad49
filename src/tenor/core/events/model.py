"""The events that a merchant may care about."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec


class EventType(StrEnum):
    """What happened to an order."""

    ORDER_CREATED = "order.created"
    ORDER_UNDER_REVIEW = "order.under_review"
    ORDER_TERMS_SELECTED = "order.terms_selected"
    ORDER_PLACED = "order.placed"
    ORDER_UPDATED = "order.updated"
    ORDER_CONFIRMED = "order.confirmed"
    ORDER_REFUNDED = "order.refunded"
    ORDER_CANCELED = "order.canceled"
    ORDER_DECLINED = "order.declined"
    ORDER_EXPIRED = "order.expired"
    REFUND_REQUESTED = "refund.requested"
    REFUND_REPLACED = "refund.replaced"
    REFUND_DECLINED = "refund.declined"
    REFUND_EXECUTED = "refund.executed"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One fact: `number` counts 1, 2, 3 within its order; `data` holds no person's name or address."""

    merchant_id: UUID
    order_id: UUID
    number: int
    type: EventType
    data: dict[str, Any]
    occurred_at: datetime
