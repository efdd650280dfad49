"""The shop of these tests, its order, and what its dialect does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

import httpx
import msgspec
from bs4 import BeautifulSoup

from tenor.core.merchants.model import Merchant, Programme
from tenor.core.orders.model import Amounts, Detail, Item, NewOrder, Order
from tenor.core.terms.model import OfferRule
from tenor.faces.face import Departure

OpenShop = Callable[..., Awaitable[Merchant]]
PlaceOrder = Callable[..., Awaitable[Order]]
LinkOf = Callable[[Order], str]

SHOP = "Najd Steel & Sons"
ITEM = "Rebar 12 mm, 6 m"
BROWSER = "http://pay.example.com"

PROGRAMME = Programme(
    offers=(
        OfferRule(code="net30", kind="net", days=30),
        OfferRule(code="month2", kind="net", months=2, buyer_fee_bps=150, merchant_fee_bps=250),
        OfferRule(code="parts3", kind="instalments", months=3, buyer_fee_bps=100),
    ),
    order_limit=50_000_000,
    exposure_limit=100_000_000,
    time_zone="Asia/Riyadh",
    policy="limits",
)


def programme(_: str) -> Programme:
    return PROGRAMME


def with_return(order: Order, departure: Departure) -> str | None:
    """A dialect that sends the buyer back and says how they left."""
    detail = order.detail
    shop = {"completed": detail.success_url, "reviewed": detail.close_url, "closed": detail.close_url}[departure.how]
    return f"{shop}&{urlencode({'order': order.number, 'state': order.state, 'message': departure.message})}"


def without_return(_: Order, __: Departure) -> str | None:
    """A dialect whose buyers stay."""
    return None


def new_order(face: str = "returning", item: str = ITEM, **changes: object) -> NewOrder:
    """115,000.00 riyals with tax; keywords change the detail."""
    detail = Detail(
        items=(
            Item(sku="R12", name=item, unit_price=450_000, quantity=20, unit="t"),
            Item(sku="BW", name="سلك ربط", unit_price=100_000, quantity=10),
        ),
        success_url="https://shop.example.com/thanks?cart=7",
        close_url="https://back.example.com/cart?cart=7",
    )
    return NewOrder(
        face=face,
        reference="PO-2031",
        amounts=Amounts(total=11_350_000, subtotal=10_000_000, tax=1_500_000, shipping=50_000, discount=200_000),
        detail=msgspec.structs.replace(detail, **changes),
    )


def parsed(response: httpx.Response) -> BeautifulSoup:
    """A response as a page."""
    return BeautifulSoup(response.text, "html.parser")
