"""The buyer's link to an order: knowing the order's number alone opens nothing (`spec/backd.md`, customer_url)."""

from __future__ import annotations

from uuid import UUID

from tenor.base import seal as text
from tenor.base.seal import Seal
from tenor.core.orders.model import Order

_PURPOSE = "checkout-link"


def checkout_url(public_url: str, seal: Seal, order: Order) -> str:
    """Where the buyer goes. The same order always has the same link, so that a repeated call can give it again."""
    code = seal.stamp(_PURPOSE, order.merchant_id.bytes, order.number.encode())
    return f"{public_url}/order/{order.number}/{text.to_text(order.merchant_id.bytes + code)}"


def merchant_of(seal: Seal, number: str, token: str) -> UUID | None:
    """The merchant whose order a link opens; None for a link that was tampered with."""
    try:
        data = text.from_text(token)
        merchant_id = UUID(bytes=data[:16])
    except ValueError:
        return None
    return merchant_id if seal.matches(data[16:], _PURPOSE, merchant_id.bytes, number.encode()) else None
