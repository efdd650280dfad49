"""BuildNow's bodies as they stand on the wire (`spec/buildnow.md`). Keys that are not listed are ignored, except in
the shipment address, where they are kept.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from tenor.base.wire import NumberOrText

Line = Annotated[str, Meta(min_length=1, max_length=255)]
MaybeLine = Annotated[str, Meta(max_length=255)]
Description = Annotated[str, Meta(max_length=2000)]
Url = Annotated[str, Meta(max_length=2000)]
Sku = Annotated[str, Meta(min_length=1, max_length=100)]
Unit = Annotated[str, Meta(min_length=1, max_length=30)]
Quantity = Annotated[int, Meta(ge=1, le=1_000_000)]


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the purchase: amounts in major units, VAT in percent."""

    price: NumberOrText
    sub_total: NumberOrText
    total_price: NumberOrText
    vat_rate: NumberOrText | None = None
    vat_amount: NumberOrText | None = None
    sku: Sku
    name: Line
    name_en: MaybeLine | None = None
    quantity: Quantity
    unit: Unit
    description: Description | None = None
    metadata: Any = None


class ShipmentAddress(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a Saudi national address that have a meaning here."""

    address_line1: Line
    address_line2: MaybeLine | None = None
    building_number: MaybeLine | None = None
    street: MaybeLine | None = None
    district: MaybeLine | None = None
    city: Line
    region: MaybeLine | None = None
    postal_code: MaybeLine | None = None
    additional_number: MaybeLine | None = None
    short_address: MaybeLine | None = None
    country: MaybeLine | None = None
    latitude: NumberOrText | None = None
    longitude: NumberOrText | None = None
    contact_name: MaybeLine | None = None
    contact_phone: MaybeLine | None = None


class PurchaseOrder(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a create. Both URLs must be there and may be blank."""

    total_price: NumberOrText
    sub_total: NumberOrText
    vat_rate: NumberOrText | None = None
    vat_amount: NumberOrText
    metadata: Any = None
    partner_order_reference: Line
    webhook_url: Url
    redirection_url: Url
    items: Annotated[list[Item], Meta(min_length=1, max_length=500)]
    shipment_address: ShipmentAddress


class Addressed(msgspec.Struct, frozen=True, kw_only=True):
    """The same body once more, for the address with all its keys."""

    shipment_address: dict[str, Any]


class ItemAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it was stored. Decimals are text; what was not given is null."""

    price: str
    sub_total: str
    total_price: str
    vat_rate: str
    vat_amount: str | None
    sku: str
    name: str
    name_en: str | None
    quantity: int
    unit: str
    description: str | None
    metadata: Any


class PurchaseOrderAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase order as it was stored, and what became of it. The address has the keys that were given."""

    id: UUID
    status: str
    checkout_url: str
    created_at: datetime
    total_price: str
    sub_total: str
    vat_rate: str
    vat_amount: str
    metadata: Any
    partner_order_reference: str
    webhook_url: str
    redirection_url: str
    items: list[ItemAnswer]
    shipment_address: dict[str, Any]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Purchase orders, newest first, and the addresses of the pages around them."""

    next: str | None
    previous: str | None
    results: list[PurchaseOrderAnswer]


class TokenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An access token (RFC 6749, section 5.1) and the partner's origins; `expires_in` seconds."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str
    allowed_origins: list[str]


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """What is POSTed to an order's webhook_url (`spec/buildnow.md`, events). `tenure_months` is null before terms."""

    event_id: str
    event_type: str
    purchase_order_id: UUID
    partner_order_reference: str
    status: str
    occurred_at: datetime
    total_price: str
    tenure_months: int | None
    metadata: Any
