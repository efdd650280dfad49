"""The order: its states, what a merchant sends, and what is kept."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

import msgspec

from tenor.core.buyers.identity import Business
from tenor.core.terms.model import Offer


class State(StrEnum):
    """Where an order stands. Dialects have their own words for these."""

    NEW = "new"
    UNDER_REVIEW = "under_review"
    TERMS_SELECTED = "terms_selected"
    ORDER_PLACED = "order_placed"
    ORDER_CONFIRMED = "order_confirmed"
    REFUNDED = "refunded"
    DECLINED = "declined"
    CANCELED = "canceled"
    EXPIRED = "expired"


Actor = Literal["buyer", "merchant", "credit", "clock", "programme"]

# Every allowed transition and who may make it. The service consults this table, the database holds the same
# one, and the tests walk all pairs. `programme` is a programme whose orders confirm themselves.
TRANSITIONS: dict[tuple[State, State], frozenset[Actor]] = {
    (State.NEW, State.UNDER_REVIEW): frozenset({"credit"}),
    (State.NEW, State.TERMS_SELECTED): frozenset({"buyer"}),
    (State.NEW, State.DECLINED): frozenset({"credit"}),
    (State.NEW, State.EXPIRED): frozenset({"clock"}),
    (State.UNDER_REVIEW, State.TERMS_SELECTED): frozenset({"credit"}),
    (State.UNDER_REVIEW, State.DECLINED): frozenset({"credit"}),
    (State.UNDER_REVIEW, State.EXPIRED): frozenset({"clock"}),
    (State.TERMS_SELECTED, State.ORDER_PLACED): frozenset({"merchant", "programme"}),
    (State.TERMS_SELECTED, State.EXPIRED): frozenset({"clock"}),
    (State.ORDER_PLACED, State.ORDER_CONFIRMED): frozenset({"merchant", "programme"}),
    (State.ORDER_PLACED, State.CANCELED): frozenset({"merchant"}),
    (State.ORDER_PLACED, State.EXPIRED): frozenset({"clock"}),
    (State.ORDER_CONFIRMED, State.REFUNDED): frozenset({"merchant"}),
}

# After these a merchant's reference is free for another order.
ENDED_WITHOUT_SALE = frozenset({State.CANCELED, State.DECLINED, State.EXPIRED})
# From these an order ends by itself when its time is over.
UNFINISHED = frozenset({State.NEW, State.UNDER_REVIEW, State.TERMS_SELECTED, State.ORDER_PLACED})


class Address(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A postal address. `extra` holds what a dialect keeps and gives back without knowing it."""

    line1: str
    city: str
    line2: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    building_number: str | None = None
    street: str | None = None
    district: str | None = None
    additional_number: str | None = None
    short_address: str | None = None
    latitude: str | None = None
    longitude: str | None = None
    extra: dict[str, Any] = {}


class Contact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person at a company, where goods or invoices go."""

    address: Address
    first_name: str | None = None
    last_name: str | None = None
    company_name: str | None = None
    phone: str | None = None
    email: str | None = None


class Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of an order. Amounts are minor units; `tax_rate` is percent as text; the unset ones were not given."""

    sku: str
    name: str
    unit_price: int
    quantity: int
    unit: str | None = None
    subtotal: int | None = None
    tax_rate: str | None = None
    tax: int | None = None
    total: int | None = None
    name_en: str | None = None
    description: str | None = None
    image_url: str | None = None
    url: str | None = None
    metadata: Any = None


class Amounts(msgspec.Struct, frozen=True, kw_only=True):
    """An order's amounts in minor units: `total = subtotal + tax + shipping - discount`, exactly."""

    total: int
    subtotal: int
    tax: int = 0
    shipping: int = 0
    discount: int = 0


class Detail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is kept of an order as it came and is never searched: one JSONB column."""

    items: tuple[Item, ...]
    billing: Contact | None = None
    shipping: Contact | None = None
    success_url: str | None = None
    close_url: str | None = None
    webhook_url: str | None = None
    customer_email: str | None = None
    notify_customer: bool = False
    tax_rate: str | None = None
    metadata: Any = None
    # SHA-256 of each document in the order they came, so that the same body can be told from another one.
    documents: tuple[str, ...] = ()


class NewOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What a dialect makes of a merchant's body. `reference` is the merchant's own identifier."""

    face: str
    reference: str
    amounts: Amounts
    detail: Detail
    reference_status: str | None = None


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What the buyer agreed to, when, and in which language: `en` or `ar`, which letters go on speaking.

    `business` is who agreed and `signed_by` the name typed as signature; both unset where another page took the terms.
    `stated_revenue` is a year's revenue as the buyer told it, in minor units of the order's currency; None where the
    buyer was not asked, or told none.
    """

    offer: Offer
    company_name: str
    email: str
    accepted_at: datetime
    language: str = "en"
    business: Business | None = None
    signed_by: str | None = None
    stated_revenue: int | None = None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it stands. `exposure` is what it reserves of the buyer's limit, in minor units."""

    merchant_id: UUID
    id: UUID
    number: str
    face: str
    reference: str
    reference_status: str | None
    state: State
    version: int
    currency: str
    amounts: Amounts
    detail: Detail
    fingerprint: bytes
    buyer_id: UUID | None
    terms: Terms | None
    exposure: int
    created_at: datetime
    updated_at: datetime
    expires_at: datetime


class OrderChange(msgspec.Struct, frozen=True, kw_only=True):
    """What `update` may change of a placed order; None leaves a thing as it is."""

    reference_status: str | None = None
    total: int | None = None
    subtotal: int | None = None
    tax: int | None = None
    shipping_amount: int | None = None
    discount: int | None = None
    billing: Contact | None = None
    shipping: Contact | None = None
    items: tuple[Item, ...] | None = None
