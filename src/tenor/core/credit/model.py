"""A credit decision."""

from __future__ import annotations

from typing import Literal

import msgspec

Outcome = Literal["approve", "decline"]


class Decision(msgspec.Struct, frozen=True):
    """What was decided, and the stable code of the reason."""

    outcome: Outcome
    reason: str
