"""Documents that staff ask a buyer for while they look at an order: asked by letter, handed in by its link, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tenor.base.database import Tx
from tenor.base.errors import LimitExceeded, NotFound, WrongState
from tenor.base.ids import new_id
from tenor.base.seal import Seal
from tenor.core.documents import store as documents
from tenor.core.documents.model import Document, DocumentRequest, Evidence
from tenor.core.mail import service as mail
from tenor.core.mail.model import Kind
from tenor.core.merchants import service as merchants
from tenor.core.merchants import store as merchant_store
from tenor.core.merchants.model import Merchant
from tenor.core.orders import links, rules, service, store
from tenor.core.orders.model import Order, State

VALID = timedelta(days=14)

# Nobody mails a buyer without end, nor fills the disk with what a link takes.
_MOST = 10


@dataclass(frozen=True)
class Opened:
    """A request that an upload link opened. `is_open`: whether it still takes a document."""

    merchant: Merchant
    order: Order
    request: DocumentRequest
    is_open: bool


async def ask(
    tx: Tx, merchant_id: UUID, order_id: UUID, wanted: Evidence, asked_by: UUID, now: datetime
) -> DocumentRequest:
    """Ask the buyer of an order that waits for a document, by a letter with a link that is good for 14 days.

    `now` is the merchant's time. Raises `NotFound`, `WrongState` unless the order waits, and `LimitExceeded`.
    """
    order = await service.locked(tx, merchant_id, order_id)
    if order.state != State.UNDER_REVIEW or order.terms is None:
        raise WrongState(rules.wrong_state(order.state, [State.UNDER_REVIEW]))
    if len(await documents.requests_of(tx, merchant_id, order_id)) >= _MOST:
        raise LimitExceeded(f"The buyer was asked for {_MOST} documents already.")
    request = DocumentRequest(
        merchant_id=merchant_id,
        order_id=order_id,
        id=new_id(),
        wanted=wanted,
        asked_by=asked_by,
        asked_at=now,
        expires_at=now + VALID,
    )
    await documents.insert_request(tx, request)
    await mail.enqueue(
        tx,
        merchant_id,
        order_id,
        Kind.DOCUMENT_WANTED,
        recipient=order.terms.email,
        language=order.terms.language,
        data={"request": str(request.id), "wanted": wanted},
    )
    return request


async def opened(tx: Tx, seal: Seal, token: str, *, lock: bool = False) -> Opened:
    """What an upload link opens; with `lock`, under the order's row lock. Raises `NotFound`."""
    named = links.upload_of(seal, token)
    request = await documents.find_request(tx, *named) if named else None
    if request is None:
        raise NotFound("There is no such link.")
    merchant = await merchant_store.find(tx, request.merchant_id)
    order = await (store.lock if lock else store.find)(tx, request.merchant_id, request.order_id)
    if lock:
        # Whoever held the order may have decided on it, or have taken this request's document, while we waited.
        request = await documents.find_request(tx, request.merchant_id, request.id, lock=True) or request
    assert merchant is not None, "a request has a merchant"
    assert order is not None, "a request has an order"
    now = await merchants.now(tx, merchant.id)
    open_still = request.document_id is None and now < request.expires_at and order.state == State.UNDER_REVIEW
    return Opened(merchant, order, request, open_still)


async def hand_in(tx: Tx, seal: Seal, token: str, document: Document) -> bool:
    """Keep the row of a document whose file is written. False, and nothing kept, where the link takes none any more.

    Raises `NotFound`.
    """
    it = await opened(tx, seal, token, lock=True)
    if not it.is_open:
        return False
    await documents.insert(tx, it.request.merchant_id, it.request.order_id, [document])
    await documents.answer_request(tx, it.request, document.id)
    return True
