"""Every page's headers, the style sheet, and what is said and logged when something breaks."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from structlog.testing import capture_logs

from tenor.base.config import Settings
from tenor.core.orders.model import Order
from tenor.faces import checkout
from tenor.faces.checkout import pages
from tenor.faces.checkout.languages import languages
from tenor.faces.checkout.pages import Pages
from tenor.faces.face import Departure, Dialect, Platform
from tests.faces.checkout.buyer import Buyer
from tests.faces.checkout.shop import BROWSER, LinkOf, PlaceOrder, parsed, programme

_PHYSICAL = re.compile(
    r"(?<=[\s;{])(?:(?:margin|padding|border|inset)-)?(?:top|right|bottom|left|width|height)\s*:|:\s*(?:left|right)\b"
)


def _browser(platform: Platform, below: str = "") -> httpx.AsyncClient:
    routes = checkout.face.routes(platform)
    app = Starlette(routes=[*routes, Mount(below, routes=list(routes))] if below else routes)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BROWSER)


def policy_of(response: httpx.Response) -> dict[str, str]:
    """The directives of a page's content security policy."""
    directives = [part.strip().partition(" ") for part in response.headers["content-security-policy"].split(";")]
    return {name: value for name, _, value in directives}


async def test_every_page_is_closed_to_scripts_frames_caches_and_other_sites(
    buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    link = link_of(await place_order())
    session = await buyer.arrives_at_the_agreement(link)
    form = await buyer.signed(session)
    waiting = await buyer.asks_for_a_code(link)
    answers = [
        await buyer.browser.get(f"{session}/{step}") for step in ("order", "you", "business", "terms", "agreement")
    ]
    answers += [
        await buyer.browser.get(link),
        await buyer.browser.get(f"{link}/you"),
        await buyer.browser.get(waiting),
        await buyer.browser.post(waiting, data={"code": "x"}),
        await buyer.browser.post(f"{session}/leave"),
        await buyer.browser.get(f"{session}/left"),
        await buyer.browser.post(f"{session}/agreement", data=form | {"agree": ""}),
        await buyer.browser.post(f"{session}/agreement", data=form),
        await buyer.browser.get(f"{session}/done"),
        await buyer.browser.get(link),
        await buyer.browser.get(f"{link}x"),
        await buyer.browser.get(f"{session}x/terms"),
        await buyer.browser.put(link),
        await buyer.browser.post(f"{session}/business", data={"email": "x" * 20_000}),
        await buyer.browser.get("/order/nothing"),
    ]
    assert {answer.status_code for answer in answers} == {200, 303, 404, 405, 410, 413, 422}
    for answer in answers:
        policy = policy_of(answer)
        assert policy["default-src"] == "'none'"
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        # Browsers hold every redirect behind a form to this as well, so none may leave us.
        assert policy["form-action"] == "'self'"
        assert answer.headers.get("location", "/order/").startswith("/order/")
        assert policy["style-src"] == policy["img-src"] == policy["font-src"] == "'self'"
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert "camera=()" in answer.headers["permissions-policy"]


async def test_the_style_sheet_is_kept_for_good_under_a_name_that_its_content_makes(
    browser: httpx.AsyncClient, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    page = parsed(await browser.get(link_of(await place_order())))
    address = str(page.select_one("link[rel=stylesheet]")["href"])  # type: ignore[index]
    style = await browser.get(address)
    assert style.status_code == 200
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert style.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert style.text.endswith((Path(pages.__file__).parent / "static" / "page.css").read_text())
    assert (await browser.get(address.replace("page.", "page.0"))).status_code == 404


def test_the_style_loads_nothing_and_names_no_physical_side() -> None:
    style = (Path(pages.__file__).parent / "static" / "page.css").read_text()
    rules = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    assert "url(" not in rules
    assert "@import" not in rules
    assert _PHYSICAL.findall(rules) == []
    assert _PHYSICAL.findall("a { padding-left: 0; text-align: right }") == ["padding-left:", ": right"]


async def test_below_a_prefix_every_address_of_ours_begins_with_it(
    platform: Platform, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    settings = Settings(secret="s" * 32, public_url="https://example.com/pay")
    link = link_of(await place_order())
    # Whoever keeps the prefix away from us, as a proxy does, gets addresses with it.
    async with _browser(replace(platform, settings=settings), below="/pay") as browser:
        page = parsed(await browser.get(link))
        addresses = [str(tag.get("href") or tag.get("action")) for tag in page.select("link, form, main a")]
        assert len(addresses) == 7
        assert all(address.startswith(("/pay/order/", "/pay/assets/")) for address in addresses)
        session = await Buyer(browser, platform.seal).signs_in(link)
        assert session.startswith("/pay/order/")


@pytest.mark.parametrize(("environment", "shown"), [("sandbox", True), ("production", False)])
def test_a_sandbox_says_that_it_is_one(environment: str, shown: bool) -> None:
    settings = Settings(secret="s" * 32, environment=environment)  # type: ignore[arg-type]
    page = Pages(settings).render("expired", languages()["en"])
    assert (b"Test mode" in bytes(page.body)) == shown


async def test_what_breaks_is_a_page_in_plain_words_and_a_log_line_without_secrets(
    platform: Platform, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    def broken(order: Order, departure: Departure) -> str | None:
        if departure.how == "completed":
            raise RuntimeError(f"can't tell where {order.number} goes")
        return None

    dialects = MappingProxyType({"returning": Dialect(broken, programme)})
    order = await place_order()
    link = link_of(order)
    with capture_logs() as logged:
        async with _browser(replace(platform, dialects=dialects)) as browser:
            buyer = Buyer(browser, platform.seal)
            session = await buyer.arrives_at_the_agreement(link)
            await buyer.accepts(session)
            response = await browser.get(f"{session}/done", headers={"Accept-Language": "ar"})
    assert response.status_code == 500
    assert parsed(response).html["lang"] == "ar"  # type: ignore[index]
    assert "RuntimeError" not in response.text
    assert [entry["error"] for entry in logged] == ["RuntimeError"]
    assert "in broken" in logged[0]["exception"]
    everything = str(logged)
    secrets = (link.rpartition("/")[2], session.rpartition("/")[2], order.number, "tuwaiq", "Tuwaiq")
    assert not any(secret in everything for secret in secrets)


async def test_a_database_that_is_away_is_a_page_too(
    platform: Platform, link_of: LinkOf, place_order: PlaceOrder
) -> None:
    class Away:
        def single_statement(self) -> None:
            raise ConnectionRefusedError

    link = link_of(await place_order())
    with capture_logs() as logged:
        async with _browser(replace(platform, database=Away())) as browser:  # type: ignore[arg-type]
            response = await browser.get(link)
    assert response.status_code == 500
    assert parsed(response).h1.get_text() == "Something went wrong on our side"  # type: ignore[union-attr]
    assert "ConnectionRefused" not in response.text
    assert [entry["error"] for entry in logged] == ["ConnectionRefusedError"]
