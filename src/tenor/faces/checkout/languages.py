"""The buyer's languages: which one to speak, and its sentences on these pages."""

from __future__ import annotations

from pathlib import Path

from tenor.base import texts
from tenor.base.texts import Language, isolated
from tenor.faces import languages as choice

__all__ = ["Language", "choose", "isolated", "languages"]

_TEXTS = Path(__file__).parent / "texts"


def languages() -> dict[str, Language]:
    """Every language by its code, English first."""
    return texts.spoken(_TEXTS)


def choose(asked: str | None, accepted: str) -> Language:
    """The language asked for in the address, else the best of an Accept-Language header (RFC 9110), else English."""
    return choice.choose(languages(), asked, accepted)
