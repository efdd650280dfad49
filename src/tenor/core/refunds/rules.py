"""When a request locks, and what it may be. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tenor.base import money
from tenor.base.errors import Invalid, WrongState
from tenor.core.refunds.model import ACTIVE, Refund, RefundState

CHICAGO = ZoneInfo("America/Chicago")
_CUT_OFF = time(17)
_SATURDAY = 5


def locks_at(requested_at: datetime) -> datetime:
    """When a request made at that time locks: the next 17:00 in Chicago that falls on a weekday, in UTC.

    Exactly 17:00 is too late for the same day. Holidays count as weekdays (`spec/backd.md`, refund requests).
    """
    local = requested_at.astimezone(CHICAGO)
    day = local.date() if local.time() < _CUT_OFF else local.date() + timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, _CUT_OFF, CHICAGO).astimezone(UTC)


def active(refunds: Sequence[Refund]) -> Refund | None:
    """The one request that is neither declined nor executed, if there is one."""
    return next((refund for refund in refunds if refund.state in ACTIVE), None)


def executed(refunds: Sequence[Refund]) -> int:
    """What was refunded so far, in minor units."""
    return sum(refund.amount for refund in refunds if refund.state == RefundState.EXECUTED)


def check_unlocked(refund: Refund, now: datetime) -> None:
    """Raises `WrongState` for a request that has locked: it can be neither replaced nor taken back."""
    if now >= refund.locked_at:
        raise WrongState(
            f"The active refund request has been locked since {refund.locked_at:%Y-%m-%d %H:%M:%S} UTC;"
            " it can be neither replaced nor deleted."
        )


def check_amount(amount: int, total: int, refunds: Sequence[Refund], currency: str) -> None:
    """Raises `Invalid` (path `amount`) for nothing, or for more than what is left of the order's total."""
    left = total - executed(refunds)
    if amount <= 0:
        raise Invalid.field(("amount",), "must be above zero")
    if amount > left:
        raise Invalid.field(
            ("amount",),
            f"must be at most {money.to_text(left, currency)} {currency}, which is what is left of the order",
        )
