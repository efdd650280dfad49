"""When to try again and when to give up. Pure; the schedule is that of https://www.standardwebhooks.com.

Time is real time, never a sandbox's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import msgspec

from tenor.core.deliveries.model import ClaimedEvent
from tenor.core.dispatch.model import Calendar, DeliveryState, Outcome, Result
from tenor.core.webhooks.model import Endpoint, OffReason

# The pause before each attempt; the first one is made at once.
SCHEDULE = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
CALENDAR = Calendar(pauses=SCHEDULE, jitter=0.2)
LONGEST_RETRY_AFTER = timedelta(hours=24)
OFF_AFTER = timedelta(days=5)

# From so many failures in a row on, and from the first one that nobody answered, an endpoint counts as failing: it is
# paused, and then one delivery at a time is tried, after pauses that double. What else is due to it waits meanwhile
# without using up its attempts.
FAILING_FROM = 3
_FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)
_LONGEST_ASKED_PAUSE = timedelta(hours=1)

_GONE = 410
_TOO_MANY, _UNAVAILABLE = 429, 503


def succeeded(status: int | None, error: str | None) -> bool:
    """Whether the receiver has taken it: any 2xx, whose answer came whole. A redirect is a failure."""
    return error is None and status is not None and 200 <= status < 300


def retry_after(header: str | None, now: datetime) -> timedelta:
    """How long the receiver asks us to wait (RFC 9110, section 10.2.3), at most a day; zero for none or nonsense."""
    asked = timedelta(0)
    given = (header or "").strip()
    if given.isascii() and given.isdecimal():
        # More digits than these are longer than any bound, and more than a timedelta holds.
        asked = timedelta(seconds=int(given[:9]))
    elif given:
        try:
            at = parsedate_to_datetime(given)
        except ValueError:
            return asked
        asked = at - now if at.tzinfo is not None else asked
    return min(max(asked, timedelta(0)), LONGEST_RETRY_AFTER)


def outcome(status: int | None, error: str | None, answer: bytes, asked: timedelta) -> Outcome:
    """What a receiver's answer means; `asked` is its Retry-After. After a 410 nothing is tried again."""
    return Outcome(
        taken=succeeded(status, error),
        for_good=status == _GONE,
        status=status,
        error=error,
        answer=answer,
        asked=asked,
    )


def gone(result: Result[ClaimedEvent]) -> bool:
    """Whether the receiver said that nothing shall come to this address any more."""
    return result.attempt.status == _GONE


def endpoint_after(endpoint: Endpoint, results: Sequence[Result[ClaimedEvent]]) -> Endpoint:
    """An endpoint after attempts on its deliveries, in the order in which they ended.

    It is switched off by a 410 (not the one of orders' addresses, where it is one order's word), and by failures
    alone for five days.
    """
    for result in results:
        if result.state == DeliveryState.DELIVERED:
            endpoint = msgspec.structs.replace(endpoint, failures=0, failing_since=None, paused_until=None)
        else:
            endpoint = _failed(endpoint, result)
    return endpoint


def _failed(endpoint: Endpoint, result: Result[ClaimedEvent]) -> Endpoint:
    now = result.ended_at
    failures = endpoint.failures + 1
    since = endpoint.failing_since or now
    answered = result.attempt.status is not None
    pause = max(_pause(failures, FAILING_FROM if answered else 1), _asked_pause(result))
    until = max(endpoint.paused_until or now, now + pause)
    return msgspec.structs.replace(
        endpoint,
        failures=failures,
        failing_since=since,
        paused_until=until if until > now else None,
        off_reason=endpoint.off_reason or _off(endpoint, result, since),
    )


def _asked_pause(result: Result[ClaimedEvent]) -> timedelta:
    """How long a receiver that has too much to do, and says so, is left alone."""
    busy = result.attempt.status in (_TOO_MANY, _UNAVAILABLE)
    return min(result.asked, _LONGEST_ASKED_PAUSE) if busy else timedelta(0)


def _pause(failures: int, failing_from: int) -> timedelta:
    if failures < failing_from:
        return timedelta(0)
    # The exponent is bounded, because failures are not.
    doublings = min(failures - failing_from, 10)
    return min(_FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def _off(endpoint: Endpoint, result: Result[ClaimedEvent], failing_since: datetime) -> OffReason | None:
    if gone(result) and endpoint.kind == "endpoint":
        return "gone"
    return "failing" if result.ended_at - failing_since >= OFF_AFTER else None
