"""Languages: the sentences of a message catalogue, and how each language writes money, days and numbers.

The sentences in code and templates are English; a folder of `.po` files, one a language, holds what others say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Literal

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, get_minus_sign_symbol
from babel.units import format_unit

from tenor.base import money

_NAMES: dict[str, tuple[str, Literal["ltr", "rtl"]]] = {"en": ("English", "ltr"), "ar": ("العربية", "rtl")}

# Isolates are <bdi> in plain text: what stands between them can't reorder the sentence around it. No merchant's
# text can close one early, because the wires refuse these characters.
_ISOLATE, _END_OF_ISOLATE = "\u2068", "\u2069"


@dataclass(frozen=True)
class Language:
    """One language. `code` is BCP 47's, `name` is what its speakers call it."""

    code: str
    name: str
    direction: Literal["ltr", "rtl"]
    sentences: GNUTranslations

    def money(self, minor: int, currency: str) -> str:
        """An amount of minor units with its currency, in western digits: `SAR 1,150.00`."""
        text = self._currency(minor, currency)
        # In a text that runs to the left, the dollar sign of `US$` would jump before its letters.
        text = re.sub(r"[A-Z]+\$", "\u200e\\g<0>\u200e", text) if self.direction == "rtl" else text
        # CLDR sets letters and digits apart ("SAR 20"), which Babel leaves out.
        return re.sub(r"(?<=[^\W\d_])(?=\d)", "\u00a0", text)

    def amount(self, minor: int, currency: str) -> str:
        """An amount of minor units for a column that names its currency elsewhere, with all its places: `1,150.00`."""
        return self._currency(minor, currency, "#,##0")

    def _currency(self, minor: int, currency: str, pattern: str | None = None) -> str:
        # Whatever the pattern, Babel gives an amount the places of its currency.
        amount = money.to_decimal(minor, currency)
        text = format_currency(amount, currency, pattern, locale=self.code, numbering_system="latn")
        # CLDR's Arabic minus carries a mark that keeps it at the left of the digits; Babel writes a bare one.
        return text.replace("-", get_minus_sign_symbol(self.code, numbering_system="latn"))

    def number(self, number: int) -> str:
        """A whole number in western digits, grouped."""
        return format_decimal(number, locale=self.code, numbering_system="latn")

    def size(self, size: int) -> str:
        """So many bytes, in the unit that leaves at most four digits: `1.4 MB`."""
        for unit, factor in (("megabyte", 1_000_000), ("kilobyte", 1_000)):
            if size >= factor:
                amount = round(size / factor, 1 if size < 10 * factor else 0)
                return format_unit(amount, unit, "short", locale=self.code, numbering_system="latn")
        return format_unit(size, "byte", "short", locale=self.code, numbering_system="latn")

    def day(self, day: date) -> str:
        """A day with its month in letters, which no reader can mistake: `January 31, 2026`."""
        return format_date(day, format="long", locale=self.code)


def isolated(text: str) -> str:
    """A name or an amount for the middle of a sentence, whichever direction either is written in."""
    return f"{_ISOLATE}{text}{_END_OF_ISOLATE}"


@cache
def spoken(folder: Path) -> dict[str, Language]:
    """Every language by its code, English first, with the catalogues of a folder."""
    return {code: Language(code, name, direction, _read(folder, code)) for code, (name, direction) in _NAMES.items()}


def _read(folder: Path, code: str) -> GNUTranslations:
    with (folder / f"{code}.po").open("rb") as file:
        catalogue = read_po(file, locale=code)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def usual_in(country: str) -> str:
    """The code of the language that is most spoken in a country (ISO 3166, CLDR's likely subtags), else English."""
    try:
        likely = Locale.parse(f"und_{country}", resolve_likely_subtags=True).language
    except UnknownLocaleError:
        return "en"
    return likely if likely in _NAMES else "en"
