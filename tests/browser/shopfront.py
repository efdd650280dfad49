"""A shop on an origin of its own that holds the widget, the Tenor that it calls, and a buyer in the window over it."""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import uvicorn
from playwright.async_api import Frame, Page, expect

from tenor import app
from tenor.base.config import Settings
from tenor.base.database import Database
from tenor.base.seal import Seal
from tenor.cli.merchants import register
from tenor.core.buyers.signin import rules as signin
from tenor.faces.face import Platform
from tests.browser.companies import new_digits

SECRET = "a secret of the widget's tests, long enough"
EMAIL = "dana@harbor.example.com"
BUSINESS = {
    "legal_name": "Harbor Builders LLC",
    "line1": "12 Quay Street",
    "city": "Austin",
    "region": "TX",
    "postal_code": "78701",
    "phone": "+1 512 555 0100",
    "signatory": "Dana Reyes",
}


@dataclass(frozen=True)
class Tenor:
    """A Tenor that listens on loopback under the address by which its links begin, and a platform beside it."""

    url: str
    platform: Platform


@contextmanager
def serving(database_url: str, home: Path, database: Database) -> Iterator[Tenor]:
    """Run one in a thread, with a loop of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = Settings(database_url=database_url, home=str(home), public_url=url, secret=SECRET, worker=False)
    server = uvicorn.Server(uvicorn.Config(app.Served(settings), log_level="critical", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    give_up = time.monotonic() + 30
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < give_up, "the server did not start in 30 seconds"
        time.sleep(0.01)
    try:
        yield Tenor(url, app.build_platform(settings, database))
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive(), "the server did not stop"


@dataclass
class Site:
    """Pages by path, served on loopback. Browsers look every name below `localhost` up as loopback."""

    pages: dict[str, tuple[str, str]] = field(default_factory=dict)
    port: int = 0
    policy: str = ""

    def origin(self, name: str = "shop") -> str:
        """The site under one of its names."""
        return f"http://{name}.localhost:{self.port}"


@contextmanager
def site() -> Iterator[Site]:
    """Serve a site."""
    served = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, text = served.pages.get(self.path.partition("?")[0], ("text/plain", "nothing here"))
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            if served.policy:
                self.send_header("Content-Security-Policy", served.policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


# A page that remembers which callback was called with what; `order` and `open()` are the test's to use.
_PAGE = """<!doctype html>
<html lang="%(language)s" dir="%(direction)s">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Shop</title>
<body style="block-size: 3000px">
<button id="before">before</button>
<button id="pay" onclick="start()">pay later</button>
<button id="after">after</button>
<script src="%(tenor)s/widget.js"></script>
<script>
  var calls = [];
  var order = %(order)s;
  var note = (name) => (told) => calls.push([name, told]);
  var start = () => widgetBackd.initializeWidget({
    order, onSuccess: note("onSuccess"), onClose: note("onClose"), onFail: note("onFail"),
  });
</script>
"""


@dataclass
class Shop:
    """A merchant with its own site."""

    tenor: Tenor
    site: Site
    public_key: str
    secret_key: str

    @classmethod
    async def opened(cls, tenor: Tenor, site: Site, origins: list[str] | None = None) -> Shop:
        """A new merchant whose list of origins is the site's own address, unless said otherwise."""
        listed = [site.origin()] if origins is None else origins
        keys = await register(tenor.platform, "Harbor Supply", "US", "USD", listed, "backd")
        return cls(tenor, site, keys["public_key"], keys["secret_key"])

    def order(self, **changes: Any) -> dict[str, Any]:
        """The order object for the widget: 1,000.00 dollars."""
        order: dict[str, Any] = {
            "order_total": 1000,
            "cart_amount": 1000,
            "merchant_order_id": "A-1001",
            "billing": {
                "name": {"first": "Dana", "last": "Reyes"},
                "company_name": "Harbor Builders LLC",
                "address": {
                    "line1": "12 Quay Street", "city": "Austin", "state": "TX", "zipcode": "78701", "country": "US"
                },
                "phone_number": "+15125550100",
                "email": EMAIL,
            },
            "items": [{"display_name": "Portland cement", "sku": "CEM-425", "unit_price": 100, "qty": 10}],
            "merchant": {"public_api_key": self.public_key, "name": "Harbor Supply"},
        }  # fmt: skip
        return order | changes

    def shows(self, order: dict[str, Any] | None = None, language: str = "en", path: str = "/") -> str:
        """Put the shop's page on the site, with an order; its address."""
        self.site.pages[path] = (
            "text/html",
            _PAGE
            % {
                "tenor": self.tenor.url,
                "order": json.dumps(order or self.order()),
                "language": language,
                "direction": "rtl" if language == "ar" else "ltr",
            },
        )
        return f"{self.site.origin()}{path}"


async def calls_of(page: Page, expected: int = 1) -> list[Any]:
    """The callbacks that a shop's page has had, when there are as many as expected."""
    await page.wait_for_function(f"calls.length >= {expected}")
    # A callback too many would come in the next moments.
    await asyncio.sleep(0.2)
    calls: list[Any] = await page.evaluate("calls")
    return calls


async def press_escape(page: Page) -> None:
    """Press the key. The frame that has the focus may be gone before the browser says that the key was seen, and then
    it never says so: what the key has done is for the test to look at.
    """
    pressing = asyncio.create_task(page.keyboard.press("Escape"))
    await asyncio.wait([pressing], timeout=2)
    pressing.cancel()


async def framed(page: Page) -> Frame:
    """The checkout in the window."""
    handle = await page.locator("tenor-checkout iframe[src]").element_handle()
    frame = await handle.content_frame()
    assert frame is not None
    await expect(frame.locator("h1")).to_be_visible()
    return frame


def new_address() -> str:
    """An e-mail address that nobody has bought with."""
    return f"{secrets.token_hex(6)}@harbor.example.com"


async def prove_address(frame: Frame, email: str = "") -> None:
    """From the order to the step after the code, as if the mail had been read."""
    await frame.get_by_role("link", name="Continue").click()
    await frame.locator("#email").fill(email or new_address())
    await frame.locator("form:has(#email) button").click()
    await frame.locator("#code").wait_for()
    challenge = UUID(frame.url.partition("?")[0].rpartition("/")[2])
    await frame.locator("#code").fill(signin.code_of(Seal(SECRET), challenge))
    await frame.locator("form:has(#code) button").click()


async def arrive_at_the_agreement(frame: Frame, email: str = "") -> None:
    """Go through the steps up to the signature, with an address that is new unless it is given."""
    await prove_address(frame, email)
    for name, answer in {**BUSINESS, "registration_number": f"12-{new_digits()}"}.items():
        await frame.locator(f"#{name}").fill(answer)
    await frame.locator("form:has(#legal_name) button").click()
    await choose(frame, 1)


async def choose(frame: Frame, offer: int) -> None:
    """Choose an offer, counted from 1, and fill the agreement in."""
    await frame.locator(f"label[for=offer-{offer}]").click()
    await frame.locator("form:has(#offer-1) button").click()
    await frame.locator("#signature").fill(BUSINESS["signatory"])
    await frame.locator("#agree").check()


async def sign(frame: Frame) -> None:
    """Sign and accept."""
    await frame.locator("form:has(#signature) button").click()
