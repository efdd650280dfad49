"""Somebody with a browser: who opens pages, reads headings and presses what is there to be pressed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, Route

from tests.browser.companies import new_digits
from tests.browser.places import SHOP, Places

Size = Literal["phone", "desk"]
SIZES: Mapping[Size, Any] = {"phone": {"width": 360, "height": 740}, "desk": {"width": 1280, "height": 800}}

SIGNATORY = "Sara Al-Harbi"
_BUSINESS = {
    "legal_name": "Tuwaiq Builders",
    "building_number": "7412",
    "line1": "King Fahd Road",
    "district": "Al Olaya",
    "city": "Riyadh",
    "postal_code": "12213",
    "phone": "+966 11 555 0100",
    "signatory": SIGNATORY,
}


def _new_business() -> Mapping[str, str]:
    """A company of its own: what companies owe adds up, and so does how often they order."""
    digits = new_digits()
    return {**_BUSINESS, "registration_number": f"101{digits}", "vat_number": f"3000{digits}0003"}


# Adds up how far anything moved that had been drawn (web.dev, Cumulative Layout Shift, without its time windows).
_SHIFTS = """
window.moved = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) {
    window.moved.push({value: entry.value, what: entry.sources.map((one) => one.node && one.node.outerHTML)});
  }
}).observe({type: "layout-shift", buffered: true});
"""


@dataclass
class Visitor:
    """One browser with one open page. `requests` are the addresses of all that it has asked for."""

    context: BrowserContext
    page: Page
    ours: str
    email: str = field(default_factory=lambda: f"sara.{secrets.token_hex(3)}@tuwaiq.example.com")
    requests: list[str] = field(default_factory=list)
    business: Mapping[str, str] = field(default_factory=_new_business)

    @property
    def strangers(self) -> list[str]:
        """Requests to anybody but Tenor and, in the end, the shop."""
        return [url for url in self.requests if not url.startswith((self.ours, SHOP))]

    @property
    def step(self) -> str:
        """The last part of the page's path."""
        return urlsplit(self.page.url).path.rpartition("/")[2]

    async def heading(self) -> str:
        """What the page says it is."""
        return await self.page.inner_text("h1")

    async def opens(self, url: str) -> int:
        """Open an address; the answer's status."""
        answer = await self.page.goto(url)
        assert answer is not None
        return answer.status

    async def goes_on(self) -> None:
        """Press the page's one obvious button."""
        await self.presses("main .button:not(.quiet) >> nth=0")

    async def presses(self, what: str) -> None:
        """Press something that leads to another page, and wait for that."""
        async with self.page.expect_navigation():
            await self.page.click(what)

    async def signs_in(self, places: Places, *, by_mail: bool = False) -> None:
        """From the order: ask for a code and type it, as the letter has it or, which is quicker, as it is made."""
        await self.goes_on()
        await self.asks_for_a_code()
        await self.types_the_code(await places.code_mailed_to(self.email) if by_mail else places.code_of(self.step))

    async def asks_for_a_code(self) -> None:
        """Give the address, which leads to the page that waits for the code."""
        await self.page.fill("#email", self.email)
        await self.goes_on()

    async def types_the_code(self, code: str) -> None:
        """Prove the address."""
        await self.page.fill("#code", code)
        await self.goes_on()

    async def tells_business(self, **changes: str) -> None:
        """Fill in the business, and send it."""
        for name, value in {**self.business, **changes}.items():
            await self.page.fill(f"#{name}", value)
        await self.goes_on()

    async def chooses(self, offer: str = "net60") -> None:
        """Choose an offer by a tap on its card, and go on."""
        # A tap on the card's far corner, where no word stands.
        card = self.page.locator(f".offer:has(input[value={offer}])")
        box = await card.bounding_box()
        assert box is not None
        await card.click(position={"x": box["width"] - 8, "y": box["height"] - 8})
        await self.goes_on()

    async def signs(self) -> None:
        """Fill in the agreement's form."""
        await self.may_leave()
        await self.page.fill("#signature", SIGNATORY)
        await self.page.check("#agree")

    async def arrives_at_the_agreement(
        self, places: Places, link: str, offer: str = "net60", *, by_mail: bool = False
    ) -> None:
        """Every step up to the agreement, from the plain link."""
        await self.opens(link)
        await self.signs_in(places, by_mail=by_mail)
        await self.tells_business()
        await self.chooses(offer)
        assert self.step == "agreement", self.page.url

    async def may_leave(self) -> None:
        """From here on the shop is there. Not before, because a browser whose requests are caught caches nothing."""
        await self.context.route(f"{SHOP}/**", _as_the_shop)

    async def moved(self) -> list[Any]:
        """What moved after it was drawn."""
        found: list[Any] = await self.page.evaluate("window.moved")
        return found


class Visits:
    """Opens browsers. Each is a stranger to the others: no cache, no cookies."""

    def __init__(self, browser: Browser, ours: str) -> None:
        self._browser = browser
        self._ours = ours
        self._contexts: list[BrowserContext] = []

    async def by(
        self, language: str = "en", size: Size = "phone", *, dark: bool = False, script: bool = True
    ) -> Visitor:
        """A browser of a language and a size."""
        context = await self._browser.new_context(
            locale={"en": "en-US", "ar": "ar-SA"}[language],
            viewport=SIZES[size],
            has_touch=size == "phone",
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        context.set_default_timeout(20_000)
        self._contexts.append(context)
        if script:
            await context.add_init_script(_SHIFTS)
        visitor = Visitor(context, await context.new_page(), self._ours)
        context.on("request", lambda request: visitor.requests.append(request.url))
        return visitor

    async def close(self) -> None:
        """Close all that were opened."""
        for context in self._contexts:
            await context.close()


async def _as_the_shop(route: Route) -> None:
    """No test leaves this machine: the shop is answered for here."""
    await route.fulfill(status=200, content_type="text/html", body="<!doctype html><title>Shop</title><h1>Shop</h1>")
