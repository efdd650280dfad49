"""The pauses between attempts."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from tenor.core.dispatch.rules import pause
from tenor.core.mail.rules import CALENDAR, PAUSES


def test_the_pauses_grow_and_end_within_a_day() -> None:
    assert all(shorter < longer for shorter, longer in pairwise(PAUSES))
    assert timedelta(hours=23) < sum(PAUSES, timedelta(0)) <= timedelta(hours=24)


def test_each_attempt_is_followed_by_its_pause_and_the_last_by_none() -> None:
    assert [pause(CALENDAR, made, 0.9) for made in range(1, len(PAUSES) + 2)] == [*PAUSES, None]
