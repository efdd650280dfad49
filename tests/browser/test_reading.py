"""From the mailed link to "done" in under a minute of reading: the words that stand on the shortest way are counted."""

from __future__ import annotations

import re

import pytest

from tenor.faces.backd.returns import programme
from tests.browser.places import NAMES, Places
from tests.browser.visitor import Visitor, Visits

# Silent reading of texts that are not fiction, on average (Brysbaert 2019, 238 words; rounded down to be on the safe
# side). The same measure serves both languages, though Arabic says more in a word.
_WORDS_A_MINUTE = 230

# Words that are seen: neither folded away nor there for screen readers alone. The bar that says that a deployment is a
# sandbox does not stand in production. What frames every page (bar, steps, the way out) is read on the first one; the
# steps' numerals show the way rather than tell it. Of an offer that is not taken the first payment is read: the later
# ones stand there for whoever compares days.
_SEEN = """(framed) => {
  const passed = ".sandbox, .steps b, .offer:not(:has(:checked)) .schedule li + li";
  const seen = (one) => !one || (!one.matches(framed ? passed : `${passed}, header, nav, .leave`)
    && getComputedStyle(one).clipPath === "none" && seen(one.parentElement));
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), words = [];
  while (texts.nextNode()) {
    const around = texts.currentNode.parentElement;
    if (around.checkVisibility() && seen(around)) {
      words.push(...texts.currentNode.data.split(/\\s+/).filter((word) => /[\\p{L}\\p{N}]/u.test(word)));
    }
  }
  return words;
}"""


# Days and amounts count as the words that they are written in, so more offers take longer: here are as many as a
# merchant of the Backd dialect begins with.
_OFFERS = programme("SAR").offers


async def _words(visitor: Visitor, *, first: bool = False) -> int:
    await visitor.page.wait_for_load_state()
    words: list[str] = await visitor.page.evaluate(_SEEN, first)
    return len(words)


async def _has_bought(visits: Visits, places: Places, email: str) -> None:
    visitor = await visits.by()
    visitor.email = email
    await visitor.arrives_at_the_agreement(places, places.link(await places.order(close_url=None, success_url=None)))
    await visitor.signs()
    await visitor.goes_on()


async def _ends(visitor: Visitor, count: dict[str, int]) -> None:
    """From the terms to the end, which is not read before one is there."""
    count["terms"] = await _words(visitor)
    await visitor.chooses("net30")
    count["agreement"] = await _words(visitor)
    await visitor.signs()
    await visitor.goes_on()
    assert visitor.step == "done"


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_known_buyer_reads_less_than_a_minute_from_the_mailed_link_to_the_end(
    visits: Visits, places: Places, language: str
) -> None:
    visitor, shop = await visits.by(language), await places.shop(NAMES[language], offers=_OFFERS)
    await _has_bought(visits, places, visitor.email)
    link = await places.mailed_link(visitor.email, shop, close_url=None, success_url=None)
    await visitor.opens(re.sub(r"lang=\w+", f"lang={language}", link))
    count = {"order": await _words(visitor, first=True)}
    await visitor.goes_on()
    assert visitor.step == "terms"
    await _ends(visitor, count)
    assert sum(count.values()) < _WORDS_A_MINUTE, count
    # A count of nothing would be below any number.
    assert min(count.values()) > 10, count


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_new_buyer_reads_less_than_a_minute_and_a_half_besides_what_has_to_be_typed(
    visits: Visits, places: Places, language: str
) -> None:
    visitor, shop = await visits.by(language), await places.shop(NAMES[language], offers=_OFFERS)
    link = await places.mailed_link(visitor.email, shop, close_url=None, success_url=None)
    await visitor.opens(re.sub(r"lang=\w+", f"lang={language}", link))
    count = {"order": await _words(visitor, first=True)}
    await visitor.goes_on()
    assert visitor.step == "business"
    count["business"] = await _words(visitor)
    await visitor.tells_business()
    await _ends(visitor, count)
    assert sum(count.values()) < _WORDS_A_MINUTE * 1.5, count
