"""Which language is usual where."""

from __future__ import annotations

import pytest

from tenor.base.texts import usual_in


@pytest.mark.parametrize(
    ("country", "language"), [("SA", "ar"), ("AE", "ar"), ("EG", "ar"), ("US", "en"), ("DE", "en"), ("QQ", "en")]
)
def test_a_letter_that_nobody_chose_a_language_for_speaks_the_countrys(country: str, language: str) -> None:
    assert usual_in(country) == language
