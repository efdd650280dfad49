"""Telling a buyer, once and a day before, that an order ends which still waits: for the choice of terms, or for us.

Approved orders are left out, because there the shop goes on and the buyer can do nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from tenor.base.database import Tx
from tenor.core.mail import service as mail
from tenor.core.mail.model import Kind
from tenor.core.orders import store
from tenor.core.orders.model import Order, State

# Orders that live no longer than this end without being told.
AHEAD = timedelta(days=1)


async def due(tx: Tx, limit: int) -> list[tuple[UUID, UUID]]:
    """Orders that end within a day by their merchant's clock and were not looked at yet, those that end first first."""
    return await store.due_to_be_told(tx, AHEAD, limit)


async def remind_due(tx: Tx, merchant_id: UUID, order_id: UUID, now: datetime) -> bool:
    """Queue one order's letter if it still is due and nobody holds it. False when there was nothing to do.

    An order whose buyer has given no address, or whose shop writes to the buyer itself, is noted as looked at.
    """
    order = await store.lock(tx, merchant_id, order_id, skip_locked=True)
    if order is None or order.state not in (State.NEW, State.UNDER_REVIEW):
        return False
    if not order.expires_at - AHEAD <= now < order.expires_at or await store.was_told(tx, merchant_id, order_id):
        return False
    mail_id = None
    if recipient := _recipient(order):
        language = order.terms.language if order.terms else None
        mail_id = await mail.enqueue(tx, merchant_id, order_id, Kind.ENDS_SOON, recipient=recipient, language=language)
    await store.note_told(tx, merchant_id, order_id, mail_id, now)
    return True


def _recipient(order: Order) -> str | None:
    if order.terms is not None:
        return order.terms.email
    return order.detail.customer_email if order.detail.notify_customer else None
