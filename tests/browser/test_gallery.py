"""Every page, in both languages, both sizes and both colour schemes: seen by axe, by a ruler and by a camera."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenor.faces.checkout.languages import languages
from tenor.faces.checkout.pages import Pages
from tests.browser.looking import faults
from tests.browser.places import NAMES, SHOP, Places
from tests.browser.visitor import Visitor, Visits

LANGUAGES = ("en", "ar")


async def _seen(visitor: Visitor, name: str, language: str) -> list[str]:
    # Fonts that came too late for the first drawing are there for the second.
    await visitor.opens(visitor.page.url)
    return await faults(visitor.page, f"{name}-{language}")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_step_and_its_corrections_can_be_used_by_everybody(
    visits: Visits, places: Places, language: str
) -> None:
    visitor = await visits.by(language)
    shop = await places.shop(NAMES[language])
    order = await places.order(shop)
    found: list[str] = []
    await visitor.opens(places.link(order))
    found += await _seen(visitor, "01-order", language)
    await visitor.goes_on()
    found += await _seen(visitor, "02-you", language)
    await visitor.page.fill("#email", "sara@")
    await visitor.goes_on()
    found += await faults(visitor.page, f"02-you-corrected-{language}")
    await visitor.asks_for_a_code()
    found += await _seen(visitor, "03-code", language)
    await visitor.types_the_code("12345")
    found += await faults(visitor.page, f"03-code-corrected-{language}")
    await visitor.types_the_code(places.code_of(visitor.step))
    found += await _seen(visitor, "04-business", language)
    await visitor.tells_business(registration_number="12", vat_number="3")
    found += await faults(visitor.page, f"04-business-corrected-{language}")
    await visitor.tells_business()
    found += await _seen(visitor, "05-terms", language)
    await visitor.goes_on()
    found += await faults(visitor.page, f"05-terms-corrected-{language}")
    await visitor.chooses("parts3")
    found += await _seen(visitor, "06-agreement", language)
    await visitor.page.fill("#signature", "Somebody Else")
    await visitor.goes_on()
    found += await faults(visitor.page, f"06-agreement-corrected-{language}")
    address = visitor.page.url
    await visitor.opens(address.replace("/agreement", "/you"))
    found += await _seen(visitor, "07-proven", language)
    await visitor.opens(f"{address.replace('/agreement', '/terms')}&notice=changed")
    found += await _seen(visitor, "05-terms-noticed", language)
    await visitor.opens(address)
    await visitor.signs()
    await visitor.goes_on()
    await visitor.page.wait_for_url(f"{SHOP}/**")
    # The page would go on to the shop again; a notice keeps it.
    await visitor.opens(f"{address.replace('/agreement', '/done')}&notice=seen")
    found += await _seen(visitor, "08-done", language)
    await visitor.opens(places.link(order))
    found += await _seen(visitor, "11-used", language)
    await visitor.presses("main .button.quiet")
    found += await _seen(visitor, "12-prove-again", language)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_other_end_can_be_used_by_everybody(visits: Visits, places: Places, language: str) -> None:
    visitor = await visits.by(language)
    found: list[str] = []

    async def look(name: str, url: str) -> None:
        await visitor.opens(url)
        found.extend(await _seen(visitor, name, language))

    staying = await places.order(await places.shop(NAMES[language]), close_url=None, success_url=None)
    await visitor.opens(places.link(staying))
    await visitor.presses(".leave button")
    found += await _seen(visitor, "13-left", language)

    small = await places.shop(NAMES[language], order_limit=1_000)
    declined = await places.order(small)
    await visitor.arrives_at_the_agreement(places, places.link(declined))
    await visitor.signs()
    await visitor.goes_on()
    assert visitor.step == "declined"
    found += await _seen(visitor, "10-declined", language)

    # This policy speaks of dollars alone, so a person has to look.
    reviewed = await places.order(await places.shop(NAMES[language], policy="backd"))
    await visitor.arrives_at_the_agreement(places, places.link(reviewed))
    await visitor.signs()
    await visitor.goes_on()
    assert visitor.step == "review"
    found += await _seen(visitor, "09-review", language)

    expired = await places.order(age=timedelta(days=8))
    none = await places.order(await places.shop(NAMES[language], offers=()))
    await look("14-expired", places.link(expired))
    await look("15-unknown", f"{places.link(expired)}x?lang={language}")
    await look("16-no-offers", places.link(none))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_that_says_no_can_be_used_by_everybody(visits: Visits, places: Places, language: str) -> None:
    visitor = await visits.by(language)
    found: list[str] = []
    await visitor.opens(f"{places.link(await places.order())}/you")
    async with visitor.page.expect_navigation():
        await visitor.page.evaluate("email.value = 'x'.repeat(20000); document.forms[0].submit()")
    found += await faults(visitor.page, f"17-too-large-{language}")
    await visitor.page.go_back()
    async with visitor.page.expect_navigation():
        await visitor.page.evaluate("document.forms[0].enctype = 'text/plain'; document.forms[0].submit()")
    found += await faults(visitor.page, f"18-unreadable-{language}")

    # What is shown when the server itself has failed, brought to the browser as the server would bring it.
    failed = Pages(places.on.settings).render("failed", languages()[language], 500)
    await visitor.context.route(
        "**/order/broken",
        lambda route: route.fulfill(status=500, content_type="text/html; charset=utf-8", body=bytes(failed.body)),
    )
    await visitor.opens(f"{visitor.ours}/order/broken")
    found += await faults(visitor.page, f"19-failed-{language}")
    assert not found, "\n".join(found)


async def test_the_letters_of_a_sandbox_can_be_read_by_everybody(visits: Visits, places: Places) -> None:
    visitor = await visits.by()
    await places.mailed_link(visitor.email)
    await visitor.opens(f"{visitor.ours}/sandbox/mail")
    found = await faults(visitor.page, "20-letters-en")
    await visitor.presses(".letters a >> nth=0")
    found += await faults(visitor.page, "21-letter-en")
    assert not found, "\n".join(found)
