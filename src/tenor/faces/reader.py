"""Reading a decoded body's fields one by one, so that a merchant hears of all that is wrong at once.

Every dialect reads amounts and addresses alike; what only its own wire has, it adds in a reader of its own.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TypeVar

from tenor.base import money
from tenor.base.errors import Invalid, Path, Problem
from tenor.core.merchants.rules import origin_of

T = TypeVar("T")


class Reader:
    """Turns what decoded into what the core takes and collects every problem, by its path on the wire."""

    def __init__(self, currency: str) -> None:
        self._currency = currency
        self.problems: list[Problem] = []

    def amount(self, value: Decimal, *path: str | int) -> int:
        """An amount of major units as minor units."""
        try:
            return money.to_minor(value, self._currency)
        except money.MoneyError as error:
            return self.wrong(path, str(error), 0)

    def maybe_amount(self, value: Decimal | None, *path: str | int) -> int | None:
        """An amount that need not be given."""
        return None if value is None else self.amount(value, *path)

    def url(self, value: str | None, *path: str | int) -> str | None:
        """An http(s) address; None for a blank."""
        if value and origin_of(value) is None:
            return self.wrong(path, "must be an http or https address", None)
        return value or None

    def wrong(self, path: Path, message: str, instead: T) -> T:
        """Note a problem, and go on with something else in its place."""
        self.problems.append(Problem(path, "invalid", message))
        return instead

    def finish(self) -> None:
        """Raises `Invalid` when anything was wrong."""
        if self.problems:
            raise Invalid(self.problems)
