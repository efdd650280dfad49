"""Reading the fields that only a purchase order has."""

from __future__ import annotations

from decimal import Decimal
from re import Pattern
from typing import TypeVar

import msgspec

from tenor.base.wire import unkeepable
from tenor.faces.reader import Reader

T = TypeVar("T")

_HUNDREDTH = Decimal("0.01")
_MOST_DEGREE_PLACES = 20
_MOST_FREE_BYTES = 16 * 1024

_encoder = msgspec.json.Encoder(decimal_format="number")


class PurchaseReader(Reader):
    """What only this wire has: rates, degrees, texts of a fixed form, free JSON."""

    def percent(self, value: Decimal, *path: str | int) -> str:
        """A rate of 0 to 100 percent as text with two places: `15.00`."""
        if value and value.is_signed():
            return self.wrong(path, "must not be negative", "0.00")
        if value > 100:
            return self.wrong(path, "must be at most 100", "0.00")
        rounded = value.copy_abs().quantize(_HUNDREDTH)
        if rounded != value:
            return self.wrong(path, "must have at most 2 decimal places", "0.00")
        return str(rounded)

    def degrees(self, value: Decimal | None, most: int, *path: str | int) -> str | None:
        """A latitude or longitude, digit by digit as it was given."""
        if value is None:
            return None
        if value.copy_abs() > most:
            return self.wrong(path, f"must be from -{most} to {most}", None)
        if -int(value.as_tuple().exponent) > _MOST_DEGREE_PLACES:
            return self.wrong(path, f"must have at most {_MOST_DEGREE_PLACES} decimal places", None)
        return f"{value:f}"

    def text(self, value: str, *path: str | int) -> str:
        """A text that must say something: blanks alone are none."""
        return value if value.strip() else self.wrong(path, "must not be empty", value)

    def form(self, value: str | None, form: Pattern[str], expected: str, *path: str | int) -> str | None:
        """A text of a fixed form, or a blank."""
        if value and not form.fullmatch(value):
            return self.wrong(path, expected, value)
        return value

    def free(self, value: T, *path: str | int) -> T:
        """Free JSON that can be stored and given back."""
        if value is None:
            return value
        if unkeepable(value):
            self.wrong(path, "holds a control character, a text-direction override or an absurd number", None)
        elif len(_encoder.encode(value)) > _MOST_FREE_BYTES:
            self.wrong(path, f"must be at most {_MOST_FREE_BYTES} bytes of JSON", None)
        return value
