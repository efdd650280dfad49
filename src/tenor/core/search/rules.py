"""What a typed text may be. Pure."""

from __future__ import annotations

import re
from uuid import UUID

from tenor.base.wire import FORBIDDEN
from tenor.core.events.model import event_of
from tenor.core.search.model import Wanted

LONGEST = 200
_SHORTEST_NAME = 2
_BETWEEN_DIGITS = re.compile(r"[\s.\-\u2010-\u2015]")


def wanted(typed: str) -> Wanted | None:
    """The text in all its readings; None where there is nothing to look for."""
    text = " ".join(FORBIDDEN.sub(" ", typed[:LONGEST]).split())
    if not text:
        return None
    named = event_of(text.lower()) if text.lower().startswith("evt_") else None
    return Wanted(
        text=text,
        number=_BETWEEN_DIGITS.sub("", text).upper(),
        id=_uuid(text),
        event_order=named[0] if named else None,
        email=text.lower() if "@" in text else None,
        name_prefix=text.lower() if len(text) >= _SHORTEST_NAME else None,
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def prefix_pattern(prefix: str) -> str:
    """A LIKE pattern for what begins so; the signs that LIKE knows stand for themselves."""
    return re.sub(r"([\\%_])", r"\\\1", prefix) + "%"
