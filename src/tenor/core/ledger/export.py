"""The journal as plain-text accounting that hledger reads, so that an outsider's program can check the books. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tenor.base import money
from tenor.core.ledger.model import Entry, Leg


def plain_text(entries: Iterable[Entry]) -> Iterator[str]:
    """One transaction an entry: date in UTC, kind, cause and order as tags, debits positive, credits negative.

    A merchant's accounts carry its id as their last part, since names may hold what the format reads as its own.
    """
    for entry in entries:
        order = f", order:{entry.order_id}" if entry.order_id else ""
        yield f"{entry.occurred_at:%Y-%m-%d} * {entry.kind}  ; cause:{entry.cause.type} {entry.cause.id}{order}\n"
        for leg in entry.legs:
            yield f"    {leg.account}:{entry.merchant_id}  {_amount(leg, entry.currency)}\n"
        yield "\n"


def _amount(leg: Leg, currency: str) -> str:
    signed = leg.debit - leg.credit
    return f"{currency} {'-' if signed < 0 else ''}{money.to_text(abs(signed), currency)}"
