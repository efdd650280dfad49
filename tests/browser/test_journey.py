"""A buyer's whole way, by either link, in either language, on a phone and at a desk, with and without JavaScript."""

from __future__ import annotations

import secrets
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.places import NAMES, SHOP, Places
from tests.browser.visitor import Size, Visitor, Visits

_AGREED = ["created", "terms_selected"]


async def _to_the_shop(visitor: Visitor) -> dict[str, list[str]]:
    """Wait until the browser is back in the shop; what the address says there."""
    await visitor.page.wait_for_url(f"{SHOP}/**")
    return parse_qs(urlsplit(visitor.page.url).query)


@pytest.mark.parametrize("size", ["phone", "desk"])
@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_buyer_comes_by_the_plain_link_and_ends_in_the_shop_and_nobody_else_is_asked_for_anything(
    visits: Visits, places: Places, language: str, size: Size
) -> None:
    visitor = await visits.by(language, size)
    order = await places.order(await places.shop(NAMES[language]))

    await visitor.arrives_at_the_agreement(places, places.link(order), by_mail=True)
    assert await visitor.page.get_attribute("html", "lang") == language
    assert (
        await visitor.page.evaluate("getComputedStyle(document.body).direction") == {"en": "ltr", "ar": "rtl"}[language]
    )
    assert await visitor.moved() == []
    await visitor.signs()
    await visitor.goes_on()

    assert (await _to_the_shop(visitor))["merchant_order_id"] == [order.reference]
    assert visitor.strangers == []
    assert await places.happened(order) == _AGREED


@pytest.mark.parametrize("size", ["phone", "desk"])
@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_buyer_who_comes_by_the_mailed_link_is_asked_for_no_code(
    visits: Visits, places: Places, language: str, size: Size
) -> None:
    visitor = await visits.by(language, size)
    link = await places.mailed_link(visitor.email, await places.shop(NAMES[language]))

    await visitor.opens(f"{link}&lang={language}")
    await visitor.goes_on()
    assert visitor.step == "business"
    # What the shop knows of its customer nobody has to type.
    assert await visitor.page.input_value("#legal_name") == "Tuwaiq Builders"
    await visitor.tells_business()
    await visitor.chooses("parts6")
    await visitor.signs()
    await visitor.goes_on()

    await _to_the_shop(visitor)
    assert visitor.strangers == []


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_it_all_works_without_javascript(visits: Visits, places: Places, language: str) -> None:
    visitor = await visits.by(language, script=False)
    order = await places.order()
    await visitor.arrives_at_the_agreement(places, places.link(order))
    await visitor.signs()
    await visitor.goes_on()
    assert (await _to_the_shop(visitor))["merchant_order_id"] == [order.reference]
    assert await places.happened(order) == _AGREED


async def test_a_known_buyer_is_greeted_and_begins_with_the_terms(visits: Visits, places: Places) -> None:
    email = f"known.{secrets.token_hex(3)}@tuwaiq.example.com"
    first, second = await visits.by(), await visits.by("ar")
    first.email = second.email = email
    await first.arrives_at_the_agreement(places, places.link(await places.order()))
    await first.signs()
    await first.goes_on()
    await _to_the_shop(first)

    await second.opens(places.link(await places.order()))
    await second.signs_in(places)
    assert second.step == "terms"
    assert "Tuwaiq Builders" in await second.page.inner_text(".lead")


async def test_cancelling_leads_back_to_the_shop_from_every_step_and_says_how_the_buyer_left(
    visits: Visits, places: Places
) -> None:
    visitor = await visits.by()
    order = await places.order()
    link = places.link(order)
    await visitor.arrives_at_the_agreement(places, link)
    session = visitor.page.url.partition("/agreement")[0]
    steps = [f"{session}/{step}" for step in ("order", "you", "business", "terms", "agreement")]
    await visitor.may_leave()
    for address in [link, f"{link}/you", *steps]:
        await visitor.opens(address)
        await visitor.page.click(".leave button")
        assert (await _to_the_shop(visitor))["message"] == ["The buyer cancelled and returned to the shop."]
    assert await places.happened(order) == ["created"]


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_the_language_follows_the_browser_and_the_switch_changes_it_for_good(
    visits: Visits, places: Places, language: str
) -> None:
    visitor = await visits.by(language)
    other = {"en": "ar", "ar": "en"}[language]
    await visitor.opens(places.link(await places.order()))
    assert await visitor.page.get_attribute("html", "lang") == language
    await visitor.presses(f".switch[lang={other}]")
    assert await visitor.page.get_attribute("html", "lang") == other
    await visitor.goes_on()
    assert visitor.step == "you"
    assert await visitor.page.get_attribute("html", "lang") == other
