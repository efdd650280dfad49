"""Which language is usual where, and how each writes amounts."""

from __future__ import annotations

import pytest

from tenor.base.texts import usual_in
from tenor.faces.checkout.languages import languages


@pytest.mark.parametrize(
    ("country", "language"), [("SA", "ar"), ("AE", "ar"), ("EG", "ar"), ("US", "en"), ("DE", "en"), ("QQ", "en")]
)
def test_a_letter_that_nobody_chose_a_language_for_speaks_the_countrys(country: str, language: str) -> None:
    assert usual_in(country) == language


@pytest.mark.parametrize(("currency", "written"), [("JPY", "1,234,567"), ("SAR", "12,345.67"), ("KWD", "1,234.567")])
def test_an_amount_in_a_column_has_all_places_of_its_currency_and_only_lacks_its_name(
    currency: str, written: str
) -> None:
    for language in languages().values():
        assert language.amount(1_234_567, currency) == written
        assert written in language.money(1_234_567, currency)


def test_what_is_taken_off_keeps_its_minus_at_the_left_of_the_digits_in_a_text_that_runs_to_the_left() -> None:
    assert languages()["en"].amount(-200_000, "SAR") == "-2,000.00"
    assert languages()["ar"].amount(-200_000, "SAR") == "\u200e-2,000.00"
