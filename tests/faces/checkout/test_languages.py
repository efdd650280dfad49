"""English and Arabic: which is spoken, in which direction, and how money and days are written."""

from __future__ import annotations

from datetime import date

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.base import money
from tenor.faces.checkout.languages import choose, languages
from tests.faces.checkout.shop import ITEM, LinkOf, PlaceOrder, new_order, parsed


@pytest.mark.parametrize(
    ("asked", "accepted", "spoken"),
    [
        (None, "", "en"),
        ("ar", "en", "ar"),
        ("en", "ar", "en"),
        ("fr", "ar", "ar"),
        ("", "ar-SA,ar;q=0.9,en;q=0.8", "ar"),
        (None, "fr-FR, AR-eg ;q=0.4, en;q=0.3", "ar"),
        (None, "ar;q=0.2, en-GB;q=0.7", "en"),
        (None, "ar;q=0, fr", "en"),
        (None, "*", "en"),
        (None, "ar;q=high, ;;;, ,", "en"),
    ],
)
def test_the_address_decides_then_the_browser_then_english(asked: str | None, accepted: str, spoken: str) -> None:
    assert choose(asked, accepted).code == spoken


@given(st.text(max_size=30), st.text(max_size=80))
def test_whatever_a_browser_sends_there_is_a_language(asked: str, accepted: str) -> None:
    assert choose(asked, accepted) in languages().values()


def test_amounts_are_exact_and_stand_apart_from_their_currency() -> None:
    english, arabic = languages()["en"], languages()["ar"]
    assert english.money(11_500_000, "SAR") == "SAR\u00a0115,000.00"
    assert english.money(5, "USD") == "$0.05"
    assert "\u200eUS$\u200e" in languages()["ar"].money(5, "USD"), "the sign stays behind its letters"
    assert english.money(1_234_567, "KWD") == "KWD\u00a01,234.567"
    assert english.money(1_234, "JPY") == "¥1,234"
    assert english.money(money.MAX_MINOR, "SAR") == "SAR\u00a09,999,999,999,999,999.99"
    assert arabic.money(11_500_000, "SAR") == "\u200f115,000.00\u00a0ر.س.\u200f"
    # The mark before the minus keeps it at the left of its digits.
    assert arabic.money(-50, "SAR") == "\u200f\u200e-0.50\u00a0ر.س.\u200f"


@given(st.integers(0, money.MAX_MINOR), st.sampled_from(["SAR", "USD", "KWD", "JPY"]), st.sampled_from(["en", "ar"]))
def test_the_digits_of_an_amount_are_western_and_its_own(minor: int, currency: str, code: str) -> None:
    written = languages()[code].money(minor, currency)
    digits = [character for character in written if character.isdigit()]
    assert all(digit.isascii() for digit in digits)
    assert int("".join(digits)) == minor


def test_a_month_is_written_in_letters_and_digits_are_western() -> None:
    assert languages()["en"].day(date(2026, 1, 31)) == "January 31, 2026"
    assert languages()["ar"].day(date(2026, 1, 31)) == "31 يناير 2026"


@pytest.mark.parametrize(
    ("days", "words"), [(1, "يوم واحد"), (2, "يومين"), (7, "7 أيام"), (30, "30 يومًا"), (100, "100 يوم")]
)
def test_arabic_counts_as_arabic_does(days: int, words: str) -> None:
    text = languages()["ar"].sentences.ngettext("Pay in %(count)s day", "Pay in %(count)s days", days)
    assert text % {"count": days} == f"الدفع خلال {words}"


@pytest.mark.parametrize(("code", "direction", "other"), [("en", "ltr", "ar"), ("ar", "rtl", "en")])
async def test_a_page_names_its_language_and_direction_and_leads_to_the_other(
    browser: httpx.AsyncClient, place_order: PlaceOrder, link_of: LinkOf, code: str, direction: str, other: str
) -> None:
    link = link_of(await place_order())
    for address in (link, f"{link}x"):
        page = parsed(await browser.get(address, headers={"Accept-Language": code}))
        assert (page.html["lang"], page.html["dir"]) == (code, direction)  # type: ignore[index]
        switch = page.select_one("nav a")
        assert switch is not None
        assert (switch["href"], switch["lang"], switch.get_text()) == (f"?lang={other}", other, languages()[other].name)
        turned = parsed(await browser.get(f"{address}{switch['href']}", headers={"Accept-Language": code}))
        assert turned.html["lang"] == other  # type: ignore[index]


async def test_names_stand_in_isolates_so_that_no_text_turns_around_its_neighbours(
    browser: httpx.AsyncClient, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    page = parsed(await browser.get(link_of(await place_order(new=new_order(item="קורה (12)"))), params={"lang": "ar"}))
    isolated = [node.get_text() for node in page.select("bdi")]
    assert "קורה (12)" in isolated
    assert ITEM not in isolated


async def test_english_readers_see_the_english_name_where_the_shop_gave_one(
    browser: httpx.AsyncClient, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    items = tuple(msgspec.structs.replace(item, name_en="Binding wire") for item in new_order().detail.items)
    link = link_of(await place_order(new=new_order(items=items)))
    names = {
        code: [
            node.get_text() for node in parsed(await browser.get(link, params={"lang": code})).select(".line-name bdi")
        ]
        for code in ("en", "ar")
    }
    assert names == {"en": ["Binding wire"] * 2, "ar": [ITEM, "سلك ربط"]}
