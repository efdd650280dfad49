"""Where Backd's customers go afterwards, and what a merchant of this flow offers by default."""

from __future__ import annotations

from tenor.base import money
from tenor.base.urls import with_parameters
from tenor.core.merchants.model import Programme
from tenor.core.orders.model import Order
from tenor.core.terms.model import OfferRule
from tenor.faces.backd.mapping import order_id
from tenor.faces.face import Departure


def return_url(order: Order, departure: Departure) -> str | None:
    """The success URL with both identifiers, or the close URL with a message (`spec/backd.md`, redirect flow)."""
    if departure.how == "completed":
        url = order.detail.success_url
        parameters = {"backd_order_id": order_id(order), "merchant_order_id": order.reference}
    else:
        url = order.detail.close_url
        parameters = {"message": departure.message}
    return with_parameters(url, parameters) if url else None


def programme(currency: str) -> Programme:
    """Net 30, 60 and 90, and equal monthly payments; 100,000 an order, 250,000 a buyer, in major units."""
    unit = 10 ** money.places(currency)
    return Programme(
        offers=(
            OfferRule(code="net30", kind="net", days=30, merchant_fee_bps=250),
            OfferRule(code="net60", kind="net", days=60, buyer_fee_bps=100, merchant_fee_bps=250),
            OfferRule(code="net90", kind="net", days=90, buyer_fee_bps=200, merchant_fee_bps=250),
            OfferRule(code="instalments3", kind="instalments", months=3, buyer_fee_bps=150, merchant_fee_bps=250),
            OfferRule(code="instalments6", kind="instalments", months=6, buyer_fee_bps=300, merchant_fee_bps=250),
        ),
        order_limit=100_000 * unit,
        exposure_limit=250_000 * unit,
        time_zone="America/Chicago",
        policy="backd",
    )
