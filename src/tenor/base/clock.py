"""The one place that asks what time it is. Rules take time as an argument."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def now(offset: timedelta = timedelta(0)) -> datetime:
    """The time in UTC, moved forward by a sandbox merchant's `clock_offset`."""
    return datetime.now(UTC) + offset
