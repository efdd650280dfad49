"""Money is an integer of minor units and a currency. Decimals live on the wire only."""

from __future__ import annotations

import re
import unicodedata
from decimal import Context, Decimal, Inexact
from functools import cache

from babel.core import get_global
from babel.numbers import get_currency_precision

# Bigint columns hold 9.2e18; a total, its fee and a sum of a few of them must fit too.
MAX_MINOR = 10**18 - 1

# More digits than any amount has. What is longer is either zeros, which may go, or no amount: then it is refused.
_EXACT = Context(prec=40, traps=[Inexact])


class MoneyError(ValueError):
    """An amount that is not money: the message says what was expected."""


@cache
def places(currency: str) -> int:
    """How many decimals the currency has (CLDR): JPY 0, SAR 2, KWD 3.

    Raises `MoneyError` for a code that is no ISO 4217 currency.
    """
    if currency not in get_global("all_currencies"):
        raise MoneyError(f"{currency!r} is not a currency code of ISO 4217")
    return get_currency_precision(currency)


def to_minor(amount: Decimal, currency: str) -> int:
    """A decimal of major units as minor units, exactly.

    Raises `MoneyError` when it is not finite, below zero, above the largest amount, or has more decimals
    than the currency. `500`, `500.0` and `500.00` are the same amount.
    """
    if not amount.is_finite():
        raise MoneyError("must be a finite number")
    if not amount:
        return 0
    if amount.is_signed():
        raise MoneyError("must not be negative")
    # The exponent is looked at before any arithmetic, because 1e99999999 would be expanded digit by digit.
    if amount.adjusted() > 18:
        raise MoneyError(f"must be at most {to_text(MAX_MINOR, currency)}")
    try:
        scaled = amount.scaleb(places(currency), _EXACT)
    except Inexact:
        raise MoneyError(f"must have at most {places(currency)} decimal places") from None
    minor = int(scaled)
    if minor != scaled:
        raise MoneyError(f"must have at most {places(currency)} decimal places")
    if minor > MAX_MINOR:
        raise MoneyError(f"must be at most {to_text(MAX_MINOR, currency)}")
    return minor


def to_decimal(minor: int, currency: str) -> Decimal:
    """Minor units as a decimal with all the currency's places: 915050 USD is `9150.50`."""
    return Decimal(minor).scaleb(-places(currency))


def to_text(minor: int, currency: str) -> str:
    """Minor units as text with all the currency's places, never in exponent form."""
    return f"{to_decimal(minor, currency):f}"


def from_typed(text: str, currency: str) -> int:
    """An amount of major units as people type it, as minor units: in digits of any script, with or without separators
    between thousands, with a decimal comma or point, with or without the currency's code.

    A sign that stands more than once parts thousands; of two kinds the later one is the decimal sign. One alone parts
    thousands where three digits follow it, unless it is a point and the currency has three places. Raises `MoneyError`
    for anything else, and as `to_minor`.
    """
    plain = "".join(_western(sign) for sign in text if unicodedata.category(sign) not in ("Cf", "Zs"))
    plain = plain.upper().removeprefix(currency).removesuffix(currency).replace("'", "").replace("\u2019", "")
    if not _TYPED.fullmatch(plain):
        raise MoneyError("must be an amount in digits, such as 250,000.00")
    whole, fraction = _parted(plain, places(currency))
    groups = re.split("[.,]", whole)
    # India writes 40,00,000: only the last thousands have to be three digits.
    if groups[1:] and not (len(groups[0]) <= 3 == len(groups[-1]) and all(len(one) in (2, 3) for one in groups[1:])):
        raise MoneyError("must be an amount whose separators part thousands, such as 250,000.00")
    return to_minor(Decimal(f"{''.join(groups)}.{fraction or '0'}"), currency)


# Enough for the largest amount and its separators.
_TYPED = re.compile(r"[0-9][0-9.,]{0,39}")
_SIGNS = {"\u066b": ".", "\u066c": ",", "\u060c": ",", "\uff0c": ",", "\uff0e": "."}


def _western(sign: str) -> str:
    return str(unicodedata.decimal(sign)) if sign.isdecimal() else _SIGNS.get(sign, sign)


def _parted(plain: str, decimals: int) -> tuple[str, str]:
    """What stands before the decimal sign, and after it; the second is empty where there is no such sign."""
    last = max(plain.rfind("."), plain.rfind(","))
    if last < 0:
        return plain, ""
    sign, after = plain[last], len(plain) - last - 1
    if plain.count(sign) > 1:
        return plain, ""
    is_alone = not any(other in plain for other in ".," if other != sign)
    parts_thousands = is_alone and after == 3 and not (sign == "." and decimals == 3)
    return (plain, "") if parts_thousands else (plain[:last], plain[last + 1 :])


def half_up(numerator: int, denominator: int) -> int:
    """`numerator / denominator` rounded half-up (away from zero at the half). `denominator` is positive."""
    quotient, rest = divmod(abs(numerator), denominator)
    rounded = quotient + (2 * rest >= denominator)
    return rounded if numerator >= 0 else -rounded


def share(amount: int, basis_points: int) -> int:
    """`basis_points` ten-thousandths of an amount, half-up to the minor unit."""
    return half_up(amount * basis_points, 10_000)


def split(amount: int, parts: int) -> list[int]:
    """An amount in `parts` that differ by at most one minor unit and sum back exactly, the larger ones first."""
    each, rest = divmod(amount, parts)
    return [each + (place < rest) for place in range(parts)]
