"""The buyer's languages: which one to speak, and its sentences on these pages."""

from __future__ import annotations

import re
from pathlib import Path

from tenor.base import texts
from tenor.base.texts import Language, isolated

__all__ = ["Language", "choose", "isolated", "languages"]

_TEXTS = Path(__file__).parent / "texts"
_QUALITY = re.compile(r"\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*", re.ASCII)


def languages() -> dict[str, Language]:
    """Every language by its code, English first."""
    return texts.spoken(_TEXTS)


def choose(asked: str | None, accepted: str) -> Language:
    """The language asked for in the address, else the best of an Accept-Language header (RFC 9110), else English."""
    known = languages()
    if asked in known:
        return known[asked]
    best, best_quality = known["en"], 0.0
    for part in accepted.split(","):
        tag, _, parameters = part.partition(";")
        language = known.get(tag.partition("-")[0].strip().lower())
        quality = _quality(parameters)
        if language is not None and quality > best_quality:
            best, best_quality = language, quality
    return best


def _quality(parameters: str) -> float:
    given = _QUALITY.fullmatch(parameters)
    return float(given[1]) if given else 1.0 if not parameters else 0.0
