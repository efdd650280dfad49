"""What people do besides going straight on: nothing is done twice, nothing is lost, and nobody gets stuck."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tests.browser.places import SHOP, Places
from tests.browser.visitor import Visits


async def test_the_back_button_leads_through_all_steps_and_what_was_filled_in_is_still_there(
    visits: Visits, places: Places
) -> None:
    visitor = await visits.by()
    order = await places.order()
    await visitor.arrives_at_the_agreement(places, places.link(order), "parts3")

    await visitor.page.go_back()
    assert visitor.step == "terms"
    assert await visitor.page.is_checked("input[value=parts3]")
    await visitor.page.go_back()
    assert visitor.step == "business"
    for name, value in visitor.business.items():
        assert await visitor.page.input_value(f"#{name}") == value
    await visitor.page.go_back()
    await visitor.page.go_back()
    await visitor.page.go_back()
    assert await visitor.page.inner_text("h1") == "Your order"

    # Going on from there proves the address again and takes up where the buyer was.
    await visitor.signs_in(places)
    assert visitor.step == "agreement"


async def test_going_back_after_the_acceptance_shows_the_end_and_accepts_nothing_again(
    visits: Visits, places: Places
) -> None:
    visitor = await visits.by()
    order = await places.order(success_url=None, close_url=None)
    await visitor.arrives_at_the_agreement(places, places.link(order))
    await visitor.signs()
    await visitor.goes_on()
    assert visitor.step == "done"
    await visitor.page.go_back()
    # No cache keeps the agreement, so the server is asked and knows better.
    assert visitor.step == "done"
    assert await places.happened(order) == ["created", "terms_selected"]


async def test_in_two_tabs_the_first_acceptance_counts_and_the_second_tab_is_told(
    visits: Visits, places: Places
) -> None:
    visitor = await visits.by()
    order = await places.order(success_url=None, close_url=None)
    await visitor.arrives_at_the_agreement(places, places.link(order), "net30")
    address, first = visitor.page.url, visitor.page
    second = await visitor.context.new_page()
    await second.goto(address)

    # In the second tab the buyer goes back and takes other terms.
    visitor.page = second
    await second.goto(address.replace("/agreement", "/terms"))
    await visitor.chooses("net60")
    await visitor.signs()
    visitor.page = first
    await visitor.signs()
    await visitor.goes_on()
    assert visitor.step == "done"
    visitor.page = second
    await visitor.goes_on()

    assert visitor.step == "done"
    assert "before" in await second.inner_text(".notice")
    assert await places.happened(order) == ["created", "terms_selected"]
    assert await places.taken(order) == "net30"


async def test_a_double_click_on_accept_accepts_once(visits: Visits, places: Places) -> None:
    visitor = await visits.by(size="desk")
    order = await places.order()
    await visitor.arrives_at_the_agreement(places, places.link(order))
    await visitor.signs()
    await visitor.page.dblclick("text=Sign and accept", no_wait_after=True)
    await visitor.page.wait_for_url(f"{SHOP}/**")
    assert await places.happened(order) == ["created", "terms_selected"]


async def test_every_step_can_be_loaded_again(visits: Visits, places: Places) -> None:
    visitor = await visits.by()
    order = await places.order(success_url=None, close_url=None)

    async def reloaded() -> None:
        before = await visitor.heading(), visitor.page.url
        await visitor.page.reload()
        assert (await visitor.heading(), visitor.page.url) == before

    await visitor.opens(places.link(order))
    await reloaded()
    await visitor.goes_on()
    await reloaded()
    await visitor.asks_for_a_code()
    await reloaded()
    await visitor.types_the_code(places.code_of(visitor.step))
    await reloaded()
    await visitor.tells_business()
    await reloaded()
    await visitor.chooses()
    await reloaded()
    await visitor.signs()
    await visitor.goes_on()
    assert visitor.step == "done"
    await reloaded()
    assert await places.happened(order) == ["created", "terms_selected"]


async def test_a_link_opened_on_another_device_half_way_goes_on_where_the_buyer_was(
    visits: Visits, places: Places
) -> None:
    phone, desk = await visits.by("ar"), await visits.by("en", "desk")
    desk.email = phone.email
    order = await places.order()
    await phone.opens(places.link(order))
    await phone.signs_in(places)
    await phone.tells_business()
    await phone.chooses("parts6")

    await desk.opens(places.link(order))
    await desk.signs_in(places)
    assert desk.step == "agreement"
    assert "6 monthly payments" in await desk.page.inner_text("main")
    await desk.signs()
    await desk.goes_on()
    await desk.page.wait_for_url(f"{SHOP}/**")

    # The phone still shows the agreement; signing it there changes nothing.
    await phone.signs()
    await phone.goes_on()
    await phone.page.wait_for_url(f"{SHOP}/**")
    assert await places.happened(order) == ["created", "terms_selected"]


async def test_a_session_that_has_ended_is_taken_up_by_the_same_link(visits: Visits, places: Places) -> None:
    visitor = await visits.by()
    shop = await places.shop()
    order = await places.order(shop)
    await visitor.opens(places.link(order))
    await visitor.signs_in(places)
    await places.pass_time(shop, timedelta(hours=3))

    await visitor.tells_business()
    assert visitor.step == "you"
    assert "session has ended" in await visitor.page.inner_text(".notice")
    await visitor.asks_for_a_code()
    await visitor.types_the_code(places.code_of(visitor.step))
    # What was typed after the end was kept all the same.
    assert visitor.step == "terms"


async def test_a_buyer_whom_a_wrong_answer_stops_finds_the_field_by_its_complaint(
    visits: Visits, places: Places
) -> None:
    visitor = await visits.by()
    await visitor.opens(places.link(await places.order()))
    await visitor.signs_in(places)
    await visitor.tells_business(vat_number="12")
    await visitor.page.click(".errors a")
    assert await visitor.page.evaluate("document.activeElement.id") == "vat_number"
    described = await visitor.page.get_attribute("#vat_number", "aria-describedby") or ""
    assert "vat_number-error" in described.split()


async def test_two_presses_at_the_same_moment_from_two_devices_agree_once(visits: Visits, places: Places) -> None:
    phone, desk = await visits.by(), await visits.by(size="desk")
    desk.email = phone.email
    order = await places.order(success_url=None, close_url=None)
    await phone.arrives_at_the_agreement(places, places.link(order))
    await desk.opens(phone.page.url)
    await phone.signs()
    await desk.signs()
    await asyncio.gather(phone.goes_on(), desk.goes_on())
    assert {phone.step, desk.step} == {"done"}
    assert await places.happened(order) == ["created", "terms_selected"]
