"""Backd's bodies as they stand on the wire (`spec/backd.md`). Keys that are not listed are ignored."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tenor.base.wire import Number

Name = Annotated[str, Meta(min_length=1, max_length=100)]
Line = Annotated[str, Meta(min_length=1, max_length=255)]
MaybeEmptyLine = Annotated[str, Meta(max_length=255)]
# Formats are for the OpenAPI document; what an address must be is judged in `mapping`.
_URI, _ADDRESS = {"format": "uri"}, {"format": "email"}
Url = Annotated[str, Meta(min_length=1, max_length=2000, extra_json_schema=_URI)]
MaybeEmptyUrl = Annotated[str, Meta(max_length=2000, extra_json_schema={"pattern": "^(https?://|$)"})]
Email = Annotated[str, Meta(min_length=3, max_length=254, extra_json_schema=_ADDRESS)]
Identifier = Annotated[str, Meta(min_length=1, max_length=128)]
Status = Annotated[str, Meta(max_length=64)]
OrderId = Annotated[str, Meta(min_length=1, max_length=64)]
Quantity = Annotated[int, Meta(ge=1, le=1_000_000)]


class PersonName(msgspec.Struct, frozen=True):
    """First and last name of a person."""

    first: Name
    last: Name


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Postal address."""

    line1: Line
    line2: MaybeEmptyLine | None = None
    city: Name
    state: Name
    zipcode: Annotated[str, Meta(min_length=1, max_length=20)]
    country: Name


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """Name, address, phone, and email for a shipping or billing contact."""

    name: PersonName
    company_name: Line
    address: Address
    phone_number: Annotated[str, Meta(min_length=3, max_length=40)]
    email: Email


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the order; `unit_price` in major units."""

    display_name: Line
    sku: Annotated[str, Meta(min_length=1, max_length=100)]
    unit_price: Number
    qty: Quantity
    item_image_url: MaybeEmptyUrl | None = None
    item_url: MaybeEmptyUrl | None = None


class Mode(msgspec.Struct, frozen=True, kw_only=True):
    """How the customer gets the link, and where the customer goes afterwards."""

    type: Literal["redirect"]
    order_success_url: Url
    order_close_url: Url


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A supporting document: base 64 content, name with extension, reference of its type."""

    # 10 MB and the third that base 64 adds; what exceeds it is told by the documents' own rule.
    content: Annotated[str, Meta(min_length=1)]
    file_name: Line
    document_type: Name


class WidgetMode(msgspec.Struct, frozen=True, kw_only=True):
    """How the widget opens the checkout. A modal needs no addresses; a redirect needs both."""

    type: Literal["modal", "redirect"] = "modal"
    order_success_url: MaybeEmptyUrl | None = None
    order_close_url: MaybeEmptyUrl | None = None


class WidgetMerchant(msgspec.Struct, frozen=True, kw_only=True):
    """Who sells: the public key, and the name as the shop's page has it."""

    public_api_key: Identifier
    name: MaybeEmptyLine | None = None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What every new order brings along. Amounts are major units of the merchant's currency."""

    order_total: Number
    cart_amount: Number
    tax_amount: Number | None = None
    shipping_amount: Number | None = None
    discount_amount: Number | None = None
    merchant_order_id: Identifier
    merchant_order_status: Status | None = None
    billing: Contact
    shipping: Contact | None = None
    items: Annotated[list[Item], Meta(min_length=1, max_length=500)]
    customer_email: Email | None = None
    notify_customer: bool = False
    documents: list[Document] | None = None


class CreateOrder(Order, frozen=True, kw_only=True):
    """The body of create_order. Amounts are major units of the merchant's currency."""

    mode: Mode


class WidgetOrder(Order, frozen=True, kw_only=True):
    """The order object that a shop's page gives to the widget. `merchant` is the widget's alone."""

    mode: WidgetMode = WidgetMode()
    merchant: WidgetMerchant


class OrderReference(msgspec.Struct, frozen=True, kw_only=True):
    """The body of order_placed: both identifiers."""

    backd_order_id: OrderId
    merchant_order_id: Identifier


class OrderHandle(msgspec.Struct, frozen=True, kw_only=True):
    """The body of confirm_order, cancel_order and DELETE refund: the merchant's own identifier is optional."""

    backd_order_id: OrderId
    merchant_order_id: Identifier | None = None


class UpdateOrder(msgspec.Struct, frozen=True, kw_only=True):
    """The body of update_order: both identifiers and any of what may change."""

    backd_order_id: OrderId
    merchant_order_id: Identifier
    merchant_order_status: Status | None = None
    order_total: Number | None = None
    cart_amount: Number | None = None
    tax_amount: Number | None = None
    shipping_amount: Number | None = None
    discount_amount: Number | None = None
    billing: Contact | None = None
    shipping: Contact | None = None
    items: Annotated[list[Item], Meta(min_length=1, max_length=500)] | None = None


class RefundRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The body of POST refund; the amount in major units."""

    backd_order_id: OrderId
    merchant_order_id: Identifier
    refund_amount: Number
