"""What a page that means harm can do with the checkout's frame and the widget's messages: nothing."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.browser.shopfront import Shop, Site, calls_of, framed
from tests.browser.window import chromium, page, player, shop, site, tenor

__all__ = ["chromium", "page", "player", "shop", "site", "tenor"]

_HOLDER = """<!doctype html><title>Holder</title>
<iframe src="%s" style="inline-size: 600px; block-size: 600px"></iframe>
<script>var heard = []; addEventListener("message", (event) => heard.push(event.data))</script>
"""


async def _link(shop: Shop) -> str:
    """The buyer's link of a new order, made as the widget makes it."""
    async with httpx.AsyncClient(base_url=shop.tenor.url) as client:
        answer = await client.post(
            f"/v1/backd/bnpl/api/widget/{shop.public_key}/create_order",
            json=shop.order(),
            headers={"Origin": shop.site.origin()},
        )
    link: str = answer.json()["data"]["customer_url"]
    return link


async def _heading_in(page: Page, site: Site, holder: str, frame_address: str) -> str:
    """What the frame of a page of that host shows, or "" where the browser has put a page of its own in its place."""
    site.pages["/holder"] = ("text/html", _HOLDER % frame_address.replace("&", "&amp;"))
    await page.goto(f"{site.origin(holder)}/holder")
    [frame] = page.main_frame.child_frames
    await frame.wait_for_load_state()
    if frame.url == "chrome-error://chromewebdata/":
        return ""
    return await frame.locator("h1").inner_text()


async def test_a_listed_page_may_hold_what_was_opened_for_it(page: Page, shop: Shop, site: Site) -> None:
    opened = f"{await _link(shop)}?frame={site.origin()}"
    assert await _heading_in(page, site, "shop", opened) == "Your order"


@pytest.mark.parametrize("named", ["the shop", "itself", "nobody", "everybody"])
async def test_nothing_is_seen_in_a_frame_of_a_page_that_is_not_on_the_list(
    page: Page, shop: Shop, site: Site, named: str
) -> None:
    parents = {
        "the shop": f"?frame={site.origin()}",
        "itself": f"?frame={site.origin('evil')}",
        "nobody": "",
        "everybody": "?frame=*",
    }
    assert await _heading_in(page, site, "evil", await _link(shop) + parents[named]) == ""


@pytest.mark.parametrize("named", ["", "?frame=1", "?frame=http://evil.localhost", "?frame=null"])
async def test_not_even_a_listed_page_may_hold_what_was_not_opened_for_it(
    page: Page, shop: Shop, site: Site, named: str
) -> None:
    assert await _heading_in(page, site, "shop", await _link(shop) + named) == ""


async def test_a_page_that_is_held_by_another_than_it_was_told_speaks_to_nobody(
    page: Page, tenor: Any, site: Site
) -> None:
    """Both origins are on the list, so the page is shown; but it speaks to the origin that its address names."""
    both = await Shop.opened(tenor, site, [site.origin(), site.origin("sister")])
    opened = f"{await _link(both)}?frame={site.origin()}"
    assert await _heading_in(page, site, "sister", opened) == "Your order"
    [frame] = page.main_frame.child_frames
    await frame.get_by_role("button", name="Cancel").click()
    await expect(frame.locator("h1")).to_have_text("You have not chosen payment terms")
    await asyncio.sleep(0.3)
    assert await page.evaluate("heard") == []
    assert await _heading_in(page, site, "shop", opened) == "Your order"
    [frame] = page.main_frame.child_frames
    await frame.get_by_role("button", name="Cancel").click()
    await page.wait_for_function("heard.length")
    [told] = await page.evaluate("heard")
    assert (told["tenor"], told["how"]) == ("outcome", "closed")


_FORGED = {"tenor": "outcome", "how": "completed", "message": "", "stays": False}


async def test_a_message_counts_only_from_the_frame_itself_and_from_tenors_origin(
    page: Page, shop: Shop, site: Site
) -> None:
    """The same words from the shop's page, from its other frames, from a page of Tenor's, and from a hijacked frame."""
    forged = json.dumps(_FORGED)
    site.pages["/other"] = ("text/html", f"<script>parent.postMessage({forged}, '*')</script>")
    await page.goto(shop.shows())
    await page.click("#pay")
    await framed(page)
    await page.evaluate(f"window.postMessage({forged}, '*')")
    for address in (f"{site.origin()}/other", f"{site.origin('evil')}/other"):
        await page.evaluate(
            "address => new Promise(done => { const frame = document.createElement('iframe');"
            " frame.onload = done; frame.src = address; document.body.append(frame) })",
            address,
        )
    # A page of Tenor's own in another frame than the window's: the origin is right and the source is not.
    link = await _link(shop)
    await page.evaluate(
        "address => new Promise(done => { const frame = document.createElement('iframe');"
        " frame.onload = done; frame.src = address; document.body.append(frame) })",
        f"{link}?frame={site.origin()}",
    )
    ours = [one for one in page.frames if one.url.startswith(link)]
    assert len(ours) == 2
    opened = await framed(page)
    [beside] = [one for one in ours if one != opened]
    await beside.evaluate(f"parent.postMessage({forged}, '*')")
    await asyncio.sleep(0.3)
    assert await page.evaluate("calls") == []
    await expect(page.locator("tenor-checkout")).to_have_count(1)
    # The window's own frame, led to another origin: the source is right and the origin is not.
    await page.evaluate(
        "address => { document.querySelector('tenor-checkout').shadowRoot.querySelector('iframe').src = address }",
        f"{site.origin('evil')}/other",
    )
    await asyncio.sleep(0.5)
    assert await page.evaluate("calls") == []
    await page.get_by_role("button", name="Close").click()
    assert [name for name, _ in await calls_of(page)] == ["onClose"]


async def test_what_is_no_message_of_ours_is_let_pass(page: Page, shop: Shop) -> None:
    await page.goto(shop.shows())
    await page.click("#pay")
    frame = await framed(page)
    for said in ("null", "7", "'leave'", "[]", "{}", "{tenor: 'outcome', how: 'paid', message: ''}", "{how: 'closed'}"):
        await frame.evaluate(f"parent.postMessage({said}, '*')")
    await asyncio.sleep(0.3)
    assert await page.evaluate("calls") == []
    await expect(page.locator("tenor-checkout")).to_have_count(1)


async def test_without_javascript_the_framed_page_has_a_link_that_leads_out(
    chromium: Any, shop: Shop, site: Site
) -> None:
    context = await chromium.new_context(java_script_enabled=False)
    page = await context.new_page()
    back = {"order_success_url": f"{site.origin()}/thanks", "order_close_url": f"{site.origin()}/cart"}
    async with httpx.AsyncClient(base_url=shop.tenor.url) as client:
        answer = await client.post(
            f"/v1/backd/bnpl/api/widget/{shop.public_key}/create_order",
            json=shop.order(mode=back),
            headers={"Origin": site.origin()},
        )
    site.pages["/cart"] = ("text/html", "<!doctype html><title>Cart</title><h1>Cart</h1>")
    opened = f"{answer.json()['data']['customer_url']}?frame={site.origin()}"
    assert await _heading_in(page, site, "shop", opened) == "Your order"
    [frame] = page.main_frame.child_frames
    await frame.get_by_role("button", name="Cancel").click()
    await frame.get_by_role("link", name="Return to Harbor Supply").click()
    await page.wait_for_url(f"{site.origin()}/cart?message=*")
    await context.close()
