"""Between Backd's wire and the core: amounts to minor units, names to names, states to words."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from tenor.base import money
from tenor.base.errors import Path, Problem
from tenor.core.buyers.rules import is_email
from tenor.core.documents.model import Document, NewDocument
from tenor.core.orders import model
from tenor.core.orders.model import Amounts, Detail, NewOrder, Order, OrderChange, State
from tenor.core.refunds.model import Refund, RefundState
from tenor.faces.backd import wire
from tenor.faces.reader import Reader

T = TypeVar("T")

FACE = "backd"
_PREFIX = "BO-"
# Only what can be a number is asked for: a path may hold what a database refuses.
_ORDER_ID = re.compile(r"BO-([0-9A-Z-]{1,40})")
_NOTHING = Decimal(0)

# `refund` is the vendor's word for an order that was refunded in full (`spec/backd.md`, status flow).
STATUS: dict[State, str] = {
    State.NEW: "new",
    State.UNDER_REVIEW: "under_review",
    State.TERMS_SELECTED: "terms_selected",
    State.ORDER_PLACED: "order_placed",
    State.ORDER_CONFIRMED: "order_confirmed",
    State.REFUNDED: "refund",
    State.DECLINED: "declined",
    State.CANCELED: "canceled",
    State.EXPIRED: "expired",
}

REFUND_STATUS: dict[RefundState, str] = {state: state.value for state in RefundState}

# The core's names for what it finds wrong, and where that stands in Backd's bodies.
_PATHS: dict[Path, Path] = {
    ("total",): ("order_total",),
    ("subtotal",): ("cart_amount",),
    ("success_url",): ("mode", "order_success_url"),
    ("close_url",): ("mode", "order_close_url"),
    ("amount",): ("refund_amount",),
}


def on_the_wire(problem: Problem) -> Problem:
    """A problem of the core under the name that Backd's body has for its place."""
    return Problem(_PATHS.get(problem.path, problem.path), problem.code, problem.message)


class _Reader(Reader):
    """What only this wire has: e-mail addresses, contacts, its items."""

    def email(self, value: str, *path: str | int) -> str:
        return value if is_email(value) else self.wrong(path, "must be an e-mail address", value)

    def contact(self, given: wire.Contact, name: str) -> model.Contact:
        address = given.address
        return model.Contact(
            first_name=given.name.first,
            last_name=given.name.last,
            company_name=given.company_name,
            phone=given.phone_number,
            email=self.email(given.email, name, "email"),
            address=model.Address(
                line1=address.line1,
                line2=address.line2,
                city=address.city,
                region=address.state,
                postal_code=address.zipcode,
                country=address.country,
            ),
        )

    def maybe_contact(self, given: wire.Contact | None, name: str) -> model.Contact | None:
        return None if given is None else self.contact(given, name)

    def items(self, given: Sequence[wire.Item]) -> tuple[model.Item, ...]:
        return tuple(
            model.Item(
                sku=item.sku,
                name=item.display_name,
                unit_price=self.amount(item.unit_price, "items", index, "unit_price"),
                quantity=item.qty,
                image_url=self.url(item.item_image_url, "items", index, "item_image_url"),
                url=self.url(item.item_url, "items", index, "item_url"),
            )
            for index, item in enumerate(given)
        )


def new_documents(body: wire.CreateOrder) -> list[NewDocument]:
    """The documents of a create_order."""
    return [
        NewDocument(content=one.content, file_name=one.file_name, document_type=one.document_type)
        for one in body.documents or ()
    ]


def new_order(
    body: wire.CreateOrder | wire.WidgetOrder,
    currency: str,
    documents: Sequence[Document] = (),
    wrong: Sequence[Problem] = (),
) -> NewOrder:
    """A new order in the core's terms. Raises `Invalid` with every wrong field, `wrong` being known before."""
    read = _Reader(currency)
    if body.notify_customer and body.customer_email is None:
        read.problems.append(Problem(("customer_email",), "required", "is required when notify_customer is true"))
    order = NewOrder(
        face=FACE,
        reference=body.merchant_order_id,
        reference_status=body.merchant_order_status,
        amounts=Amounts(
            total=read.amount(body.order_total, "order_total"),
            subtotal=read.amount(body.cart_amount, "cart_amount"),
            tax=read.amount(body.tax_amount or _NOTHING, "tax_amount"),
            shipping=read.amount(body.shipping_amount or _NOTHING, "shipping_amount"),
            discount=read.amount(body.discount_amount or _NOTHING, "discount_amount"),
        ),
        detail=Detail(
            items=read.items(body.items),
            billing=read.contact(body.billing, "billing"),
            shipping=read.maybe_contact(body.shipping, "shipping"),
            success_url=read.url(body.mode.order_success_url, "mode", "order_success_url"),
            close_url=read.url(body.mode.order_close_url, "mode", "order_close_url"),
            customer_email=body.customer_email and read.email(body.customer_email, "customer_email"),
            notify_customer=body.notify_customer,
            documents=tuple(_document_mark(one) for one in documents),
        ),
    )
    read.problems.extend(wrong)
    read.finish()
    return order


