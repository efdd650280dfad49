"""Backd's envelope, for success and failure. All the merchant's mistakes are 400 (`spec/backd.md`, envelope).

That browsers call too often is none of them, and says so as HTTP does: 429 (RFC 6585).
"""

from __future__ import annotations

from typing import Any

import msgspec

from tenor.base.errors import Duplicate, Invalid, LimitExceeded, TenorError, TooMany, Unauthenticated, dotted
from tenor.base.idempotency import Answer
from tenor.faces.backd.mapping import on_the_wire

_encoder = msgspec.json.Encoder(decimal_format="number")

# Refusals of the core that are about one field of Backd's bodies.
_FIELDS: dict[type[TenorError], str] = {Duplicate: "merchant_order_id", LimitExceeded: "order_total"}

# Long messages help nobody: the first problems of a body with hundreds are enough to find the mistake.
_MOST_NAMED = 20


def success(data: dict[str, Any], message: str) -> Answer:
    """The envelope of a call that went well. Decimals are written as numbers, digit by digit."""
    status = {"type": "success", "code": 200}
    return Answer(200, _encoder.encode({"data": data, "message": message, "status": status, "error": False}))


def created(data: dict[str, Any]) -> Answer:
    """The envelope of a new order, in the seed's words."""
    return success(data, "Initialize Merchant Success")


def failure(message: str, code: int = 400) -> Answer:
    """The envelope of a call that did not."""
    return Answer(code, _encoder.encode({"message": message, "status": {"type": "fail", "code": code}, "error": True}))


def render(error: TenorError) -> Answer:
    """A refusal in Backd's words and shape."""
    if isinstance(error, Unauthenticated):
        return failure("Merchant not found.")
    if isinstance(error, Invalid):
        return failure(_all_problems(error))
    if isinstance(error, TooMany):
        return failure(error.message, 429)
    field = _FIELDS.get(type(error))
    return failure(f"{field}: {error.message}" if field else error.message)


def _all_problems(error: Invalid) -> str:
    problems = [on_the_wire(problem) for problem in error.problems]
    named = [f"{dotted(one.path)}: {one.message}" if one.path else one.message for one in problems[:_MOST_NAMED]]
    if len(problems) > _MOST_NAMED:
        named.append(f"and {len(problems) - _MOST_NAMED} more")
    return "; ".join(named)
