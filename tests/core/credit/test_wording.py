"""Every reason has a sentence, in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from tenor.base.texts import Language
from tenor.core import credit
from tenor.core.credit import wording
from tenor.core.credit.model import Measured, Required
from tenor.core.orders.review import DECLINE_REASONS
from tenor.faces.checkout.languages import languages as checkout_languages
from tenor.faces.checkout.wording import why_declined
from tests.sentences import ARABIC, catalogue, entries, said

ROOM = Path(credit.__file__).parent
BOUNDED = [f"{name}_{how}" for name in get_args(Measured) for how in ("low", "high", "fits")]
UNKNOWN = [f"{name}_missing" for name in {*get_args(Measured), *get_args(Required)}]
WRITTEN = re.findall(r'(?:Fired|Decision)\(\s*(?:"\w+", )?"(\w+)"', (ROOM / "rules.py").read_text())
CODES = {*BOUNDED, *UNKNOWN, *DECLINE_REASONS, "staff_approved", "staff_declined", "order_limit", "exposure_limit",
         "buyer_limit", "within_limits", "blocked", "trusted", "currency_other", "flag_declines", "flag_reviews",
         "no_policy", "nothing_matched"}  # fmt: skip


def test_the_rules_yield_no_code_that_is_not_listed_here() -> None:
    assert WRITTEN
    assert set(WRITTEN) - {"approve", "review", "decline"} <= CODES


@pytest.mark.parametrize("language", wording.languages().values(), ids=lambda one: one.code)
def test_every_code_has_a_sentence_of_its_own_for_staff(language: Language) -> None:
    sentences = wording.sentences(language)
    assert set(sentences) == CODES
    assert len(set(sentences.values())) == len(sentences)


def test_a_catalogue_lists_what_is_said_and_arabic_has_all_of_it() -> None:
    for code in ("en", "ar"):
        found = entries(catalogue(ROOM, code))
        assert set(found) == said(ROOM)
        assert code == "en" or all(ARABIC.search(str(one.string)) for one in found.values())


@pytest.mark.parametrize("code", ["en", "ar"])
def test_every_decline_is_told_to_the_buyer_without_the_rule_behind_it(code: str) -> None:
    language = checkout_languages()[code]
    declines = CODES - {one for one in CODES if one.endswith(("_fits", "_missing"))} - {"staff_approved"}
    for reason in declines:
        words = why_declined(language, reason)
        assert words.strip()
        assert reason not in words
        assert not re.search(r"\d|polic|bureau|block|fraud", words, re.IGNORECASE)
    assert why_declined(language, "blocked") == why_declined(language, "revenue_low")