def _document_mark(document: Document) -> str:
    named = f"{document.file_name}\n{document.document_type}\n".encode()
    return hashlib.sha256(named + document.sha256).hexdigest()


def order_change(body: wire.UpdateOrder, currency: str) -> OrderChange:
    """An update_order in the core's terms. Raises `Invalid` with every wrong field."""
    read = _Reader(currency)
    change = OrderChange(
        reference_status=body.merchant_order_status,
        total=read.maybe_amount(body.order_total, "order_total"),
        subtotal=read.maybe_amount(body.cart_amount, "cart_amount"),
        tax=read.maybe_amount(body.tax_amount, "tax_amount"),
        shipping_amount=read.maybe_amount(body.shipping_amount, "shipping_amount"),
        discount=read.maybe_amount(body.discount_amount, "discount_amount"),
        billing=read.maybe_contact(body.billing, "billing"),
        shipping=read.maybe_contact(body.shipping, "shipping"),
        items=None if body.items is None else read.items(body.items),
    )
    read.finish()
    return change


def refund_amount(body: wire.RefundRequest, currency: str) -> int:
    """The amount of a refund request in minor units. Raises `Invalid`."""
    read = _Reader(currency)
    amount = read.amount(body.refund_amount, "refund_amount")
    read.finish()
    return amount


def order_number(backd_order_id: str) -> str:
    """The core's number of a `backd_order_id`; for what is none, a number that no order has."""
    known = _ORDER_ID.fullmatch(backd_order_id)
    return known[1] if known else ""


def order_id(order: Order) -> str:
    """The `backd_order_id` of an order."""
    return _PREFIX + order.number


def created_data(order: Order, customer_url: str) -> dict[str, Any]:
    """The data of create_order's answer, with exactly the seed's keys.

    `notified_customer` says that the mail with the link stands in the outbox, which is written together with the order
    and from which it goes out however long the mail server is away (`spec/backd.md`).
    """
    return {
        "backd_order_id": order_id(order),
        "customer_url": customer_url,
        "order_total": number(order.amounts.total, order.currency),
        "status": STATUS[order.state],
        "merchant_order_id": order.reference,
        "create_date": moment(order.created_at),
        "notified_customer": order.detail.notify_customer,
    }


def order_data(order: Order, refunds: Sequence[Refund] | None = None) -> dict[str, Any]:
    """Order data as the other calls answer with, and `refunds` where the call has them."""
    amounts, detail = order.amounts, order.detail
    data: dict[str, Any] = {
        "backd_order_id": order_id(order),
        "create_date": moment(order.created_at),
        "order_total": number(amounts.total, order.currency),
        "cart_amount": number(amounts.subtotal, order.currency),
        "tax_amount": number(amounts.tax, order.currency),
        "shipping_amount": number(amounts.shipping, order.currency),
        "discount_amount": number(amounts.discount, order.currency),
        "status": STATUS[order.state],
        "merchant_order_id": order.reference,
        "merchant_order_status": order.reference_status,
        "shipping": _contact_data(detail.shipping),
        "billing": _contact_data(detail.billing),
        "items": [_item_data(item, order.currency) for item in detail.items],
    }
    if refunds is not None:
        data["refunds"] = [_refund_data(refund, order.currency) for refund in refunds]
    return data


def canceled_data(order: Order) -> dict[str, Any]:
    """Order data without `merchant_order_status`, as cancel_order answers."""
    data = order_data(order)
    del data["merchant_order_status"]
    return data


def number(minor: int, currency: str) -> Decimal:
    """An amount as the wire has it: whole amounts without decimals (`9150`), others with all of them."""
    amount = money.to_decimal(minor, currency)
    return Decimal(int(amount)) if amount == int(amount) else amount


def moment(time: datetime) -> str:
    """A time as the wire has it, in UTC: `2026-04-16 10:30:00`."""
    return f"{time:%Y-%m-%d %H:%M:%S}"


def _item_data(item: model.Item, currency: str) -> dict[str, Any]:
    data: dict[str, Any] = {
        "display_name": item.name,
        "sku": item.sku,
        "unit_price": number(item.unit_price, currency),
        "qty": item.quantity,
    }
    if item.image_url is not None:
        data["item_image_url"] = item.image_url
    if item.url is not None:
        data["item_url"] = item.url
    return data


def _contact_data(contact: model.Contact | None) -> dict[str, Any] | None:
    if contact is None:
        return None
    address = contact.address
    return {
        "name": {"first": contact.first_name, "last": contact.last_name},
        "company_name": contact.company_name,
        "address": {
            "line1": address.line1,
            **({"line2": address.line2} if address.line2 is not None else {}),
            "city": address.city,
            "state": address.region,
            "zipcode": address.postal_code,
            "country": address.country,
        },
        "phone_number": contact.phone,
        "email": contact.email,
    }


def _refund_data(refund: Refund, currency: str) -> dict[str, Any]:
    return {
        "amount": number(refund.amount, currency),
        "create_date": moment(refund.created_at),
        "status": REFUND_STATUS[refund.state],
        "locked_at": moment(refund.locked_at),
    }
