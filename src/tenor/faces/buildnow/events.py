"""BuildNow's names for what happens to a purchase, and its webhook (`spec/buildnow.md`, events).

The redirection tells the first two; webhooks tell all four.
"""

from __future__ import annotations

import msgspec

from tenor.base import money
from tenor.core.events.model import ChosenTerms, EventType, Told
from tenor.core.orders.model import State
from tenor.faces.buildnow import wire
from tenor.faces.buildnow.mapping import STATUS

CLIENT_UNDER_REVIEW = "client_under_review"
PURCHASE_PLACED = "purchase_placed"

NAME: dict[EventType, str] = {
    EventType.ORDER_UNDER_REVIEW: CLIENT_UNDER_REVIEW,
    EventType.ORDER_TERMS_SELECTED: PURCHASE_PLACED,
    EventType.ORDER_CONFIRMED: "purchase_approved",
    EventType.ORDER_DECLINED: "purchase_declined",
}

_DAYS_A_MONTH = 30


def webhook(event: Told, metadata: bytes | None) -> bytes | None:
    """The bytes that tell an event to an order's webhook_url; None for an event that has no name here.

    `metadata` is the order's as JSON, and is given back digit by digit.
    """
    name = NAME.get(event.type)
    if name is None:
        return None
    facts = event.data
    return msgspec.json.encode(
        wire.Webhook(
            event_id=event.id,
            event_type=name,
            purchase_order_id=event.order_id,
            partner_order_reference=facts.reference,
            status=STATUS[State(facts.state)],
            occurred_at=event.timestamp,
            total_price=money.to_text(facts.total, facts.currency),
            tenure_months=_tenure(facts.terms) if facts.terms else None,
            metadata=None if metadata is None else msgspec.Raw(metadata),
        )
    )


def _tenure(terms: ChosenTerms) -> int:
    """Months until the last payment. A term of days is told in months of thirty."""
    return terms.months or terms.days // _DAYS_A_MONTH
