"""Between BuildNow's wire and the core: amounts to minor units, names to names, states to words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tenor.base import money
from tenor.base.errors import Invalid, Problem
from tenor.core.orders import model, rules, tax
from tenor.core.orders.model import Amounts, Detail, NewOrder, Order, State
from tenor.faces.buildnow import address, wire
from tenor.faces.buildnow.reader import PurchaseReader

FACE = "buildnow"
_DEFAULT_VAT_RATE = Decimal("15.00")

STATUS: dict[State, str] = {
    State.NEW: "created",
    State.UNDER_REVIEW: "under_review",
    State.TERMS_SELECTED: "placed",
    State.ORDER_PLACED: "placed",
    State.ORDER_CONFIRMED: "approved",
    State.REFUNDED: "refunded",
    State.DECLINED: "declined",
    State.CANCELED: "canceled",
    State.EXPIRED: "expired",
}

# The core's names for where something is wrong, and the wire's.
_NAMES = {
    "total": "total_price",
    "subtotal": "sub_total",
    "tax": "vat_amount",
    "tax_rate": "vat_rate",
    "unit_price": "price",
    "success_url": "redirection_url",
    "reference": "partner_order_reference",
}


def states(status: str) -> list[State]:
    """The core's states that have this word; empty for a word that is no status."""
    return [state for state, word in STATUS.items() if word == status]


def on_the_wire(problem: Problem) -> Problem:
    """A problem of the core under the name that the wire has for its place."""
    if problem.path == ("Idempotency-Key",):
        return Problem((), problem.code, f"Idempotency-Key: {problem.message}")
    path = tuple(_NAMES.get(step, step) if isinstance(step, str) else step for step in problem.path)
    return Problem(path, problem.code, problem.message)


def new_order(body: wire.PurchaseOrder, address_keys: Mapping[str, Any], currency: str) -> NewOrder:
    """A purchase order in the core's terms. Raises `Invalid` with every wrong field, or with every wrong sum."""
    read = PurchaseReader(currency)
    vat_rate = read.percent(body.vat_rate if body.vat_rate is not None else _DEFAULT_VAT_RATE, "vat_rate")
    order = NewOrder(
        face=FACE,
        reference=read.text(body.partner_order_reference, "partner_order_reference"),
        amounts=Amounts(
            total=read.amount(body.total_price, "total_price"),
            subtotal=read.amount(body.sub_total, "sub_total"),
            tax=read.amount(body.vat_amount, "vat_amount"),
        ),
        detail=Detail(
            items=tuple(_item(read, item, index, vat_rate) for index, item in enumerate(body.items)),
            shipping=address.contact(read, body.shipment_address, address_keys),
            success_url=read.url(body.redirection_url, "redirection_url"),
            webhook_url=read.url(body.webhook_url, "webhook_url"),
            tax_rate=vat_rate,
            metadata=read.free(body.metadata, "metadata"),
        ),
    )
    read.finish()
    _check_sums(order, Decimal(vat_rate), currency)
    return order


def _item(read: PurchaseReader, item: wire.Item, index: int, vat_rate: str) -> model.Item:
    here = ("items", index)
    return model.Item(
        sku=read.text(item.sku, *here, "sku"),
        name=read.text(item.name, *here, "name"),
        unit_price=read.amount(item.price, *here, "price"),
        quantity=item.quantity,
        unit=read.text(item.unit, *here, "unit"),
        subtotal=read.amount(item.sub_total, *here, "sub_total"),
        tax_rate=vat_rate if item.vat_rate is None else read.percent(item.vat_rate, *here, "vat_rate"),
        tax=read.maybe_amount(item.vat_amount, *here, "vat_amount"),
        total=read.amount(item.total_price, *here, "total_price"),
        name_en=item.name_en,
        description=item.description,
        metadata=read.free(item.metadata, *here, "metadata"),
    )


def _check_sums(order: NewOrder, vat_rate: Decimal, currency: str) -> None:
    """The core looks at its own sums when it makes the order; asked here too, all of them are told at once."""
    items = order.detail.items
    problems: Sequence[Problem] = [
        *tax.problems(order.amounts, vat_rate, items, currency),
        *rules.number_problems(order.amounts, items, currency),
    ]
    if problems:
        raise Invalid(problems)


def answer(order: Order, checkout_url: str) -> wire.PurchaseOrderAnswer:
    """A purchase order as it was stored."""
    amounts, detail = order.amounts, order.detail
    assert detail.shipping is not None, "an order of this dialect has a shipment address"
    assert detail.tax_rate is not None, "an order of this dialect has a VAT rate"
    return wire.PurchaseOrderAnswer(
        id=order.id,
        status=STATUS[order.state],
        checkout_url=checkout_url,
        created_at=order.created_at,
        total_price=money.to_text(amounts.total, order.currency),
        sub_total=money.to_text(amounts.subtotal, order.currency),
        vat_rate=detail.tax_rate,
        vat_amount=money.to_text(amounts.tax, order.currency),
        metadata=detail.metadata,
        partner_order_reference=order.reference,
        webhook_url=detail.webhook_url or "",
        redirection_url=detail.success_url or "",
        items=[_item_answer(item, order.currency, detail.tax_rate) for item in detail.items],
        shipment_address=address.answer(detail.shipping),
    )


def _item_answer(item: model.Item, currency: str, vat_rate: str) -> wire.ItemAnswer:
    assert item.subtotal is not None, "an item of this dialect has a sub_total"
    assert item.total is not None, "an item of this dialect has a total_price"
    return wire.ItemAnswer(
        price=money.to_text(item.unit_price, currency),
        sub_total=money.to_text(item.subtotal, currency),
        total_price=money.to_text(item.total, currency),
        vat_rate=item.tax_rate or vat_rate,
        vat_amount=None if item.tax is None else money.to_text(item.tax, currency),
        sku=item.sku,
        name=item.name,
        name_en=item.name_en,
        quantity=item.quantity,
        unit=item.unit or "",
        description=item.description,
        metadata=item.metadata,
    )
