"""The buyer's link to an order: knowing the order's number alone opens nothing (`spec/backd.md`, customer_url).

The link that is mailed to the buyer carries a proof besides: whoever has it reads mail at that address. Opening either
changes nothing, because mail scanners open whatever they find.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tenor.base import seal as text
from tenor.base.seal import Seal
from tenor.base.urls import with_parameters
from tenor.core.buyers.rules import normal_email
from tenor.core.orders.model import UNFINISHED, Order

_PURPOSE = "checkout-link"
_MAILED = "mailed-link"
_UPLOAD = "upload-link"


def checkout_url(public_url: str, seal: Seal, order: Order) -> str:
    """Where the buyer goes. The same order always has the same link, so that a repeated call can give it again."""
    code = seal.stamp(_PURPOSE, order.merchant_id.bytes, order.number.encode())
    return f"{public_url}/order/{order.number}/{text.to_text(order.merchant_id.bytes + code)}"


def mailed_url(public_url: str, seal: Seal, order: Order) -> str:
    """The link for the mail to the order's `customer_email`: the buyer's link and `proof`, a stamp of 256 bits.

    The proof is bound to the merchant, the order's number and the address, and is used for nothing else.
    """
    assert order.detail.customer_email is not None, "a link is mailed to an address"
    proof = text.to_text(seal.stamp(_MAILED, *_bound_to(order, order.detail.customer_email)))
    return with_parameters(checkout_url(public_url, seal, order), {"proof": proof})


def proves(seal: Seal, order: Order, proof: str, now: datetime) -> str | None:
    """The address, in lower case, that the `proof` of a mailed link proves; None for what is no proof of this order.

    It ends with the order's link: nothing is proven after `expires_at`, by the merchant's time, nor once the order is
    sold or ended.
    """
    if order.detail.customer_email is None or order.state not in UNFINISHED or now >= order.expires_at:
        return None
    try:
        stamp = text.from_text(proof)
    except ValueError:
        return None
    if not seal.matches(stamp, _MAILED, *_bound_to(order, order.detail.customer_email)):
        return None
    return normal_email(order.detail.customer_email)


def _bound_to(order: Order, email: str) -> tuple[bytes, bytes, bytes]:
    return order.merchant_id.bytes, order.number.encode(), normal_email(email).encode()


def upload_url(public_url: str, seal: Seal, merchant_id: UUID, request_id: UUID) -> str:
    """Where a buyer hands in a document that was asked for. The request's row says until when, and it is good once."""
    code = seal.stamp(_UPLOAD, merchant_id.bytes, request_id.bytes)
    return f"{public_url}/order/papers/{text.to_text(merchant_id.bytes + request_id.bytes + code)}"


def upload_of(seal: Seal, token: str) -> tuple[UUID, UUID] | None:
    """The merchant and the request that an upload link opens; None for a link that was tampered with."""
    try:
        data = text.from_text(token)
        merchant_id, request_id = UUID(bytes=data[:16]), UUID(bytes=data[16:32])
    except ValueError:
        return None
    ours = seal.matches(data[32:], _UPLOAD, merchant_id.bytes, request_id.bytes)
    return (merchant_id, request_id) if ours else None


def merchant_of(seal: Seal, number: str, token: str) -> UUID | None:
    """The merchant whose order a link opens; None for a link that was tampered with."""
    try:
        data = text.from_text(token)
        merchant_id = UUID(bytes=data[:16])
    except ValueError:
        return None
    return merchant_id if seal.matches(data[16:], _PURPOSE, merchant_id.bytes, number.encode()) else None
