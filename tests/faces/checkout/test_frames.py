"""The pages in a shop's frame: who may hold them, and that every step says so."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from bs4 import BeautifulSoup

from tenor.base.database import Database
from tenor.core.merchants import service as merchants
from tenor.core.merchants.model import Merchant
from tests.faces.checkout.buyer import BUSINESS, Buyer, hidden
from tests.faces.checkout.shop import PROGRAMME, LinkOf, PlaceOrder, new_order, parsed
from tests.faces.checkout.test_pages import policy_of

PARENT = "https://shop.example.com"
LISTED = [PARENT, "https://back.example.com", "http://127.0.0.1:9000"]
ANCESTORS = " ".join(LISTED)


@pytest.fixture
async def shop(database: Database) -> Merchant:
    """A merchant with three origins."""
    async with database.transaction() as tx:
        return await merchants.create(
            tx, name="Najd Steel", country="SA", currency="SAR", flow="returning", origins=LISTED, programme=PROGRAMME
        )


@pytest.fixture
async def link(shop: Merchant, place_order: PlaceOrder, link_of: LinkOf) -> str:
    """The link of an order of that merchant."""
    return link_of(await place_order(shop))


def _addresses(page: BeautifulSoup) -> list[str]:
    """Where a page leads to on our side: forms, links and the switch of languages."""
    found = [str(tag.get("href") or tag.get("action")) for tag in page.select("main a, main form, nav a")]
    return [one for one in found if not one.startswith(("#", "http"))]


def _is_framed(answer: httpx.Response, parent: str = PARENT) -> BeautifulSoup:
    """Check a page's headers, script and addresses; the page."""
    policy, page = policy_of(answer), parsed(answer)
    assert policy["frame-ancestors"] == ANCESTORS
    assert policy["script-src"] == "'self'"
    assert policy["default-src"] == "'none'"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert len(page.select("script")) == 1
    assert str(page.select("script")[0]["src"]).startswith("/order/static/frame.")
    assert page.body is not None
    assert page.body["data-parent"] == parent
    assert page.select_one("meta[http-equiv=refresh]") is None
    for address in _addresses(page):
        assert parse_qs(urlsplit(address).query)["frame"] == [parent], address
    return page


def _main_form(page: BeautifulSoup) -> str:
    form = page.select_one("main form")
    assert form is not None
    return str(form["action"])


async def test_the_frame_survives_every_step_up_to_the_end(browser: httpx.AsyncClient, buyer: Buyer, link: str) -> None:
    page = _is_framed(await browser.get(f"{link}?frame={PARENT}"))
    onward = next(one for one in _addresses(page) if "/you" in one)
    page = _is_framed(await browser.get(onward))
    answer = await browser.post(_main_form(page), data={"email": "buyer@tuwaiq.example.com"})
    waiting = answer.headers["location"]
    page = _is_framed(await browser.get(waiting))
    _is_framed(await browser.post(_main_form(page), data={"code": "none"}))
    answer = await browser.post(_main_form(page), data={"code": buyer.code_for(waiting)})
    answer = await browser.get((await browser.get(answer.headers["location"])).headers["location"])
    page = _is_framed(answer)
    _is_framed(await browser.post(_main_form(page), data={"legal_name": ""}))
    session = urlsplit(_main_form(page)).path.removesuffix("/business")
    answer = await buyer.browser.post(_main_form(page), data=BUSINESS)
    page = _is_framed(await browser.get(answer.headers["location"]))
    _is_framed(await browser.post(_main_form(page), data=hidden(page)))
    answer = await browser.post(_main_form(page), data=hidden(page) | {"offer": "net30"})
    page = _is_framed(await browser.get(answer.headers["location"]))
    _is_framed(await browser.post(_main_form(page), data=hidden(page)))
    signed = hidden(page) | {"signature": BUSINESS["signatory"], "agree": "yes"}
    answer = await browser.post(_main_form(page), data=signed)
    answer = await browser.get((await browser.get(answer.headers["location"])).headers["location"])
    page = _is_framed(answer)
    assert page.body is not None
    assert page.body["data-how"] == "completed"
    assert "data-stays" not in page.body.attrs
    back = page.select_one("a[data-leave]")
    assert back is not None
    assert back["target"] == "_top"
    assert page.select_one("a[href*='agreement.pdf']") is not None
    # Who comes back for the agreement, or has something to read, is told of to the shop and stays.
    page = _is_framed(await browser.get(f"{session}/done?frame={PARENT}"))
    assert page.body is not None
    assert (page.body["data-how"], page.body["data-stays"]) == ("completed", "yes")
    page = _is_framed(await browser.get(f"{session}/done?frame={PARENT}&notice=seen"))
    assert page.body is not None
    assert page.body["data-stays"] == "yes"
    used = _is_framed(await browser.get(f"{link}?frame={PARENT}"))
    assert used.body is not None
    assert (used.body["data-how"], used.body["data-stays"]) == ("closed", "yes")


