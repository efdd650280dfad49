"""What the demo's two shops sell, and the orders that they make of it in each vendor's words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Product:
    """Something to sell: its price in major units without tax, and how many a builder usually takes."""

    sku: str
    name: str
    unit: str
    price: Decimal
    usual: int


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
class Catalogue:
    """A shop: its dialect's name, what it is called, its currency, the tax on top in percent, and its products."""

    dialect: str
    shop: str
    currency: str
    tax_percent: Decimal
    tax_name: str
    shipping: Decimal
    products: tuple[Product, ...]


HARBOR = Catalogue(
    dialect="backd",
    shop="Harbor Supply",
    currency="USD",
    tax_percent=Decimal("8.25"),
    tax_name="sales tax",
    shipping=Decimal("50.00"),
    products=(
        Product("CEM-425", "Portland cement, 94 lb bag", "bag", Decimal("14.85"), 200),
        Product("REB-05-20", "Rebar no. 5, 20 ft", "bar", Decimal("13.40"), 150),
        Product("LUM-2X4-8", "Framing lumber 2x4, 8 ft", "piece", Decimal("4.19"), 400),
    ),
)

NAJD = Catalogue(
    dialect="buildnow",
    shop="Najd Building Materials",
    currency="SAR",
    tax_percent=Decimal("15.00"),
    tax_name="VAT",
    shipping=Decimal("0.00"),
    products=(
        Product("NBM-CEM-50", "Ordinary Portland cement, 50 kg bag", "bag", Decimal("16.75"), 1200),
        Product("NBM-REB-16", "Steel rebar 16 mm", "tonne", Decimal("2480.00"), 30),
        Product("NBM-BLK-20", "Hollow concrete block 20 cm", "pcs", Decimal("2.35"), 5000),
    ),
)


def usual(catalogue: Catalogue) -> list[Line]:
    """What a builder usually takes of everything."""
    return [Line(product, product.usual) for product in catalogue.products]


def chosen(catalogue: Catalogue, quantities: Mapping[str, str]) -> list[Line]:
    """The lines of a form's quantities by SKU. Raises ValueError that says what was wrong."""
    lines = []
    for product in catalogue.products:
        text = quantities.get(product.sku, "").strip() or "0"
        if not (text.isascii() and text.isdecimal() and len(text) <= 6):
            raise ValueError(f"{product.name}: the quantity must be a whole number from 0 to 999999.")
        if int(text):
            lines.append(Line(product, int(text)))
    if not lines:
        raise ValueError("Choose at least one product.")
    return lines


def _tax(amount: Decimal, percent: Decimal) -> Decimal:
    return (amount * percent / 100).quantize(_CENT, ROUND_HALF_UP)


def half(amount: Decimal) -> Decimal:
    """Half of an amount, rounded half-up to the cent."""
    return (amount / 2).quantize(_CENT, ROUND_HALF_UP)


def backd_order(lines: Sequence[Line], reference: str, shop_address: str) -> dict[str, Any]:
    """The body of create_order (`spec/backd.md`, order object)."""
    cart = sum((line.amount for line in lines), Decimal("0.00"))
    tax = _tax(cart, HARBOR.tax_percent)
    return {
        "order_total": cart + tax + HARBOR.shipping,
        "cart_amount": cart,
        "tax_amount": tax,
        "shipping_amount": HARBOR.shipping,
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
            "email": "dana@reyes-construction.example.com",
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


def buildnow_purchase(lines: Sequence[Line], reference: str, shop_address: str) -> dict[str, Any]:
    """The body of a purchase order (`spec/buildnow.md`, purchase order). VAT is rounded a line and then summed."""
    items = [_buildnow_item(line) for line in lines]
    return {
        "total_price": sum(item["total_price"] for item in items),
        "sub_total": sum(item["sub_total"] for item in items),
        "vat_rate": NAJD.tax_percent,
        "vat_amount": sum(item["vat_amount"] for item in items),
        "partner_order_reference": reference,
        "webhook_url": "",
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
        "name": line.product.name,
        "quantity": line.quantity,
        "unit": line.product.unit,
    }
