"""Bodies as Backd's merchants send them."""

from __future__ import annotations

import base64
import copy
from collections.abc import Sequence
from itertools import count
from typing import Any

Body = dict[str, Any]

SHOP = "https://shop.example.com"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06" + b"\x00" * 20 + b"IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 20 + b"\xff\xd9"

_references = count(1)


def fresh_reference() -> str:
    """A merchant's own identifier that no other order of the run has."""
    return f"PO-{next(_references)}"


def pdf(size: int = 400) -> bytes:
    """The bytes of a PDF, or of what is one from its first bytes to its last."""
    start, end = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", b"\nstartxref\n0\n%%EOF\n"
    return start + b"0" * (size - len(start) - len(end)) + end


def document(content: bytes, file_name: str = "invoice.pdf", document_type: str = "invoice") -> Body:
    """A document as the wire has it."""
    return {
        "content": base64.b64encode(content).decode(),
        "file_name": file_name,
        "document_type": document_type,
    }


def contact(**changes: Any) -> Body:
    """A billing or shipping contact with every field."""
    whole: Body = {
        "name": {"first": "Dana", "last": "Reyes"},
        "company_name": "Harbor Builders LLC",
        "address": {
            "line1": "12 Quay Street",
            "line2": "Unit 4",
            "city": "Austin",
            "state": "TX",
            "zipcode": "78701",
            "country": "US",
        },
        "phone_number": "+15125550100",
        "email": "dana@harbor.example.com",
    }
    return whole | changes


def an_order(**changes: Any) -> Body:
    """The least that create_order takes: 1,000.00 for ten of a thing, under a reference of its own."""
    least: Body = {
        "order_total": 1000,
        "cart_amount": 1000,
        "merchant_order_id": fresh_reference(),
        "billing": contact(),
        "items": [{"display_name": "Portland cement", "sku": "CEM-425", "unit_price": 100, "qty": 10}],
        "mode": {
            "type": "redirect",
            "order_success_url": f"{SHOP}/thanks",
            "order_close_url": f"{SHOP}/cart",
        },
    }
    return least | changes


def an_order_with(path: Sequence[str | int], value: Any) -> Body:
    """A valid order in which one place holds another value."""
    return with_value(an_order(shipping=contact()), path, value)


def an_order_without(path: Sequence[str | int]) -> Body:
    """A valid order in which one key is missing."""
    body = an_order(shipping=contact())
    del _parent(body, path)[path[-1]]
    return body


def with_value(body: Body, path: Sequence[str | int], value: Any) -> Body:
    """A copy of a body in which one place holds another value."""
    changed = copy.deepcopy(body)
    _parent(changed, path)[path[-1]] = value
    return changed


def _parent(body: Any, path: Sequence[str | int]) -> Any:
    for step in path[:-1]:
        body = body[step]
    return body
