"""Lines break as a text is read, and each is ordered by itself."""

from __future__ import annotations

import pytest

from tenor.papers import lines
from tenor.papers.lines import Run


def test_a_latin_name_in_an_arabic_line_keeps_its_direction() -> None:
    assert lines.runs("من \u2068Najd & Sons\u2069 ثم", "rtl") == [
        Run(" ثم", "rtl"), Run("Najd & Sons", "ltr"), Run("من ", "rtl"),
    ]  # fmt: skip


def test_vowel_signs_stay_with_their_letters() -> None:
    assert lines.runs("مستحقًا لنا", "rtl") == [Run("مستحقًا لنا", "rtl")]


@pytest.mark.parametrize("width", [3, 7, 12, 40])
def test_no_line_is_wider_than_its_column_and_nothing_is_lost(width: int) -> None:
    text = "one two three-and-a-half \u2068four five six\u2069 seven"
    broken = lines.broken(text, width, lambda line: len(line.strip("\u2068\u2069")))
    plain = [line.translate({0x2068: None, 0x2069: None}) for line in broken]
    assert all(len(line) <= width + 2 for line in plain)
    assert "".join(plain).replace(" ", "") == "onetwothree-and-a-halffourfivesixseven"
    assert all(line.count("\u2068") == line.count("\u2069") for line in broken), "kept apart on both lines"


def test_a_long_name_without_blanks_is_broken_without_measuring_every_beginning_of_it() -> None:
    measured = []

    def measure(text: str) -> float:
        measured.append(text)
        return len(text)

    broken = lines.broken("x" * 1000, 40, measure)
    assert [len(line) for line in broken] == [40] * 25
    assert len(measured) < 500
