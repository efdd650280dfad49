"""What the demo's two shops sell, and the orders that they make of it in each vendor's words. Pure."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from tenor.demo import goods
from tenor.demo.goods import Product, Said

Dialect = Literal["backd", "buildnow"]

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Line:
    """So many of a product."""

    product: Product
    quantity: int

    @property
    def amount(self) -> Decimal:
        """Price times quantity."""
        return self.product.price * self.quantity


@dataclass(frozen=True)
class Totals:
    """What an order comes to in major units: its goods, the tax and the shipping on top, and all of it."""

    goods: Decimal
    tax: Decimal
    shipping: Decimal

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.goods + self.tax + self.shipping


@dataclass(frozen=True)
class Catalogue:
    """A shop: its dialect's name, what it is called, its own language, its currency, the tax on top in percent, and
    its products.
    """

    dialect: Dialect
    called: Said
    language: str
    currency: str
    tax_percent: Decimal
    shipping: Decimal
    products: tuple[Product, ...]

    @property
    def shop(self) -> str:
        """Its English name."""
        return self.called.en

    def totals(self, lines: Sequence[Line]) -> Totals:
        """What these lines come to. In riyals VAT is rounded a line and then summed, in dollars on the sum."""
        goods = sum((line.amount for line in lines), Decimal("0.00"))
        taxed = [line.amount for line in lines] if self.currency == "SAR" else [goods]
        tax = sum((_tax(amount, self.tax_percent) for amount in taxed), Decimal("0.00"))
        return Totals(goods, tax, self.shipping)


HARBOR = Catalogue(
    dialect="backd",
    called=Said("Harbor Supply", "هاربر لمواد البناء"),
    language="en",
    currency="USD",
    tax_percent=Decimal("8.25"),
    shipping=Decimal("50.00"),
    products=goods.AMERICAN,
)

NAJD = Catalogue(
    dialect="buildnow",
    called=Said("Najd Building Materials", "نجد لمواد البناء"),
    language="ar",
    currency="SAR",
    tax_percent=Decimal("15.00"),
    shipping=Decimal("0.00"),
    products=goods.SAUDI,
)

# Whom Harbor Supply sells to as long as nobody writes another address.
HARBORS_BUYER = "dana@reyes-construction.example.com"

# What a purchase may come to in riyals where BuildNow's customers pay later (`spec/buildnow.md`).
NAJDS_LEAST, NAJDS_MOST = Decimal(100_000), Decimal(1_000_000)


def usual(catalogue: Catalogue) -> list[Line]:
    """What a builder usually takes of everything."""
    return [Line(product, product.usual) for product in catalogue.products if product.usual]


class NotChosen(ValueError):
    """A form's quantities make no order. `sku` is of the product whose quantity is wrong; None: nothing is chosen."""

    def __init__(self, sku: str | None) -> None:
        super().__init__(f"the quantity of {sku} is no whole number from 0 to 999999" if sku else "nothing is chosen")
        self.sku = sku


def chosen(catalogue: Catalogue, quantities: Mapping[str, str]) -> list[Line]:
    """The lines of a form's quantities by SKU. Raises `NotChosen`."""
    lines = []
    for product in catalogue.products:
        text = quantities.get(product.sku, "").strip() or "0"
        if not (text.isascii() and text.isdecimal() and len(text) <= 6):
            raise NotChosen(product.sku)
        if int(text):
            lines.append(Line(product, int(text)))
    if not lines:
        raise NotChosen(None)
    return lines


def new_reference(catalogue: Catalogue) -> str:
    """A shop's own number for an order, such as `HS-20260416-4f9a2c`."""
    prefix = "HS" if catalogue is HARBOR else "NBM"
    return f"{prefix}-{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(3)}"


def _tax(amount: Decimal, percent: Decimal) -> Decimal:
    return (amount * percent / 100).quantize(_CENT, ROUND_HALF_UP)


def half(amount: Decimal) -> Decimal:
    """Half of an amount, rounded half-up to the cent."""
    return (amount / 2).quantize(_CENT, ROUND_HALF_UP)


def backd_order(lines: Sequence[Line], reference: str, shop_address: str, email: str = HARBORS_BUYER) -> dict[str, Any]:
    """The body of create_order (`spec/backd.md`, order object)."""
    totals = HARBOR.totals(lines)
    return {
        "order_total": totals.total,
        "cart_amount": totals.goods,
        "tax_amount": totals.tax,
        "shipping_amount": totals.shipping,
        "merchant_order_id": reference,
        "billing": {
            "name": {"first": "Dana", "last": "Reyes"},
            "company_name": "Reyes Construction LLC",
            "address": {
                "line1": "12 Quay Street",
                "city": "Austin",
                "state": "TX",
                "zipcode": "78701",
                "country": "US",
            },
            "phone_number": "+15125550100",
            "email": email,
        },
        "items": [
            {
                "display_name": line.product.name,
                "sku": line.product.sku,
                "unit_price": line.product.price,
                "qty": line.quantity,
            }
            for line in lines
        ],
        "mode": {
            "type": "redirect",
            "order_success_url": f"{shop_address}/backd/thanks",
            "order_close_url": f"{shop_address}/backd/closed",
        },
    }


def mailed(order: Mapping[str, Any], email: str) -> dict[str, Any]:
    """The same order with its link sent to an address (`spec/backd.md`, notify_customer)."""
    return {**order, "customer_email": email, "notify_customer": True}


def for_widget(order: Mapping[str, Any], public_key: str) -> dict[str, Any]:
    """The same order for the script in the buyer's browser , which knows the public key only (`spec/backd.md`)."""
    return {**order, "mode": {**order["mode"], "type": "modal"}, "merchant": _merchant(public_key)}


def _merchant(public_key: str) -> dict[str, str]:
    return {"public_api_key": public_key, "name": HARBOR.shop}


def buildnow_purchase(
    lines: Sequence[Line], reference: str, shop_address: str, webhook_url: str = ""
) -> dict[str, Any]:
    """The body of a purchase order (`spec/buildnow.md`, purchase order). VAT is rounded a line and then summed."""
    items = [_buildnow_item(line) for line in lines]
    return {
        "total_price": sum(item["total_price"] for item in items),
        "sub_total": sum(item["sub_total"] for item in items),
        "vat_rate": NAJD.tax_percent,
        "vat_amount": sum(item["vat_amount"] for item in items),
        "partner_order_reference": reference,
        "webhook_url": webhook_url,
        "redirection_url": f"{shop_address}/buildnow/return",
        "items": items,
        "shipment_address": {
            "city": "Riyadh",
            "address_line1": "King Fahd Road, gate 4",
            "district": "Al Olaya",
            "building_number": "7421",
            "postal_code": "12214",
        },
    }


def _buildnow_item(line: Line) -> dict[str, Any]:
    vat = _tax(line.amount, NAJD.tax_percent)
    return {
        "price": line.product.price,
        "sub_total": line.amount,
        "vat_amount": vat,
        "total_price": line.amount + vat,
        "sku": line.product.sku,
        "name": line.product.called.ar,
        "name_en": line.product.name,
        "quantity": line.quantity,
        "unit": line.product.unit,
    }
