"""How credits fall on a schedule. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tenor.core.repayments.model import OwedInstalment


def credit_latest_first(schedule: Sequence[OwedInstalment], amount: int) -> dict[int, int]:
    """How a refund comes off a schedule: number of the instalment to minor units, the latest instalment first.

    What exceeds all that is open is not in the result: it was paid already and becomes the buyer's credit.
    """
    taken: dict[int, int] = {}
    for instalment in sorted(schedule, key=lambda one: one.number, reverse=True):
        if off := min(amount, instalment.open):
            taken[instalment.number] = off
            amount -= off
    return taken
