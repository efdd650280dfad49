"""The pauses between attempts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from tenor.core.mail.rules import PAUSES, next_try

NOW = datetime(2026, 4, 15, 9, tzinfo=UTC)


def test_the_pauses_grow_and_end_within_a_day() -> None:
    assert all(shorter < longer for shorter, longer in pairwise(PAUSES))
    assert timedelta(hours=23) < sum(PAUSES, timedelta(0)) <= timedelta(hours=24)


def test_each_attempt_is_followed_by_its_pause_and_the_last_by_none() -> None:
    tried = [next_try(attempts, NOW) for attempts in range(1, len(PAUSES) + 2)]
    assert tried == [*(NOW + pause for pause in PAUSES), None]
