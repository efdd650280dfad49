"""The widget in a real Chromium: the checkout in a window over a shop that stands on another origin."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, Playwright, Request, Route, expect

from tests.browser import shopfront
from tests.browser.chromium import ARGUMENTS, executable
from tests.browser.shopfront import (
    Shop,
    Site,
    arrive_at_the_agreement,
    calls_of,
    choose,
    framed,
    press_escape,
    prove_address,
    sign,
)
from tests.browser.window import SCREENSHOTS, chromium, page, player, shop, site, tenor

__all__ = ["chromium", "page", "player", "shop", "site", "tenor"]

_CLOSED = [["onClose", {"message": "The buyer closed the window."}]]
_CANCELLED = [["onClose", {"message": "The buyer cancelled and returned to the shop."}]]


async def _agrees(page: Page) -> None:
    """The whole way, in the window that is open."""
    frame = await framed(page)
    await arrive_at_the_agreement(frame)
    await sign(frame)


async def _is_gone(page: Page) -> None:
    """The window is away, the page scrolls, and the focus is where it was."""
    await expect(page.locator("tenor-checkout")).to_have_count(0)
    assert await page.evaluate("document.documentElement.style.overflow") == ""
    assert await page.evaluate("document.activeElement.id") == "pay"


async def test_a_buyer_agrees_to_terms_in_the_window_and_the_shop_hears_once(page: Page, shop: Shop) -> None:
    await page.goto(shop.shows())
    await page.click("#pay")
    await _agrees(page)
    [[name, told]] = await calls_of(page)
    assert name == "onSuccess"
    assert told["merchant_order_id"] == "A-1001"
    assert told["backd_order_id"].startswith("BO-")
    assert set(told) == {"backd_order_id", "merchant_order_id"}
    await _is_gone(page)


async def test_a_browser_that_keeps_nothing_for_anybody_changes_nothing(
    player: Playwright, shop: Shop, tmp_path: Path
) -> None:
    (tmp_path / "Default").mkdir()
    blocked = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(blocked))
    context = await player.chromium.launch_persistent_context(
        str(tmp_path), executable_path=executable(player.chromium.executable_path), args=ARGUMENTS, headless=True
    )
    page = await context.new_page()
    await page.goto(shop.shows())
    await page.click("#pay")
    frame = await framed(page)
    with pytest.raises(Exception, match="denied"):
        await frame.evaluate("localStorage.length")
    await _agrees(page)
    assert [name for name, _ in await calls_of(page)] == ["onSuccess"]
    await context.close()


async def test_escape_closes_from_the_shops_side(page: Page, shop: Shop) -> None:
    await page.goto(shop.shows())
    await page.click("#pay")
    await framed(page)
    await page.locator("tenor-checkout button").focus()
    await press_escape(page)
    await press_escape(page)
    assert await calls_of(page) == _CLOSED
    await _is_gone(page)


async def test_escape_closes_from_within_the_frame(page: Page, shop: Shop) -> None:
    await page.goto(shop.shows())
    await page.click("#pay")
    frame = await framed(page)
    await frame.get_by_role("link", name="Continue").click()
    await frame.locator("#email").focus()
    await press_escape(page)
    assert await calls_of(page) == _CLOSED
    await _is_gone(page)


async def test_the_cross_closes_however_often_it_is_pressed(page: Page, shop: Shop) -> None:
    await page.goto(shop.shows())
    await page.click("#pay")
    await framed(page)
    cross = page.get_by_role("button", name="Close")
    await cross.evaluate("cross => { cross.click(); cross.click() }")
    assert await calls_of(page) == _CLOSED


async def test_cancelling_inside_says_so_at_any_step(page: Page, shop: Shop) -> None:
    await page.goto(shop.shows())
    await page.click("#pay")
    frame = await framed(page)
    await prove_address(frame)
    await frame.locator("#legal_name").wait_for()
    await frame.get_by_role("button", name="Cancel").click()
    assert await calls_of(page) == _CANCELLED
    await page.click("#pay")
    await (await framed(page)).get_by_role("button", name="Cancel").dblclick(no_wait_after=True)
    assert await calls_of(page, 2) == _CANCELLED * 2
    await _is_gone(page)


async def test_two_calls_open_one_window_and_make_one_order(page: Page, shop: Shop) -> None:
    made: list[Request] = []
    page.on("request", lambda one: made.append(one) if one.method == "POST" else None)
    await page.goto(shop.shows())
    await page.evaluate("start(); start(); setTimeout(start, 50)")
    await framed(page)
    await page.evaluate("start()")
    await page.add_script_tag(url=f"{shop.tenor.url}/widget.js")
    await page.evaluate("start()")
    assert len(made) == 1
    await expect(page.locator("tenor-checkout")).to_have_count(1)
    await press_escape(page)
    assert await calls_of(page) == _CLOSED


async def test_a_window_that_is_closed_while_it_loads_stays_closed(page: Page, shop: Shop) -> None:
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def slow(route: Route) -> None:
        arrived.set()
        await go_on.wait()
        await route.continue_()

    await page.route("**/create_order", slow)
    await page.goto(shop.shows())
    await page.click("#pay")
    await arrived.wait()
    await expect(page.get_by_role("status")).to_have_text("Opening…")
    await press_escape(page)
    assert await calls_of(page) == _CLOSED
    go_on.set()
    assert await calls_of(page) == _CLOSED
    await _is_gone(page)


async def test_a_page_that_throws_its_content_away_can_open_the_window_again(page: Page, shop: Shop) -> None:
    await page.goto(shop.shows())
    await page.click("#pay")
    await framed(page)
    await page.evaluate("document.querySelector('tenor-checkout').remove()")
    await page.evaluate("start()")
    await framed(page)
    assert await calls_of(page) == _CLOSED
    await press_escape(page)
    assert await calls_of(page, 2) == _CLOSED * 2
    assert await page.evaluate("document.documentElement.style.overflow") == ""


async def test_a_shop_can_close_what_it_opened(page: Page, shop: Shop) -> None:
    await page.goto(shop.shows())
    await page.evaluate("start().close()")
    assert await calls_of(page) == _CLOSED


async def test_whoever_closes_at_the_end_has_agreed(page: Page, shop: Shop, chromium: Browser) -> None:
    """The last page stays when there is something to read: here that another tab was quicker, with other terms."""
    email = shopfront.new_address()
    await page.goto(shop.shows())
    await page.click("#pay")
    frame = await framed(page)
    await arrive_at_the_agreement(frame, email)
    context = await chromium.new_context()
    quicker = await context.new_page()
    await quicker.goto(shop.shows())
    await quicker.click("#pay")
    other = await framed(quicker)
    await prove_address(other, email)
    await other.get_by_role("link", name="4 Terms").click()
    await choose(other, 2)
    await sign(other)
    assert [name for name, _ in await calls_of(quicker)] == ["onSuccess"]
    await context.close()
    await sign(frame)
    await expect(frame.locator(".notice")).to_be_visible()
    await press_escape(page)
    assert [name for name, _ in await calls_of(page)] == ["onSuccess"]


async def test_a_decline_is_read_first_and_then_told(page: Page, shop: Shop) -> None:
    dear = {"display_name": "Excavator", "sku": "EXC-1", "unit_price": 200_000, "qty": 1}
    await page.goto(shop.shows(shop.order(order_total=200_000, cart_amount=200_000, items=[dear])))
    await page.click("#pay")
    await _agrees(page)
    frame = await framed(page)
    await frame.get_by_role("button", name="Return to Harbor Supply").wait_for()
    assert await page.evaluate("calls") == []
    await frame.get_by_role("button", name="Return to Harbor Supply").click()
    assert await calls_of(page) == [["onClose", {"message": "The request for payment terms was declined."}]]


async def test_the_focus_stays_in_the_window(page: Page, shop: Shop) -> None:
    await page.goto(shop.shows())
    await page.click("#pay")
    frame = await framed(page)
    assert await page.evaluate("document.activeElement.localName") == "tenor-checkout"
    inside, where = set(), set()
    for key in ["Tab"] * 25 + ["Shift+Tab"] * 25:
        await page.keyboard.press(key)
        where.add(await page.evaluate("document.activeElement.localName"))
        inside.add(await frame.evaluate("document.activeElement.localName"))
    # Between the last and the first element the browser's own controls have their turn, and the page's body holds none.
    assert where <= {"tenor-checkout", "body"}
    assert "a" in inside
    assert await page.evaluate("document.getElementById('after').matches(':focus')") is False


@pytest.mark.parametrize(("width", "height", "whole"), [(360, 740, True), (1280, 800, False), (800, 400, True)])
async def test_the_window_takes_the_whole_of_a_small_screen(
    page: Page, shop: Shop, width: int, height: int, whole: bool
) -> None:
    await page.set_viewport_size({"width": width, "height": height})
    await page.goto(shop.shows())
    await page.click("#pay")
    await framed(page)
    box = await page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert (box == {"x": 0, "y": 0, "width": width, "height": height}) == whole
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    await page.mouse.move(width / 2, 20)
    await page.mouse.wheel(0, 500)
    await asyncio.sleep(0.2)
    assert await page.evaluate("scrollY") == 0
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SCREENSHOTS / f"widget-{width}x{height}.png")


async def test_in_arabic_the_window_runs_from_the_right_and_so_does_the_checkout(page: Page, shop: Shop) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(shop.shows(language="ar"))
    await page.click("#pay")
    frame = await framed(page)
    dialog = page.get_by_role("dialog", name="شروط الدفع – Harbor Supply")
    assert await dialog.evaluate("dialog => getComputedStyle(dialog).direction") == "rtl"
    cross = await page.get_by_role("button", name="إغلاق").bounding_box()
    assert cross is not None
    assert cross["x"] == 0
    assert await frame.evaluate("document.documentElement.dir") == "rtl"
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SCREENSHOTS / "widget-ar-360x740.png")


async def test_the_language_switch_keeps_the_frame(page: Page, shop: Shop) -> None:
    await page.goto(shop.shows())
    await page.click("#pay")
    frame = await framed(page)
    await frame.get_by_role("link", name="العربية").click()
    await expect(frame.locator("html[dir=rtl]")).to_have_count(1)
    await frame.locator("form.leave button").click()
    assert await calls_of(page) == _CANCELLED


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_axe_finds_nothing_wrong_with_the_window(page: Page, shop: Shop, language: str) -> None:
    await page.goto(shop.shows(language=language))
    await page.click("#pay")
    await framed(page)
    found = await Axe().run(page, context="tenor-checkout", options={"iframes": False})
    assert found.response["violations"] == []
    assert len(found.response["passes"]) > 5


async def test_an_origin_that_is_not_on_the_list_makes_no_order(page: Page, shop: Shop, site: Site) -> None:
    shop.shows()
    await page.goto(f"{site.origin('evil')}/")
    await page.click("#pay")
    [[name, told]] = await calls_of(page)
    assert name == "onFail"
    assert f"{site.origin('evil')} is on the merchant's list of origins" in told["message"]
    await _is_gone(page)


async def test_what_is_wrong_with_the_order_is_told_in_words(page: Page, shop: Shop) -> None:
    await page.goto(shop.shows(shop.order(order_total=999, items=[])))
    await page.click("#pay")
    [[name, told]] = await calls_of(page)
    assert name == "onFail"
    assert "items: " in told["message"]


async def test_a_shop_without_on_fail_hears_of_a_failure_all_the_same(page: Page, shop: Shop) -> None:
    await page.goto(shop.shows(shop.order(order_total=999)))
    await page.evaluate("Tenor.checkout({order, onSuccess: note('onSuccess'), onClose: note('onClose')})")
    [[name, told]] = await calls_of(page)
    assert name == "onClose"
    assert "order_total: " in told["message"]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("widgetBackd.initializeWidget()", "order is missing"),
        ("widgetBackd.initializeWidget({order: {}})", "public_api_key is missing"),
        ("widgetBackd.initializeWidget({order, onClose: note('c')})", "onSuccess must be a function"),
        ("widgetBackd.initializeWidget({order, onSuccess: note('c')})", "onClose must be a function"),
        (
            "widgetBackd.initializeWidget({order, onSuccess: note('s'), onClose: note('c'), onFail: 7})",
            "onFail must be",
        ),
        ("widgetBackd.initializeWidget({order: {...order, mode: {type: 'popup'}}})", "mode.type must be"),
        ("widgetBackd.initializeWidget({order: {...order, merchant: {public_api_key: 'sk_test_1'}}})", "secret key"),
    ],
)
async def test_options_that_can_not_work_are_a_type_error_in_words(
    page: Page, shop: Shop, call: str, words: str
) -> None:
    await page.goto(shop.shows())
    thrown: list[Any] = await page.evaluate(f"() => {{ try {{ {call} }} catch (e) {{ return [e.name, e.message] }} }}")
    assert thrown[0] == "TypeError"
    assert words in thrown[1]
    await expect(page.locator("tenor-checkout")).to_have_count(0)


async def test_redirect_mode_takes_the_whole_page_there_and_back(page: Page, shop: Shop, site: Site) -> None:
    back = {"order_success_url": f"{site.origin()}/thanks?cart=7", "order_close_url": f"{site.origin()}/cart"}
    await page.goto(shop.shows(shop.order(mode={"type": "redirect", **back})))
    await page.evaluate("() => { widgetBackd.initializeWidget({order}); widgetBackd.initializeWidget({order}) }")
    await page.wait_for_url(f"{shop.tenor.url}/order/**")
    assert "frame=" not in page.url
    await arrive_at_the_agreement(page.main_frame)
    await sign(page.main_frame)
    await page.wait_for_url(f"{site.origin()}/thanks?cart=7&backd_order_id=BO-*&merchant_order_id=A-1001")
