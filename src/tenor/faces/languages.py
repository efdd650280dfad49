"""Which language to speak to whoever opens a page."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tenor.base.texts import Language

_QUALITY = re.compile(r"\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*", re.ASCII)


def choose(known: Mapping[str, Language], asked: str | None, accepted: str) -> Language:
    """The language asked for, else the best of an Accept-Language header (RFC 9110), else English."""
    if asked is not None and asked in known:
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
