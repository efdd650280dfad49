"""A merchant's developer at night: from the letter with the link to the delivery that is sent again."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest

from tenor.base import clock
from tenor.core.merchants import service as merchants
from tenor.core.merchants.model import Merchant
from tenor.core.orders import service as orders
from tenor.core.orders.model import Order
from tenor.core.webhooks import service as webhooks
from tenor.core.webhooks import store as endpoints
from tenor.core.webhooks.model import Endpoint
from tests.browser.looking import faults
from tests.browser.places import NAMES, Places
from tests.browser.visitor import Visitor, Visits

# Nobody listens there, and it is refused before anybody could: no webhook leaves this machine.
HOOK = "http://127.0.0.1:1/tenor/webhooks"


@dataclass(frozen=True)
class Shop:
    """A merchant with an address for notices, an endpoint that fails, and one that took what it was sent."""

    merchant: Merchant
    email: str
    failing: Endpoint
    fine: Endpoint
    order: Order


async def _shop(places: Places, language: str) -> Shop:
    merchant, email = await places.shop(NAMES[language]), f"dev.{secrets.token_hex(3)}@najd.example.com"
    async with places.on.database.transaction() as tx:
        await merchants.set_email(tx, merchant.id, email)
        failing = await webhooks.add(tx, merchant.id, HOOK, [], clock.now())
        fine = await webhooks.add(tx, merchant.id, "https://events.najd.example.com/in", [], clock.now())
        # A pause keeps the worker from it; what it took is written below.
        await tx.execute("UPDATE webhook_endpoints SET paused_until = now() + interval '9 h' WHERE id = $1", fine.id)
    order = await places.order(merchant)
    async with places.on.database.transaction() as tx:
        await orders.expire(tx, await orders.locked(tx, merchant.id, order.id), clock.now() + timedelta(days=8))
    await _took(places, fine)
    await _tried(places, failing)
    return Shop(merchant, email, failing, fine, order)


async def _took(places: Places, endpoint: Endpoint) -> None:
    async with places.on.database.transaction() as tx:
        await tx.execute(
            """
            INSERT INTO delivery_attempts (merchant_id, delivery_id, number, started_at, milliseconds, status, answer)
            SELECT merchant_id, id, 1, now(), 84, 200, 'ok' FROM deliveries WHERE endpoint_id = $1
            """,
            endpoint.id,
        )
        await tx.execute(
            "UPDATE deliveries SET state = 'delivered', attempts = 1, retries = 1, ended_at = now(), body = $2"
            " WHERE endpoint_id = $1",
            endpoint.id, b'{"id":"evt_a","type":"order.created"}',
        )  # fmt: skip
        await tx.execute("UPDATE webhook_endpoints SET paused_until = NULL WHERE id = $1", endpoint.id)


async def _attempts(places: Places, endpoint: Endpoint) -> int:
    async with places.on.database.single_statement() as tx:
        made: int = await tx.fetchval(
            "SELECT count(*) FROM delivery_attempts a JOIN deliveries d ON d.id = a.delivery_id WHERE endpoint_id = $1",
            endpoint.id,
        )
    return made


async def _tried(places: Places, endpoint: Endpoint, times: int = 1) -> None:
    """Wait until the worker has tried."""
    give_up = time.monotonic() + 30
    while await _attempts(places, endpoint) < times:
        assert time.monotonic() < give_up, "the worker did not try"
        await asyncio.sleep(0.05)


async def _delivery(places: Places, endpoint: Endpoint) -> UUID:
    async with places.on.database.single_statement() as tx:
        found: UUID = await tx.fetchval(
            "SELECT id FROM deliveries WHERE endpoint_id = $1 ORDER BY attempts DESC LIMIT 1", endpoint.id
        )
    return found


async def _signs_in(visitor: Visitor, places: Places, shop: Shop, language: str = "en") -> None:
    await visitor.opens(f"{visitor.ours}/dashboard?lang={language}")
    await visitor.page.fill("#email", shop.email)
    await visitor.goes_on()
    await visitor.opens(await places.letter_to(shop.email, r"https?://\S+/dashboard/enter/\S+"))
    await visitor.goes_on()


async def test_a_developer_finds_out_why_the_shop_heard_nothing_without_any_script(
    visits: Visits, places: Places
) -> None:
    shop = await _shop(places, "en")
    visitor = await visits.by(script=False)
    await _signs_in(visitor, places, shop)
    assert "1 endpoint needs you" in await visitor.page.inner_text("main")
    await visitor.presses("text=Deliveries >> nth=0")
    await visitor.page.fill("#order", shop.order.reference)
    await visitor.page.select_option("#outcome", "missing")
    await visitor.presses("text=Show >> nth=0")
    assert await visitor.page.locator(".rows > li").count() == 2
    await visitor.opens(f"{visitor.ours}/dashboard/deliveries/{await _delivery(places, shop.failing)}")
    words = await visitor.page.inner_text("main")
    assert "The address leads into a private network" in words
    assert '"reference": "PO-' in words
    tried = await _attempts(places, shop.failing)
    await visitor.presses("text=Send it again")
    assert "It goes out again at once" in await visitor.page.inner_text("main")
    await _tried(places, shop.failing, tried + 1)
    await visitor.presses("text=Sign out")
    assert "You are signed out." in await visitor.page.inner_text("main")
    await visitor.opens(f"{visitor.ours}/dashboard")
    assert visitor.step == "sign-in"
    assert visitor.strangers == []


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_every_page_of_a_merchant_can_be_used_by_everybody(visits: Visits, places: Places, language: str) -> None:
    shop = await _shop(places, language)
    visitor = await visits.by(language)
    found: list[str] = []

    async def look(name: str, path: str) -> None:
        await visitor.opens(f"{visitor.ours}/dashboard{path}")
        found.extend(await faults(visitor.page, f"dashboard-{name}-{language}"))

    await look("01-sign-in", "/sign-in")
    await visitor.page.evaluate("email.type = 'text'")
    await visitor.page.fill("#email", "dev@")
    await visitor.goes_on()
    found += await faults(visitor.page, f"dashboard-01-sign-in-corrected-{language}")
    await visitor.page.fill("#email", shop.email)
    await visitor.goes_on()
    found += await faults(visitor.page, f"dashboard-02-mailed-{language}")
    link = await places.letter_to(shop.email, r"https?://\S+/dashboard/enter/\S+")
    await visitor.opens(link)
    found += await faults(visitor.page, f"dashboard-03-enter-{language}")
    await visitor.goes_on()
    await visitor.opens(link)
    found += await faults(visitor.page, f"dashboard-04-no-link-{language}")

    failing, fine = f"/endpoints/{shop.failing.id}", f"/endpoints/{shop.fine.id}"
    await look("05-home", "")
    await look("06-deliveries", "/deliveries")
    await look("06-deliveries-none", "/deliveries?order=PO-0")
    await look("07-delivery-failing", f"/deliveries/{await _delivery(places, shop.failing)}")
    await look("07-delivery-arrived", f"/deliveries/{await _delivery(places, shop.fine)}?said=replayed")
    await look("08-endpoint-failing", failing)
    await visitor.presses(f"form[action$='{failing}/rotate'] button")
    found += await faults(visitor.page, f"dashboard-08-endpoint-rotated-{language}")
    await visitor.presses(f"form[action*='{failing}/secret'] button")
    found += await faults(visitor.page, f"dashboard-08-endpoint-secret-{language}")
    await look("09-replay", f"{fine}/replay?since=2026-01-01T00:00")
    await look("09-replay-wrong", f"{fine}/replay?since=soon")
    await look("10-events", "/events")
    await visitor.presses(".row-what a >> nth=0")
    found += await faults(visitor.page, f"dashboard-10-event-{language}")
    await look("11-access", "/access")
    await look("12-missing", "/nowhere")
    async with places.on.database.transaction() as tx:
        (locked,) = await endpoints.lock(tx, [shop.fine.lane])
        await tx.execute("UPDATE webhook_endpoints SET state = 'off', off_reason = 'gone' WHERE id = $1", locked.id)
    await look("08-endpoint-off", fine)
    await look("07-delivery-off", f"/deliveries/{await _delivery(places, shop.fine)}")
    assert not found, "\n".join(found)
