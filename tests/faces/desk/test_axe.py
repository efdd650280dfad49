"""The desk's pages in a real browser: nothing for axe to find, nothing wider than a telephone, light and dark."""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

from tenor import app
from tenor.base import clock
from tenor.base.config import Settings
from tenor.base.seal import Seal
from tenor.core.credit import service as credit
from tenor.core.staff import rules, service
from tenor.core.staff.model import OPERATOR, Role, Staff
from tests.core.buyers.companies import meet, merge, northwind
from tests.core.conftest import MakeTrade
from tests.faces.desk.test_cases import CAREFUL
from tests.faces.desk.test_pages import EVIL

BROWSER = shutil.which("chromium") or ""
SECRET = "s" * 32
SEAL = Seal(SECRET)
PASSWORD = "a sentence of some length"

pytestmark = pytest.mark.skipif(not BROWSER, reason="no Chromium on this machine")


@dataclass(frozen=True)
class Invited:
    """A member and the secret of the set-up link."""

    staff: Staff
    secret: str

    def code(self, steps: int) -> str:
        """What the app shows now, or so many steps of 30 seconds from now."""
        totp = pyotp.TOTP(rules.totp_secret(SEAL, self.staff.id, 1))
        return totp.at(clock.now() + timedelta(seconds=30 * steps))


@pytest.fixture
def served(database_url: str, tmp_path: Path) -> Iterator[str]:
    """The whole application on a port of this machine's."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = Settings(database_url=database_url, home=str(tmp_path), public_url=url, secret=SECRET, worker=False)
    server = uvicorn.Server(uvicorn.Config(app.Served(settings), log_level="critical", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    give_up = time.monotonic() + 30
    while not server.started and time.monotonic() < give_up:
        time.sleep(0.01)
    yield url
    server.should_exit = True
    thread.join(30)


def _enter(page: Page, url: str, invited: Invited) -> list[str]:
    """Set up and sign in by the forms, as a person does."""
    found = _look(page, url, f"/set-up/{invited.secret}", 360)
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.fill("#code", invited.code(0))
    page.click("text=Set up >> nth=-1")
    page.wait_for_url("**/sign-in?said=set_up")
    found += _look(page, url, "/sign-in", 360)
    page.fill("#email", invited.staff.email)
    page.fill("#password", PASSWORD)
    # A code is good once, and a step may end while the form is filled in: so the one before was this step's.
    page.fill("#code", invited.code(1))
    page.click("button")
    page.wait_for_url("**/desk")
    return found


def _walk(url: str, invited: Invited, paths: list[str]) -> list[str]:
    """Every page on a telephone in the light and at a desk in the dark: what axe found, and what was too wide."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        # Axe is a script, which the pages' own policy lets nobody run.
        page = chromium.new_context(bypass_csp=True).new_page()
        page.set_viewport_size({"width": 360, "height": 800})
        found = _enter(page, url, invited)
        for width, dark in ((360, False), (1280, True)):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme="dark" if dark else "light")
            for path in paths:
                found += _look(page, url, path, width)
        chromium.close()
    return found


def _look(page: Page, url: str, path: str, width: int) -> list[str]:
    answer = page.goto(f"{url}/desk{path}")
    assert answer is not None
    assert answer.status == 200, path
    violations = Axe().run(page).response["violations"]
    found = [f"{path}: {one['id']} {[node['html'] for node in one['nodes']][:3]}" for one in violations]
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [*found, *([f"{path}: {wide} wide at {width}"] if wide > width else [])]


async def test_a_member_sets_up_and_signs_in_and_axe_finds_nothing_on_any_page(
    served: str, make_trade: MakeTrade
) -> None:
    trade = replace(await make_trade(policy="careful"), now=clock.now())
    async with trade.database.transaction() as tx:
        await credit.publish(tx, CAREFUL)
    order = await trade.choose(await trade.create(total=6_000_00))
    sold = await (await make_trade()).sold(email="sold@example.com")
    one, other = [
        (await meet(trade.database, f"{number}@example.com", northwind(number))).id
        for number in ("12-3456789", "12-3456798")
    ]
    third = (await meet(trade.database, "third@example.com", northwind("12-3456788"))).id
    await merge(trade.database, third, one)
    async with trade.database.transaction() as tx:
        invited = [
            Invited(*await service.create(tx, SEAL, OPERATOR, name=name, email=email, role=role, now=clock.now()))
            for name, email, role in (
                ("Noor", "n@example.com", Role.CREDIT_OFFICER),
                (EVIL, "a@example.com", Role.ADMIN),
            )
        ]
    at_cases = [
        "", "/search?q=northwind", "/cases", f"/cases/{order.merchant_id}/{order.id}", "/lookalikes",
        f"/lookalikes/{one}/{other}", f"/buyers/{one}", f"/buyers/{one}/compare?with=northwind",
        f"/buyers/{third}/unmerge",
    ]  # fmt: skip
    assert await asyncio.to_thread(_walk, served, invited[0], at_cases) == []
    elsewhere = [f"/orders/{sold.merchant_id}/{sold.id}", f"/merchants/{sold.merchant_id}", "/sessions", "/audit"]
    assert await asyncio.to_thread(_walk, served, invited[1], elsewhere) == []
