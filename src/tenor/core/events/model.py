"""The events that a merchant may care about, and what each of them tells."""

from __future__ import annotations

import base64
import binascii
from datetime import date, datetime
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
    REFUND_LOCKED = "refund.locked"
    REFUND_EXECUTED = "refund.executed"


# A sentence for each, from which the catalogue in the documents and in the OpenAPI document is made.
MEANING: dict[EventType, str] = {
    EventType.ORDER_CREATED: "The order was created.",
    EventType.ORDER_UNDER_REVIEW: "The buyer has sent what is needed, and credit looks at it.",
    EventType.ORDER_TERMS_SELECTED: "The buyer has chosen terms, and credit has approved them.",
    EventType.ORDER_PLACED: "The order was placed: the merchant has acknowledged it.",
    EventType.ORDER_UPDATED: "The merchant has changed the placed order.",
    EventType.ORDER_CONFIRMED: "The sale: the buyer owes, the merchant is owed.",
    EventType.ORDER_REFUNDED: "All of the order's total was refunded.",
    EventType.ORDER_CANCELED: "The merchant has called the order off.",
    EventType.ORDER_DECLINED: "Credit has declined.",
    EventType.ORDER_EXPIRED: "The order's time was over before the sale.",
    EventType.REFUND_REQUESTED: "A refund was asked for.",
    EventType.REFUND_REPLACED: "Another refund request takes this one's place.",
    EventType.REFUND_DECLINED: "A refund request was taken back.",
    EventType.REFUND_LOCKED: "The refund request can no longer be replaced or taken back.",
    EventType.REFUND_EXECUTED: "The refund was made.",
}


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of the order. Amounts are minor units; those that the merchant did not give are left out."""

    sku: str
    name: str
    quantity: int
    unit_price: int
    subtotal: int | None = None
    tax: int | None = None
    total: int | None = None


class DueInstalment(msgspec.Struct, frozen=True, kw_only=True):
    """One payment of the buyer's: its number from 1, its due date and minor units."""

    number: int
    due_on: date
    amount: int


class ChosenTerms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the buyer agreed to: `net` is one payment after `days` or `months`, `instalments` are monthly."""

    code: str
    kind: str
    to_pay: int
    buyer_fee: int
    merchant_fee: int
    instalments: tuple[DueInstalment, ...]
    days: int = 0
    months: int = 0


class ToldRefund(msgspec.Struct, frozen=True, kw_only=True):
    """The refund request that the event is about. `locked_at` is when it can no longer be taken back."""

    id: UUID
    amount: int
    locked_at: datetime


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The order as it stood after the event. Amounts are minor units of `currency`; times are UTC.

    This is all that a merchant is told: what else stands in the log (why credit declined, which may speak of the
    buyer's other debts) is left out. No person's name, address or number is in it, because the log is for ever.
    `shape` counts the versions of this list; it grows when a field changes its meaning, not when one is added.
    """

    shape: int
    number: str
    reference: str
    state: str
    currency: str
    total: int
    subtotal: int
    tax: int
    shipping: int
    discount: int
    id: UUID | None = None
    reference_status: str | None = None
    items: tuple[Line, ...] = ()
    terms: ChosenTerms | None = None
    created_at: datetime | None = None
    expires_at: datetime | None = None
    refund: ToldRefund | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One fact: `number` counts 1, 2, 3 within its order; `data` holds `Facts` and what only we may see.

    `position` is its place in the whole log, once it is written.
    """

    merchant_id: UUID
    order_id: UUID
    number: int
    type: EventType
    data: dict[str, Any]
    occurred_at: datetime
    position: int = 0


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An event as merchants are told it, by the feed and by webhooks. `timestamp` is when it happened, in UTC."""

    id: str
    type: EventType
    timestamp: datetime
    order_id: UUID
    number: int
    data: Facts


_PREFIX = "evt_"


def event_id(order_id: UUID, number: int) -> str:
    """An event's public name: `evt_` and 32 letters and digits. It is the webhook's id too, the same at every try."""
    return _PREFIX + base64.b32encode(order_id.bytes + number.to_bytes(4, "big")).decode().lower()


def event_of(public: str) -> tuple[UUID, int] | None:
    """The order and the number that an event's public name stands for; None for what is no such name."""
    try:
        data = base64.b32decode(public.removeprefix(_PREFIX).upper())
    except (binascii.Error, ValueError):
        return None
    if len(data) != 20:
        return None
    order_id, number = UUID(bytes=data[:16]), int.from_bytes(data[16:], "big")
    return (order_id, number) if event_id(order_id, number) == public and number < 2**31 else None
