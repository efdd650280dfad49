"""When a letter that could not be sent is tried again."""

from __future__ import annotations

from datetime import timedelta

from tenor.core.dispatch.model import Calendar

# Growing pauses that end within a day: a mail server that is down overnight loses nothing.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 120, 240, 360, 600))
CALENDAR = Calendar(pauses=(timedelta(0), *PAUSES))
