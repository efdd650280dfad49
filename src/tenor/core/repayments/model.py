"""An instalment as it stands."""

from __future__ import annotations

from datetime import date

import msgspec


class OwedInstalment(msgspec.Struct, frozen=True, kw_only=True):
    """An instalment in minor units: its amount, what was paid of it, and what refunds took off."""

    number: int
    due_on: date
    amount: int
    paid: int = 0
    credited: int = 0

    @property
    def open(self) -> int:
        """What is still to be paid."""
        return self.amount - self.paid - self.credited
