"""What an attempt makes of its delivery. Pure; time is real time, never a sandbox's."""

from __future__ import annotations

from datetime import datetime, timedelta

from tenor.core.dispatch.model import Attempt, C, Calendar, DeliveryState, Outcome, Result

# Longer than a send may take, so that only what a dead worker left behind is taken over.
LEASE = timedelta(seconds=60)


def pause(calendar: Calendar, made: int, random: float) -> timedelta | None:
    """The pause after that many attempts, longer by up to the jitter by `random` (0 to 1); None after the last."""
    if made >= len(calendar.pauses):
        return None
    return calendar.pauses[made] * (1 + calendar.jitter * random)


def judged(
    claimed: C, attempt: Attempt, outcome: Outcome, calendar: Calendar, *, now: datetime, random: float
) -> Result[C]:
    """What an attempt makes of its delivery: it has arrived, is tried again by the calendar, or is given up."""
    wait = None if outcome.for_good else pause(calendar, claimed.retries, random)
    if outcome.taken:
        state, due_at = DeliveryState.DELIVERED, now
    elif wait is None:
        state, due_at = DeliveryState.FAILED, now
    else:
        state, due_at = DeliveryState.PENDING, now + max(wait, outcome.asked)
    return Result(claimed=claimed, attempt=attempt, state=state, due_at=due_at, ended_at=now, asked=outcome.asked)
