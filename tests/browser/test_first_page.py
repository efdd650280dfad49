"""The first page: how much comes over the wire, from whom, and that nothing moves once it is drawn."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.browser.places import NAMES, Places
from tests.browser.visitor import SIZES, Size, Visitor, Visits

_BUDGET = 60_000


async def _weighed(visitor: Visitor, url: str) -> dict[str, int]:
    """The bytes that came for each address, headers included, as the browser's network counted them."""
    network = await visitor.context.new_cdp_session(visitor.page)
    addresses: dict[str, str] = {}
    weights: dict[str, int] = {}
    network.on("Network.requestWillBeSent", lambda one: addresses.update({one["requestId"]: one["request"]["url"]}))

    def count(one: dict[str, Any]) -> None:
        weights[addresses[one["requestId"]]] = int(one["encodedDataLength"])

    network.on("Network.loadingFinished", count)
    await network.send("Network.enable")
    await visitor.page.goto(url, wait_until="networkidle")
    await visitor.page.evaluate("document.fonts.ready.then(() => null)")
    return weights


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_the_first_page_weighs_at_most_60_kilobytes_in_all(visits: Visits, places: Places, language: str) -> None:
    visitor = await visits.by(language)
    weights = await _weighed(visitor, places.link(await places.order(await places.shop(NAMES[language]))))
    kinds = {address.rpartition(".")[2] for address in weights}
    assert {"css", "woff2"} < kinds, weights
    assert sum(weights.values()) <= _BUDGET, weights
    assert visitor.strangers == []


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_every_word_is_set_in_our_typeface(visits: Visits, places: Places, language: str) -> None:
    visitor = await visits.by(language)
    link = places.link(await places.order(await places.shop(NAMES[language])))
    # A font that was not there for the first drawing comes with the next page.
    for _ in range(3):
        await visitor.page.goto(link, wait_until="networkidle")
    network = await visitor.context.new_cdp_session(visitor.page)
    await network.send("DOM.enable")
    await network.send("CSS.enable")
    root = await network.send("DOM.getDocument")
    main = await network.send("DOM.querySelector", {"nodeId": root["root"]["nodeId"], "selector": "main"})
    texts = await network.send("DOM.querySelectorAll", {"nodeId": main["nodeId"], "selector": "*"})
    used: set[str] = set()
    for node in texts["nodeIds"]:
        found = await network.send("CSS.getPlatformFontsForNode", {"nodeId": node})
        used |= {font["familyName"] for font in found["fonts"] if font["isCustomFont"] or font["glyphCount"] > 2}
    assert used == {"Tenor Text", "Tenor Text SemiBold"}


@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("late", [0, 0.4])
async def test_nothing_moves_once_it_is_drawn_also_when_the_fonts_are_late(
    visits: Visits, places: Places, language: str, size: Size, late: float
) -> None:
    visitor = await visits.by(language, size)

    async def held(route: Any) -> None:
        await asyncio.sleep(late)
        await route.continue_()

    await visitor.context.route("**/assets/*.woff2", held)
    await visitor.page.goto(
        places.link(await places.order(await places.shop(NAMES[language]))), wait_until="networkidle"
    )
    await visitor.page.evaluate("document.fonts.ready.then(() => null)")
    await visitor.page.wait_for_timeout(100)
    assert await visitor.moved() == []


async def test_a_second_page_loads_no_font_and_no_style_again(visits: Visits, places: Places) -> None:
    visitor = await visits.by("ar")
    link = places.link(await places.order())
    await visitor.page.goto(link, wait_until="networkidle")
    weights = await _weighed(visitor, f"{link}/you")
    again = {address: weight for address, weight in weights.items() if address.endswith((".css", ".woff2"))}
    assert sum(again.values()) == 0, again