async def test_leaving_tells_the_shop_and_leads_nowhere_by_itself(browser: httpx.AsyncClient, link: str) -> None:
    page = _is_framed(await browser.get(f"{link}?frame={PARENT}&lang=ar"))
    leave = next(one for one in _addresses(page) if "/leave" in one)
    answer = await browser.post(leave)
    page = _is_framed(await browser.get(answer.headers["location"]))
    assert page.body is not None
    assert page.body["data-how"] == "closed"
    assert page.body["data-message"] == "The buyer cancelled and returned to the shop."
    assert "data-stays" not in page.body.attrs


async def test_without_a_return_address_the_window_is_what_is_closed(
    browser: httpx.AsyncClient, shop: Merchant, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    link = link_of(await place_order(shop, new_order(face="staying")))
    page = _is_framed(await browser.get(f"{link}/left?frame={PARENT}"))
    button = page.select_one("[data-leave]")
    assert button is not None
    assert button.has_attr("hidden"), "only the script can make it work, so only the script shows it"
    assert "Close this window to go back to Najd Steel." in page.get_text()
    assert page.select_one("[target=_top]") is None


@pytest.mark.parametrize(
    "frame",
    ["", "1", "*", "null", "https://evil.example.com", "https://shop.example.com/", "https://shop.example.com.evil.example",
     "http://shop.example.com", "https://shop.example.com https://evil.example.com", "https://shop.example.com;x"],
)  # fmt: skip
async def test_a_frame_that_is_not_on_the_list_is_none(browser: httpx.AsyncClient, link: str, frame: str) -> None:
    answer = await browser.get(link, params={"frame": frame})
    policy, page = policy_of(answer), parsed(answer)
    assert policy["frame-ancestors"] == "'none'"
    assert "script-src" not in policy
    assert page.select("script") == []
    assert page.body is not None
    assert page.body.attrs == {}
    assert all("frame" not in parse_qs(urlsplit(one).query) for one in _addresses(page))


async def test_a_link_that_was_tampered_with_may_not_be_framed(browser: httpx.AsyncClient, link: str) -> None:
    for address in (f"{link}x", link.rpartition("/")[0], "/order/nothing"):
        answer = await browser.get(f"{address}?frame={PARENT}")
        assert answer.status_code == 404
        assert policy_of(answer)["frame-ancestors"] == "'none'"


async def test_a_merchant_without_origins_is_framed_by_nobody(
    browser: httpx.AsyncClient, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    answer = await browser.get(f"{link_of(await place_order())}?frame={PARENT}")
    assert policy_of(answer)["frame-ancestors"] == "'none'"


async def test_an_origin_that_was_taken_off_the_list_may_hold_nothing_any_more(
    browser: httpx.AsyncClient, database: Database, shop: Merchant, link: str
) -> None:
    async with database.transaction() as tx:
        await tx.execute("UPDATE merchants SET origins = $2 WHERE id = $1", shop.id, LISTED[1:])
    answer = await browser.get(f"{link}?frame={PARENT}")
    assert policy_of(answer)["frame-ancestors"] == "'none'"


async def test_the_script_is_kept_for_good_under_a_name_that_its_content_makes(
    browser: httpx.AsyncClient, link: str
) -> None:
    page = _is_framed(await browser.get(f"{link}?frame={PARENT}"))
    answer = await browser.get(str(page.select("script")[0]["src"]))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert policy_of(answer)["frame-ancestors"] == "'none'"


async def test_a_proof_and_the_frame_go_together(browser: httpx.AsyncClient, link: str) -> None:
    page = _is_framed(await browser.get(f"{link}?frame={PARENT}&proof=abc"))
    switch = str(page.select("a.switch")[0]["href"])
    assert parse_qs(urlsplit(switch).query) == {"lang": ["ar"], "proof": ["abc"], "frame": [PARENT]}
