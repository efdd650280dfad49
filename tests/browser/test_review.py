"""A purchase of BuildNow's from end to end in real browsers: it waits, two people agree, and it is confirmed."""

from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
from playwright.async_api import Browser, Page

from tenor.base import clock
from tenor.cli.merchants import register
from tenor.core.staff import rules as staff_rules
from tenor.core.staff import service as staff
from tenor.core.staff.model import OPERATOR, Role
from tenor.demo.calls import BuildNow, Server
from tests.browser.places import SHOP, Places
from tests.browser.visitor import Visits
from tests.journeys.deployment import Served

_PASSWORD = "a sentence of some length"

# SAR 920,000.00: above what the policy leaves to itself, and above what one person may decide.
_PURCHASE = {
    "total_price": "920000.00", "sub_total": "800000.00", "vat_rate": "15.00", "vat_amount": "120000.00",
    "partner_order_reference": "NBM-1001", "webhook_url": "", "redirection_url": f"{SHOP}/return",
    "items": [
        {"price": "4000.00", "sub_total": "800000.00", "vat_amount": "120000.00", "total_price": "920000.00",
         "sku": "R12", "name": "حديد تسليح 12 مم", "quantity": 200, "unit": "t"},
    ],
    "shipment_address": {"city": "Riyadh", "address_line1": "King Fahd Road"},
}  # fmt: skip


async def _officer(places: Places, browser: Browser, name: str) -> Page:
    """A credit officer who has chosen a password by the mailed link and has signed in at the desk."""
    email = f"{name.lower()}.{secrets.token_hex(3)}@lender.example.com"
    seal, desk = places.on.seal, f"{places.on.settings.public_url}/desk"
    async with places.on.database.transaction() as tx:
        member, secret = await staff.create(
            tx, seal, OPERATOR, name=name, email=email, role=Role.CREDIT_OFFICER, now=clock.now()
        )
    codes = pyotp.TOTP(staff_rules.totp_secret(seal, member.id, 1))
    page = await (await browser.new_context()).new_page()
    await page.goto(f"{desk}/set-up/{secret}")
    await page.fill("#password", _PASSWORD)
    await page.fill("#again", _PASSWORD)
    # Each code is good once, and one step of drift is allowed: this is the one before the one that signs in.
    await page.fill("#code", codes.at(clock.now() - timedelta(seconds=30)))
    await page.click("text=Set up >> nth=-1")
    await page.wait_for_url("**/sign-in?said=set_up")
    await page.fill("#email", email)
    await page.fill("#password", _PASSWORD)
    await page.fill("#code", codes.at(clock.now()))
    await page.click("button")
    await page.wait_for_url("**/desk")
    return page


async def _agrees(page: Page, desk: str, number: str) -> None:
    """Take the case from the queue and approve it with the limit that is suggested."""
    await page.goto(f"{desk}/cases")
    await page.click(f"tr:has-text('{number}') a >> nth=0")
    await page.click("button:text-is('Approve')")
    await page.wait_for_load_state()


async def test_a_large_purchase_waits_until_two_people_agree_and_is_confirmed_by_the_second(
    visits: Visits, places: Places, served: Served, browser: Browser
) -> None:
    keys = await register(places.on, "Najd Building Materials", "SA", "SAR", [SHOP], "buildnow")
    partner = BuildNow(Server(served.server.address), keys["client_id"], keys["client_secret"])
    token = await asyncio.to_thread(partner.token)
    purchase = await asyncio.to_thread(partner.create, token, _PURCHASE)

    async def status() -> str:
        return str((await asyncio.to_thread(partner.find, token, purchase["id"]))["status"])

    visitor = await visits.by("ar")
    await visitor.arrives_at_the_agreement(places, purchase["checkout_url"])
    session = visitor.page.url.partition("/agreement")[0]
    await visitor.signs()
    await visitor.goes_on()
    await visitor.page.wait_for_url(f"{SHOP}/**")
    told = parse_qs(urlsplit(visitor.page.url).query)
    assert told["event_type"] == ["client_under_review"]
    assert told["purchase_order_id"] == [purchase["id"]]
    assert await status() == "under_review"

    desk = f"{served.server.address}/desk"
    async with places.on.database.single_statement() as tx:
        number = await tx.fetchval("SELECT number FROM orders WHERE id = $1::uuid", purchase["id"])
    first, second = await _officer(places, browser, "Noor"), await _officer(places, browser, "Sami")
    await _agrees(first, desk, number)
    assert await status() == "under_review", "one person is not enough"
    await first.goto(f"{desk}/cases")
    await first.click(f"tr:has-text('{number}') a >> nth=0")
    assert "Another person has to" in await first.inner_text("main")
    await _agrees(second, desk, number)
    assert await status() == "approved"

    await visitor.opens(f"{session}/go-on")
    assert visitor.step == "done"
    for page in (first, second):
        await page.context.close()
