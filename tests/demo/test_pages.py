"""The pages of the demo's shop: valid, in both languages, and with nothing from anybody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from bs4 import BeautifulSoup, Tag

from tenor.demo import running, shop
from tenor.demo.calls import Backd, BuildNow, Server
from tenor.demo.catalogue import HARBOR
from tenor.demo.inbox import Inbox
from tests.journeys.deployment import free_port

TENOR = "https://pay.example.com"
ORDER: dict[str, Any] = {
    "backd_order_id": "BO-20261123-7K3M9QWZ2TXA",
    "merchant_order_id": "HS-1",
    "status": "order_placed",
    "order_total": Decimal("1657.51"),
    "create_date": "2026-11-23 10:00:00",
    "billing": {"email": "dana@reyes-construction.example.com"},
    "refunds": [{"amount": Decimal("828.76"), "status": "approved", "locked_at": "2026-11-23 23:00:00"}],
}
PURCHASE: dict[str, Any] = {
    "id": "01a20948-68f9-7250-baed-f2a1c3189d44",
    "partner_order_reference": "NBM-1",
    "status": "approved",
    "total_price": "114080.00",
}
PAGES = (
    "/",
    "/log",
    "/backd/",
    "/backd/cart?CEM-425=200",
    "/backd/mailed?backd_order_id=BO-1&notified=true",
    "/backd/mailed?backd_order_id=BO-1&notified=false",
    "/backd/thanks?backd_order_id=BO-1",
    "/backd/closed?message=Left",
    "/backd/cart?CEM-425=many",
    "/buildnow/",
    "/buildnow/cart?NBM-REB-16=40",
    "/buildnow/return?purchase_order_id=1&event_type=purchase_placed",
    "/buildnow/cart",
)


class Backds(Backd):
    """Knows one order."""

    def find_order(self, order_id: str) -> dict[str, Any]:
        return ORDER


class BuildNows(BuildNow):
    """Knows one purchase."""

    def token(self) -> str:
        return "token"

    def find(self, token: str, purchase_id: str) -> dict[str, Any]:
        return PURCHASE


@contextmanager
def opened() -> Iterator[httpx.Client]:
    """The shop on loopback, with an order and a purchase, and somebody who visits it."""
    nobody = Server("http://127.0.0.1:1")
    address = f"http://127.0.0.1:{free_port()}"
    inbox = Inbox({"backd": "whsec_AAAA", "buildnow": "whsec_AAAA"})
    body = b'{"type": "order.placed", "number": 3, "data": {"reference": "HS-1"}}'
    inbox.take("backd", {}, body, datetime.now(UTC))
    open_shop = shop.Shop(
        address=address,
        tenor_address=TENOR,
        public_key="pk_test_1",
        backd=Backds(nobody, "pk_test_1", "sk_test_secret"),
        buildnow=BuildNows(nobody, "client", "secret"),
        inbox=inbox,
    )
    with (
        running.beside(running.web_server(shop.application(open_shop), urlsplit(address).port or 0)),
        httpx.Client(base_url=address) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def visitor() -> Iterator[httpx.Client]:
    with opened() as client:
        yield client


def page(visitor: httpx.Client, address: str, language: str | None = None) -> BeautifulSoup:
    visitor.cookies.clear()
    mark = "&" if "?" in address else "?"
    return BeautifulSoup(visitor.get(address + (f"{mark}lang={language}" if language else "")).text, "html.parser")


def tags(found: BeautifulSoup, *names: str) -> list[Tag]:
    return [one for one in found.find_all(names) if isinstance(one, Tag)]


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("address", PAGES)
def test_a_page_speaks_one_language_and_its_forms_are_whole(visitor: httpx.Client, address: str, language: str) -> None:
    found = page(visitor, address, language)

    [root] = tags(found, "html")
    assert (root["lang"], root["dir"]) == (language, {"en": "ltr", "ar": "rtl"}[language])
    assert len(tags(found, "h1")) == len(tags(found, "title")) == len(tags(found, "main")) == 1
    ids = [one["id"] for one in tags(found, *{one.name for one in found.find_all(True)}) if one.has_attr("id")]
    assert len(ids) == len(set(ids))
    labels = {one["for"] for one in tags(found, "label")}
    for field in tags(found, "input"):
        assert field.get("name")
        assert field["type"] == "hidden" or field["id"] in labels
    for button in tags(found, "button"):
        assert button.get("type")
        assert button.get_text(strip=True)
    for one in tags(found, *{one.name for one in found.find_all(True)}):
        for names in (one.get("aria-labelledby"), one.get("aria-describedby")):
            assert names is None or set(str(names).split()) <= set(ids)
    assert not found.select("[style], [onclick], style")


@pytest.mark.parametrize("address", PAGES)
def test_a_page_lets_in_its_own_files_and_on_the_cart_alone_tenors(visitor: httpx.Client, address: str) -> None:
    answer = visitor.get(address)

    policy = dict(one.strip().split(" ", 1) for one in answer.headers["content-security-policy"].split(";"))
    modal = address == "/backd/cart?CEM-425=200"
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == ("'self' https://pay.example.com/widget.js" if modal else "'self'")
    assert policy["connect-src"] == ("'self' https://pay.example.com" if modal else "'self'")
    assert policy.get("frame-src") == ("https://pay.example.com" if modal else None)
    assert policy["form-action"] == "'self' https://pay.example.com"
    assert policy["style-src"] == policy["img-src"] == "'self'"
    found = BeautifulSoup(answer.text, "html.parser")
    loaded = [str(one.get("src") or one.get("href")) for one in tags(found, "script", "link", "img", "iframe")]
    others = [one for one in loaded if not one.startswith("/static/")]
    assert others == ([f"{TENOR}/widget.js"] if modal else [])
    for one in loaded:
        assert one in others or visitor.get(one).status_code == 200
    assert "sk_test_secret" not in answer.text


def test_each_shop_begins_in_its_own_language_and_keeps_the_one_that_was_asked_for(visitor: httpx.Client) -> None:
    visitor.cookies.clear()
    assert 'lang="en" dir="ltr"' in visitor.get("/backd/").text
    assert 'lang="ar" dir="rtl"' in visitor.get("/buildnow/").text

    visitor.get("/buildnow/?lang=en")
    assert 'lang="en" dir="ltr"' in visitor.get("/buildnow/cart?NBM-REB-16=40").text
    visitor.get("/buildnow/?lang=tlh")
    assert 'lang="en" dir="ltr"' in visitor.get("/buildnow/").text
    visitor.get("/backd/?lang=ar")
    assert 'lang="ar" dir="rtl"' in visitor.get("/backd/closed").text
    assert 'lang="en" dir="ltr"' in visitor.get("/buildnow/").text


def test_switching_the_language_keeps_what_is_in_the_cart(visitor: httpx.Client) -> None:
    [switch] = page(visitor, "/backd/cart?CEM-425=7&LUM-2X4-8=2").select("nav [hreflang]")
    arabic = page(visitor, f"/backd/cart{switch['href']}")
    kept = {str(one["name"]): one["value"] for one in tags(arabic, "input") if one["type"] == "hidden"}
    assert kept == {"CEM-425": "7", "LUM-2X4-8": "2"}


def test_the_cart_says_to_the_cent_what_the_order_will_say(visitor: httpx.Client) -> None:
    text = page(visitor, "/backd/cart?CEM-425=100", "en").get_text(" ", strip=True)
    assert "$1,485.00" in text
    assert "$122.51" in text
    assert "$1,657.51" in text
    riyals = page(visitor, "/buildnow/cart?NBM-REB-16=40", "en").get_text(" ", strip=True)
    assert re.search(r"VAT SAR.14,880\.00 Total SAR.114,080\.00", riyals)


def test_what_the_browser_hands_to_tenors_script_has_the_shops_prices_and_no_secret(visitor: httpx.Client) -> None:
    order = visitor.post("/backd/order", data={"CEM-425": "100", "email": "omar@olaya.example.com"}).json()
    assert order["order_total"] == 1657.51
    assert order["mode"]["type"] == "modal"
    assert order["mode"]["order_success_url"] == f"{str(visitor.base_url).rstrip('/')}/backd/thanks"
    assert order["merchant"] == {"public_api_key": "pk_test_1", "name": HARBOR.shop}
    assert order["billing"]["email"] == "omar@olaya.example.com"
    assert visitor.post("/backd/order", data={}).status_code == 400


def test_the_window_is_offered_only_where_its_script_runs(visitor: httpx.Client) -> None:
    [button] = page(visitor, "/backd/cart?CEM-425=1").select("[data-modal]")
    assert button.has_attr("hidden")
    assert not page(visitor, "/buildnow/cart?NBM-REB-16=40").select("[data-modal], script")


def test_pages_with_events_come_back_by_themselves_without_a_script(visitor: httpx.Client) -> None:
    for address in ("/log", "/backd/thanks?backd_order_id=BO-1"):
        assert page(visitor, address).select_one('noscript meta[http-equiv="refresh"]')
        assert page(visitor, address).select_one(".event")
    assert not page(visitor, "/backd/").select("noscript")


def test_a_server_that_is_away_is_told_in_words(visitor: httpx.Client) -> None:
    visitor.cookies.clear()
    away = visitor.post("/backd/pay", data={"CEM-425": "1"})
    assert away.status_code == 502
    assert "Tenor does not answer" in away.text
