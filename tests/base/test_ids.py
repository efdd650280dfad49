"""Identifiers: rows sort by time, and a number that people read tells the day and nothing more."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise

from tenor.base import ids


def test_ids_are_uuidv7_and_sort_by_the_time_they_were_made() -> None:
    made = [ids.new_id() for _ in range(1000)]
    assert all(one < other for one, other in pairwise(made))
    assert {one.version for one in made} == {7}


def test_an_order_number_tells_the_day_and_nothing_else() -> None:
    numbers = [ids.order_number(datetime(2026, 4, 16, 10, 30, tzinfo=UTC)) for _ in range(1000)]
    assert all(re.fullmatch(r"20260416-[0-9A-HJKMNP-TV-Z]{12}", number) for number in numbers)
    assert len(set(numbers)) == 1000
    assert sorted(numbers) != numbers, "numbers that count up would tell how many orders there are"


def test_every_character_of_the_alphabet_is_used_at_every_place() -> None:
    texts = [ids.random_text(4) for _ in range(3000)]
    assert [len({text[place] for text in texts}) for place in range(4)] == [32] * 4
