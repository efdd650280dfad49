"""When a letter that could not be sent is tried again. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

# Growing pauses that end within a day: a mail server that is down overnight loses nothing.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 120, 240, 360, 600))


def next_try(attempts: int, now: datetime) -> datetime | None:
    """When to try again after so many attempts, the first being 1; None when the letter is given up."""
    return now + PAUSES[attempts - 1] if attempts <= len(PAUSES) else None
