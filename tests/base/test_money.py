"""Money: decimals are read and written exactly, and what is split sums back."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.base import money
from tenor.base.money import MAX_MINOR, MoneyError

CURRENCIES = {"JPY": 0, "USD": 2, "SAR": 2, "KWD": 3}
currencies = st.sampled_from(list(CURRENCIES))
minor = st.integers(0, MAX_MINOR)


@pytest.mark.parametrize(("currency", "places"), CURRENCIES.items())
def test_every_currency_has_its_own_number_of_places(currency: str, places: int) -> None:
    assert money.places(currency) == places


@pytest.mark.parametrize("code", ["", "usd", "US", "ABC", "USDX", "💶"])
def test_what_is_no_currency_is_refused_by_name(code: str) -> None:
    with pytest.raises(MoneyError, match="is not a currency code of ISO 4217"):
        money.places(code)


@given(amount=minor, currency=currencies)
def test_minor_units_written_as_text_are_read_back_exactly(amount: int, currency: str) -> None:
    text = money.to_text(amount, currency)
    assert money.to_minor(Decimal(text), currency) == amount
    assert len(text.partition(".")[2]) == CURRENCIES[currency]
    assert "E" not in text


@given(amount=minor, currency=currencies, zeros=st.integers(0, 30))
def test_zeros_at_the_end_change_no_amount(amount: int, currency: str, zeros: int) -> None:
    text = money.to_text(amount, currency)
    point = "" if "." in text else "."
    assert money.to_minor(Decimal(f"{text}{point}{'0' * zeros}"), currency) == amount
    assert money.to_minor(Decimal(text).normalize(), currency) == amount


@given(amount=minor, currency=currencies, more=st.integers(1, 9), place=st.integers(1, 30))
def test_one_decimal_more_than_the_currency_has_is_refused(amount: int, currency: str, more: int, place: int) -> None:
    text = money.to_text(amount, currency)
    point = "" if "." in text else "."
    beyond = Decimal(f"{text}{point}{'0' * (place - 1)}{more}")
    with pytest.raises(MoneyError, match=f"at most {CURRENCIES[currency]} decimal places"):
        money.to_minor(beyond, currency)


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("9007199254740993", "JPY", 9007199254740993),
        ("90071992547409.93", "USD", 9007199254740993),
        ("9999999999999999.99", "USD", MAX_MINOR),
        ("123456789012345.678", "KWD", 123456789012345678),
        ("500", "USD", 50000),
        ("500.0", "USD", 50000),
        ("5e2", "USD", 50000),
        ("0", "USD", 0),
        ("-0.00", "USD", 0),
        ("0e999999999", "USD", 0),
    ],
)
def test_sixteen_to_eighteen_digits_stay_exact(text: str, currency: str, amount: int) -> None:
    assert money.to_minor(Decimal(text), currency) == amount


@pytest.mark.parametrize(
    "text", ["1e999999999", "1e400", "10000000000000000.00", "1" + "0" * 5000], ids=["e999999999", "e400", "+1", "long"]
)
def test_an_amount_too_large_is_refused_before_it_is_expanded(text: str) -> None:
    with pytest.raises(MoneyError, match=r"must be at most 9999999999999999\.99"):
        money.to_minor(Decimal(text), "USD")


@pytest.mark.parametrize("text", ["1e-999999999", "0.001", "1." + "0" * 5000 + "1"], ids=["e-9", "mill", "long"])
def test_an_amount_too_small_is_refused_before_it_is_expanded(text: str) -> None:
    with pytest.raises(MoneyError, match="at most 2 decimal places"):
        money.to_minor(Decimal(text), "USD")


def test_thousands_of_zeros_behind_the_point_are_still_the_same_amount() -> None:
    assert money.to_minor(Decimal("1." + "0" * 5000), "USD") == 100


@pytest.mark.parametrize(
    ("text", "message"),
    [("-0.01", "must not be negative"), ("NaN", "finite"), ("sNaN", "finite"), ("-Infinity", "finite")],
)
def test_what_is_no_amount_says_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(MoneyError, match=message):
        money.to_minor(Decimal(text), "USD")


@given(numerator=st.integers(-(10**20), 10**20), denominator=st.integers(1, 10**12))
def test_half_up_is_the_nearest_whole_number_and_away_from_zero_at_the_half(numerator: int, denominator: int) -> None:
    rounded = money.half_up(numerator, denominator)
    off = rounded - Fraction(numerator, denominator)
    assert abs(off) <= Fraction(1, 2)
    if abs(off) == Fraction(1, 2):
        assert abs(rounded) > abs(Fraction(numerator, denominator))


def test_basis_points_of_an_amount_round_half_up() -> None:
    assert money.share(1_000_00, 250) == 25_00
    assert [money.share(cents, 5000) for cents in (1, 2, 3)] == [1, 1, 2]


@given(amount=minor, parts=st.integers(1, 60))
def test_a_split_sums_back_and_its_parts_differ_by_at_most_one_unit(amount: int, parts: int) -> None:
    split = money.split(amount, parts)
    assert sum(split) == amount
    assert len(split) == parts
    assert max(split) - min(split) <= 1
    assert split == sorted(split, reverse=True)
