"""Other people's texts in the middle of a sentence: on one line, of bounded length, unable to turn it around."""

from __future__ import annotations

import re
import unicodedata

from tenor.base.texts import Language, isolated

# Directions that a name may bring along; none of them gets past this page.
_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LONGEST_NAME = 120


def name(language: Language, text: str) -> str:
    """Somebody else's text for the middle of a sentence: on one line, of bounded length, and kept from turning it."""
    words = "".join(one if one.isprintable() else " " for one in _DIRECTIONS.sub("", text)).split()
    short = " ".join(words)
    return kept_apart(language, short if len(short) <= _LONGEST_NAME else f"{short[: _LONGEST_NAME - 1]}…")


def kept_apart(language: Language, text: str) -> str:
    """Kept apart where the directions differ. Latin letters among Latin ones need no marks, which old programs show."""
    turns = any(unicodedata.bidirectional(one) in ("R", "AL", "AN") for one in text)
    return isolated(text) if language.direction == "rtl" or turns else text


def as_kept(language: Language, sentence: str) -> str:
    """A sentence of an agreement with the marks that its reader needs, and no others."""
    return re.sub("\u2068([^\u2068\u2069]*)\u2069", lambda found: kept_apart(language, found[1]), sentence)
