"""Lines of text in two directions: where they break, and what stands where on each (UAX #9). Pure.

fpdf2 orders a whole paragraph and breaks it afterwards, which puts words of a longer one on the wrong line. Here a text
is broken as it is read, and each line is then ordered by itself.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from fpdf.bidi import BidiCharacter, BidiParagraph
from fpdf.enums import TextDirection

Direction = Literal["ltr", "rtl"]
Measure = Callable[[str], float]

_BASE = {"ltr": TextDirection.LTR, "rtl": TextDirection.RTL}
_OPENING, _CLOSING = "\u2066\u2067\u2068", "\u2069"


@dataclass(frozen=True)
class Run:
    """Characters of one direction, in the order in which they are read."""

    text: str
    direction: Direction


def broken(text: str, width: float, measure: Measure) -> list[str]:
    """The text in lines that are at most so wide, broken at blanks; a word that is wider by itself is broken within.

    What is kept apart (an isolate) and runs over a line's end is kept apart on both.
    """
    if measure(text) <= width:
        return [text]
    lines, line = [], ""
    for word in _words(text, width, measure):
        if line and measure(f"{line}{word}".rstrip(" ")) > width:
            lines.append(line.strip(" "))
            line = word
        else:
            line += word
    lines.append(line.strip(" "))
    return list(_closed(lines))


def _words(text: str, width: float, measure: Measure) -> Iterator[str]:
    """The words with the blank behind each. Blanks that hold together (U+00A0) break nothing."""
    for word in text.split(" "):
        rest = word
        while measure(rest) > width and len(rest) > 1:
            fits = _fitting(rest, width, measure)
            yield rest[:fits]
            rest = rest[fits:]
        yield f"{rest} "


def _fitting(word: str, width: float, measure: Measure) -> int:
    """How many characters of a word that is too wide fit, at least one.

    It halves what is left to try. To measure every beginning of every long name would keep a processor busy for
    minutes, and what is named is the merchant's choice.
    """
    return max(1, bisect_right(range(1, len(word)), width, key=lambda end: measure(word[:end])))


def _closed(lines: list[str]) -> Iterator[str]:
    still_open = ""
    for line in lines:
        begun = still_open + line
        still_open = ""
        for one in begun:
            if one in _OPENING:
                still_open += one
            elif one == _CLOSING:
                still_open = still_open[:-1]
        yield begun + _CLOSING * len(still_open)


def runs(line: str, direction: Direction) -> list[Run]:
    """A line's runs from left to right, without the signs that only steer them."""
    characters = BidiParagraph(line, _BASE[direction]).get_reordered_characters()
    return [run for level, group in groupby(characters, _level) if (run := _run(list(group), level)).text]


def _level(character: BidiCharacter) -> int:
    return character.embedding_level


def _run(characters: list[BidiCharacter], level: int) -> Run:
    leftward = level % 2 == 1
    read = reversed(characters) if leftward else characters
    text = "".join(one.character for one in read if not _steers(one.character))
    return Run(text, "rtl" if leftward else "ltr")


def _steers(character: str) -> bool:
    return unicodedata.category(character) == "Cf" and character not in "\u200c\u200d"
