"""Which letters a step of an order's life writes to its buyer. The link of a new order is `create`'s own."""

from __future__ import annotations

import msgspec

from tenor.base.database import Tx
from tenor.core.buyers.rules import ERASED
from tenor.core.events.model import EventType
from tenor.core.mail import service as mail
from tenor.core.mail.model import Kind
from tenor.core.orders.model import Order

LETTERS: dict[EventType, tuple[Kind, ...]] = {
    EventType.ORDER_UNDER_REVIEW: (Kind.UNDER_REVIEW,),
    EventType.ORDER_TERMS_SELECTED: (Kind.APPROVED, Kind.AGREEMENT),
    EventType.ORDER_DECLINED: (Kind.DECLINED,),
    EventType.ORDER_CONFIRMED: (Kind.ORDER_CONFIRMED,),
}


async def write(tx: Tx, order: Order, event: EventType) -> None:
    """Queue the letters of an order's latest event, in the transaction that makes it true.

    They go to the address that accepted the terms, and tell the terms as they are now, even if they are sent after the
    merchant has changed the order. Nothing is written where no buyer has given an address, or it was erased.
    """
    if order.terms is None or order.terms.email == ERASED:
        return
    data = {"offer": msgspec.to_builtins(order.terms.offer)}
    for kind in LETTERS.get(event, ()):
        await mail.enqueue(
            tx,
            order.merchant_id,
            order.id,
            kind,
            recipient=order.terms.email,
            language=order.terms.language,
            event_number=order.version,
            data=data,
        )
