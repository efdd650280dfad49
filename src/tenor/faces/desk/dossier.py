"""All that is known of one order, read at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tenor.base.database import Tx
from tenor.base.errors import NotFound
from tenor.core.deliveries import store as deliveries
from tenor.core.deliveries.model import Delivery
from tenor.core.documents import store as documents
from tenor.core.documents.model import KeptDocument
from tenor.core.events import store as events
from tenor.core.events.model import Event
from tenor.core.ledger import store as ledger
from tenor.core.ledger.model import Entry
from tenor.core.mail import store as mail
from tenor.core.mail.model import Mail
from tenor.core.merchants import store as merchants
from tenor.core.merchants.model import Merchant
from tenor.core.orders import store as orders
from tenor.core.orders.model import Order
from tenor.core.refunds import store as refunds
from tenor.core.refunds.model import Refund
from tenor.core.repayments import store as repayments
from tenor.core.repayments.model import OwedInstalment
from tenor.core.staff import store as staff
from tenor.core.staff.model import Entry as Audited

_ACTS_SHOWN = 50


@dataclass(frozen=True)
class Dossier:
    """An order with everything around it, each in its own order of time."""

    merchant: Merchant
    order: Order
    events: Sequence[Event]
    instalments: Sequence[OwedInstalment]
    refunds: Sequence[Refund]
    entries: Sequence[tuple[UUID, Entry]]
    letters: Sequence[Mail]
    deliveries: Sequence[Delivery]
    documents: Sequence[KeptDocument]
    acts: Sequence[Audited]


async def read(tx: Tx, merchant_id: UUID, order_id: UUID) -> Dossier:
    """The dossier of an order. Raises `NotFound`."""
    merchant = await merchants.find(tx, merchant_id)
    order = await orders.find(tx, merchant_id, order_id)
    if merchant is None or order is None:
        raise NotFound("There is no such order.")
    return Dossier(
        merchant=merchant,
        order=order,
        events=await events.of_order(tx, merchant_id, order_id),
        instalments=await repayments.of_order(tx, merchant_id, order_id),
        refunds=await refunds.of_order(tx, merchant_id, order_id),
        entries=await ledger.of_order(tx, merchant_id, order_id),
        letters=await mail.of_order(tx, merchant_id, order_id),
        deliveries=await deliveries.of_order(tx, merchant_id, order_id),
        documents=await documents.of_order(tx, merchant_id, order_id),
        acts=await staff.audit(tx, _ACTS_SHOWN, order=(merchant_id, order_id)),
    )
