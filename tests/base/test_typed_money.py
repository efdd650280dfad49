"""An amount as people type it is the amount that they mean, or is refused."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.base import money

ARABIC = str.maketrans("0123456789.,", "٠١٢٣٤٥٦٧٨٩٫٬")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("4000000", "SAR", 4_000_000_00),
        ("4,000,000", "SAR", 4_000_000_00),
        ("٤٬٠٠٠٬٠٠٠٫٥", "SAR", 4_000_000_50),
        ("٤٠٠٠٠٠٠", "SAR", 4_000_000_00),
        ("٤،٠٠٠،٠٠٠", "SAR", 4_000_000_00),
        ("۴۰۰۰۰۰۰", "SAR", 4_000_000_00),
        ("4.000.000,50", "USD", 4_000_000_50),
        ("4\u202f000\u00a0000 SAR", "SAR", 4_000_000_00),
        ("sar 4 000 000.5", "SAR", 4_000_000_50),
        ("4'000'000", "USD", 4_000_000_00),
        ("\u20664,000,000\u2069", "SAR", 4_000_000_00),
        ("40,00,000", "USD", 4_000_000_00),
        ("4,50", "USD", 4_50),
        ("4.500", "USD", 4_500_00),
        ("4.500", "KWD", 4_500),
        ("4,500", "KWD", 4_500_000),
        ("4,500", "JPY", 4_500),
        ("0", "SAR", 0),
    ],
)
def test_an_amount_is_read_as_it_is_meant(typed: str, currency: str, minor: int) -> None:
    assert money.from_typed(typed, currency) == minor


@pytest.mark.parametrize(
    "typed",
    ["", "-5", "4 million", "4m", "NaN", "1e9", "4,0000,000", "1,2.3,4", ",5", "4,000,00", "4..5", "$4", "½", "²",
     "USD", "4.0001", "9" * 50, "1234,567,890"],
)  # fmt: skip
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(money.MoneyError):
        money.from_typed(typed, "USD")


@given(st.integers(0, money.MAX_MINOR), st.sampled_from(["SAR", "USD", "KWD", "JPY"]))
def test_every_way_to_write_an_amount_reads_back_as_it(minor: int, currency: str) -> None:
    text = f"{money.to_decimal(minor, currency):,}"
    ways = [text, text.translate(ARABIC), text.translate(PERSIAN), text.replace(",", " "), f"{text} {currency}"]
    assert {money.from_typed(way, currency) for way in ways} == {minor}


@given(st.text(max_size=30))
def test_nothing_that_is_typed_makes_more_than_one_kind_of_error(typed: str) -> None:
    with suppress(money.MoneyError):
        assert 0 <= money.from_typed(typed, "SAR") <= money.MAX_MINOR
