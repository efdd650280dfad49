"""What `tenor doctor` finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """How much a finding weighs: nothing to do, something that may be meant, something that has to be done."""

    WELL = "ok"
    LOOK = "LOOK"
    DO = "DO"


@dataclass(frozen=True)
class Finding:
    """One thing looked at, in words: what it is like, and what to do where it is not well."""

    weight: Weight
    what: str

    @classmethod
    def of(cls, well: bool, what: str) -> Finding:
        """One that is well, or has to be mended."""
        return cls(Weight.WELL if well else Weight.DO, what)
