"""The code on the page about integrating does what the page says."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.shopfront import Shop, Site, Tenor, arrive_at_the_agreement, framed, sign
from tests.browser.window import chromium, page, player, site, tenor

__all__ = ["chromium", "page", "player", "site", "tenor"]

PAGE = (Path(__file__).parents[2] / "docs" / "integrate.md").read_text()


def _snippets(language: str) -> str:
    return "\n".join(re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))


@pytest.fixture
async def shop(tenor: Tenor, site: Site) -> Shop:
    """A merchant with the site's origin and with the one that the page names."""
    return await Shop.opened(tenor, site, [site.origin(), "https://shop.example.com"])


@pytest.fixture
def code(shop: Shop) -> dict[str, Callable[..., Any]]:
    """The page's Python, with this merchant's keys and this Tenor's address."""
    names: dict[str, Any] = {}
    exec(compile(_snippets("python"), "integrate.md", "exec"), names)  # noqa: S102 - it is the page's own code
    names |= {"TENOR": shop.tenor.url, "PUBLIC_KEY": shop.public_key, "SECRET_KEY": shop.secret_key}
    return names


def _cart(shop: Shop) -> dict[str, Any]:
    cart = shop.order()
    del cart["merchant"]
    return cart


async def test_by_redirect(page: Page, shop: Shop, code: dict[str, Callable[..., Any]]) -> None:
    customer_url = await asyncio.to_thread(code["redirect_to"], _cart(shop))
    await page.route("https://shop.example.com/**", lambda route: route.fulfill(body="thanks"))
    await page.goto(customer_url)
    await arrive_at_the_agreement(page.main_frame)
    await sign(page.main_frame)
    await page.wait_for_url("https://shop.example.com/thanks?**")
    [order_id] = re.findall(r"backd_order_id=([^&]+)", page.url)
    assert not await asyncio.to_thread(code["accept"], order_id, 999)
    assert await asyncio.to_thread(code["accept"], order_id, 1000)
    assert await asyncio.to_thread(code["accept"], order_id, 1000)


async def test_by_link(shop: Shop, code: dict[str, Callable[..., Any]]) -> None:
    assert await asyncio.to_thread(code["mail_the_link"], _cart(shop), "dana@harbor.example.com")


async def test_by_widget(page: Page, shop: Shop, site: Site, code: dict[str, Callable[..., Any]]) -> None:
    def ours(text: str) -> str:
        return text.replace("https://pay.example.com", shop.tenor.url).replace("pk_test_…", shop.public_key)

    site.pages = {
        "/": ("text/html", ours(_snippets("html"))),
        "/cart.js": ("text/javascript", ours(_snippets("js"))),
        "/cart/order.json": ("application/json", json.dumps(_cart(shop))),
        "/thanks": ("text/html", "<h1>Thanks</h1>"),
    }
    named = {"script-src": "'self'", "connect-src": "'self'", "frame-src": ""}
    site.policy = "; ".join(
        ["default-src 'none'", *(f"{name} {own} {shop.tenor.url}" for name, own in named.items()), "base-uri 'none'"]
    )
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    await page.goto(f"{site.origin()}/")
    await page.get_by_role("button", name="Pay later").click()
    frame = await framed(page)
    await frame.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("status")).to_have_text("The buyer cancelled and returned to the shop.")
    await page.get_by_role("button", name="Pay later").click()
    frame = await framed(page)
    box = await page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert box["width"] > 900, "the window has its looks under a policy that allows no style"
    await arrive_at_the_agreement(frame)
    await sign(frame)
    await page.wait_for_url("**/thanks?backd_order_id=BO-*")
    assert refused == []
    assert await asyncio.to_thread(code["accept"], page.url.partition("=")[2], 1000)
    assert await page.context.cookies() == []


def test_the_page_names_the_three_permissions_that_a_policy_has_to_give() -> None:
    for name in ("script-src", "connect-src", "frame-src"):
        assert f"`{name} https://pay.example.com`" in PAGE
