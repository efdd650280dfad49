"""Where BuildNow's customers go afterwards, and what a merchant of this flow offers by default."""

from __future__ import annotations

from datetime import UTC, datetime

from tenor.base import money
from tenor.base.urls import with_parameters
from tenor.core.merchants.model import Programme
from tenor.core.orders.model import Order, State
from tenor.core.terms.model import OfferRule
from tenor.faces.buildnow.events import CLIENT_UNDER_REVIEW, PURCHASE_PLACED
from tenor.faces.buildnow.mapping import STATUS
from tenor.faces.face import Departure


def return_url(order: Order, departure: Departure) -> str | None:
    """The redirection URL with the event, or with a message for a buyer who left before it; None for a blank one."""
    if order.detail.success_url is None:
        return None
    if departure.how in ("completed", "reviewed"):
        told = _event(order)
    else:
        told = {"message": departure.message, "status": STATUS[order.state]}
    identifiers = {"purchase_order_id": str(order.id), "partner_order_reference": order.reference}
    return with_parameters(order.detail.success_url, identifiers | told)


def _event(order: Order) -> dict[str, str]:
    """The event as the redirection tells it.

    That the purchase was approved or declined is told by webhook only (`spec/buildnow.md`, events), so here it is
    placed, even where credit has decided already.
    """
    if order.state == State.UNDER_REVIEW:
        return {
            "event_type": CLIENT_UNDER_REVIEW,
            "status": STATUS[State.UNDER_REVIEW],
            "occurred_at": _moment(order.updated_at),
        }
    return {
        "event_type": PURCHASE_PLACED,
        "status": STATUS[State.TERMS_SELECTED],
        "occurred_at": _moment(order.terms.accepted_at if order.terms else order.updated_at),
    }


def _moment(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def programme(currency: str) -> Programme:
    """Net 30, 60 and 90, and equal monthly payments, each with a mark-up agreed in advance.

    1,000,000 an order and 2,000,000 a buyer, in major units. What credit approves confirms itself.
    """
    unit = 10 ** money.places(currency)
    return Programme(
        offers=(
            OfferRule(code="net30", kind="net", days=30, buyer_fee_bps=150, merchant_fee_bps=100),
            OfferRule(code="net60", kind="net", days=60, buyer_fee_bps=300, merchant_fee_bps=100),
            OfferRule(code="net90", kind="net", days=90, buyer_fee_bps=450, merchant_fee_bps=100),
            OfferRule(code="instalments3", kind="instalments", months=3, buyer_fee_bps=300, merchant_fee_bps=100),
            OfferRule(code="instalments6", kind="instalments", months=6, buyer_fee_bps=500, merchant_fee_bps=100),
        ),
        order_limit=1_000_000 * unit,
        exposure_limit=2_000_000 * unit,
        time_zone="Asia/Riyadh",
        confirms_itself=True,
        policy="buildnow",
    )
