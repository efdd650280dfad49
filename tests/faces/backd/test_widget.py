"""The widget's call: by the public key alone, from the merchant's own origins, in words that the page may read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
from starlette.applications import Starlette

from tenor import worker
from tenor.base import clock
from tenor.base.seal import Seal
from tenor.core.merchants import service as merchants
from tenor.faces.backd import face
from tenor.faces.face import Platform
from tests.faces.backd.bodies import SHOP, Body, an_order, document, pdf
from tests.faces.backd.conftest import MakeShop
from tests.faces.backd.shop import PREFIX, Answer, Shop

_REFUSED = "The Origin of this request is not on the merchant's list of origins."


def _path(key: str) -> str:
    return f"{PREFIX}/widget/{key}/create_order"


def _order(shop: Shop, **changes: Any) -> Body:
    order = an_order(**{"merchant": {"public_api_key": shop.public_key, "name": "Acme"}} | changes)
    if "mode" not in changes:
        del order["mode"]
    return order


async def _send(shop: Shop, body: Any, origin: str | None = SHOP, key: str | None = None, **headers: str) -> Answer:
    sent = {"Origin": origin, **headers} if origin is not None else headers
    answer = await shop.http.post(_path(key or shop.public_key), json=body, headers=sent)
    return Answer(answer.status_code, answer.text, answer.headers)


def _is_readable(headers: Mapping[str, str], origin: str = SHOP) -> bool:
    assert headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in headers
    return headers.get("access-control-allow-origin") == origin


async def test_a_page_of_the_shop_makes_an_order_that_the_server_then_finds(shop: Shop) -> None:
    answer = await _send(shop, _order(shop))
    assert _is_readable(answer.headers)
    assert answer.data["customer_url"].startswith("https://pay.example.com/order/")
    assert answer.body["message"] == "Initialize Merchant Success"
    assert (await shop.find(answer.data["backd_order_id"])).data["order_total"] == 1000


async def test_the_browser_is_told_what_it_may_send(shop: Shop) -> None:
    answer = await shop.http.options(
        _path(shop.public_key),
        headers={
            "Origin": SHOP,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert (answer.status_code, answer.content) == (204, b"")
    assert _is_readable(answer.headers)
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert answer.headers["access-control-allow-headers"] == "Content-Type"


@pytest.mark.parametrize(
    "origin",
    [None, "null", "", "*", "https://shop.example.com.evil.example", "http://shop.example.com",
     "https://SHOP.example.com", "https://shop.example.com:444", "https://shop.example.com/"],
)  # fmt: skip
async def test_any_other_origin_is_refused_and_may_not_read_why(shop: Shop, origin: str | None) -> None:
    sent = {} if origin is None else {"Origin": origin}
    for answer in (
        await shop.http.options(_path(shop.public_key), headers=sent),
        await shop.http.post(_path(shop.public_key), json=_order(shop), headers=sent),
    ):
        assert answer.status_code == 400
        assert answer.json()["message"] == _REFUSED
        assert answer.headers["vary"] == "Origin"
        assert "access-control-allow-origin" not in answer.headers
    assert await shop.count("orders") == 0


async def test_an_empty_list_means_none_here(make_shop: MakeShop) -> None:
    shop = await make_shop(origins=[])
    assert (await _send(shop, _order(shop))).refusal == _REFUSED


async def test_every_origin_on_the_list_reads_its_own_answer_and_no_other_merchants_does(make_shop: MakeShop) -> None:
    second = "https://wholesale.example.com"
    shop, other = await make_shop(origins=[SHOP, second]), await make_shop(origins=[second])
    for origin in (SHOP, second):
        assert _is_readable((await _send(shop, _order(shop), origin)).headers, origin)
    assert (await _send(other, _order(other))).refusal == _REFUSED


@pytest.mark.parametrize("key", ["pk_test_nobody", "pk_live_x", "x", "%00", "sk_test_x", "a" * 300])
async def test_a_key_that_is_none_is_no_merchant(shop: Shop, key: str) -> None:
    answer = await _send(shop, _order(shop), key=key)
    assert answer.refusal == "Merchant not found."
    assert "access-control-allow-origin" not in answer.headers


async def test_a_secret_key_opens_nothing_here(shop: Shop) -> None:
    assert (await _send(shop, _order(shop), key=shop.secret_key)).refusal == "Merchant not found."


async def test_a_revoked_key_makes_no_more_orders(shop: Shop) -> None:
    async with shop.platform.database.transaction() as tx:
        await merchants.revoke(tx, shop.public_key)
    assert (await _send(shop, _order(shop))).refusal == "Merchant not found."


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"order_total": 999}, "order_total: is 999.00 USD, but the parts make 1000.00 USD"),
        ({"items": []}, "items: "),
        ({"merchant": {"public_api_key": "pk_test_other"}}, "merchant.public_api_key: must be the key that"),
        ({"merchant": {}}, "merchant.public_api_key: is required"),
        ({"merchant": None}, "merchant: "),
        ({"mode": {"type": "popup"}}, "mode.type: must be"),
        ({"mode": {"type": "redirect"}}, "mode.order_success_url: is required when mode.type is redirect"),
        ({"mode": {"order_close_url": "https://evil.example.com/"}}, "mode.order_close_url: must lead to"),
        ({"notify_customer": True, "customer_email": "dana@harbor.example.com"}, "notify_customer: must be false"),
        ({"documents": [document(pdf())]}, "documents: must be left out"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_named_to_the_page(shop: Shop, changes: Body, told: str) -> None:
    answer = await _send(shop, _order(shop, **changes))
    assert told in answer.refusal
    assert _is_readable(answer.headers)
    traces = await shop.traces()
    assert not any(traces.values()), traces


async def test_bytes_that_are_no_order_are_refused_in_words(shop: Shop) -> None:
    for content, media_type in ((b"{", "application/json"), (b"{}", "text/plain"), (b"[]", "application/json")):
        answer = await shop.http.post(
            _path(shop.public_key), content=content, headers={"Origin": SHOP, "Content-Type": media_type}
        )
        assert answer.status_code == 400
        assert answer.json()["error"] is True
        assert _is_readable(answer.headers)


async def test_a_failure_of_ours_is_readable_too(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("tenor.faces.backd.widget.orders.create", broken)
    answer = await _send(shop, _order(shop))
    assert (answer.code, answer.body["message"]) == (500, "Internal server error.")
    assert _is_readable(answer.headers)


@pytest.mark.parametrize("mode", [{}, {"type": "modal"}, {"type": "modal", "order_success_url": ""}])
async def test_a_window_needs_no_return_addresses(shop: Shop, mode: Body) -> None:
    assert (await _send(shop, _order(shop, mode=mode))).code == 200


async def test_nothing_is_asked_for_that_may_be_left_empty(shop: Shop) -> None:
    assert (await _send(shop, _order(shop, documents=[], notify_customer=False, customer_email=None))).code == 200


async def test_the_same_order_again_is_the_same_one(shop: Shop) -> None:
    order = _order(shop)
    first, again = await _send(shop, order), await _send(shop, order)
    assert first.data == again.data
    assert (await _send(shop, order | {"order_total": 900, "discount_amount": 100})).refusal.startswith(
        "merchant_order_id: "
    )


async def test_a_page_leaves_no_answer_under_a_key_of_its_choice(shop: Shop) -> None:
    await _send(shop, _order(shop), **{"Idempotency-Key": "mine"})
    assert (await shop.traces())["idempotency_keys"] == 0


async def test_the_other_calls_are_closed_to_pages(shop: Shop) -> None:
    asked = await shop.http.options(f"{PREFIX}/create_order", headers={"Origin": SHOP})
    assert asked.status_code == 400
    sent = await shop.post("create_order", an_order(), headers={"Origin": SHOP})
    assert "access-control-allow-origin" not in sent.headers


async def test_a_server_that_uses_the_call_is_told_of_the_origin(shop: Shop) -> None:
    auth = httpx.BasicAuth(shop.public_key, shop.secret_key)
    answer = await shop.http.post(_path(shop.public_key), json=_order(shop), auth=auth)
    assert answer.json()["message"] == _REFUSED


def _paced(shop: Shop, address: str = "203.0.113.9", **limits: int) -> Shop:
    """The shop as callers of one address reach it, on a server with other limits."""
    settings = msgspec.structs.replace(shop.platform.settings, **limits)
    app = Starlette(routes=face.routes(replace(shop.platform, settings=settings)))
    transport = httpx.ASGITransport(app, client=(address, 4711))
    return shop.over(httpx.AsyncClient(transport=transport, base_url=str(shop.http.base_url)))


async def _sent(shop: Shop, number: int) -> Answer:
    return await _send(shop, _order(shop, merchant_order_id=f"W-{number}"))


async def _whole_at(shop: Shop, caller: bytes) -> datetime:
    async with shop.platform.database.single_statement() as tx:
        found: datetime = await tx.fetchval(
            "SELECT whole_at FROM paces WHERE merchant_id = $1 AND caller = $2", shop.merchant_id, caller
        )
    return found


async def test_an_address_that_asks_too_often_is_told_when_to_come_back(shop: Shop) -> None:
    browser = _paced(shop, widget_hourly_address=2)
    assert [(await _sent(browser, number)).code for number in range(2)] == [200, 200]
    refused = await _sent(browser, 2)
    assert refused.code == 429
    wait = int(refused.headers["retry-after"])
    assert 1 <= wait <= 1800
    assert refused.body == {
        "message": f"Too many calls; try again in {wait} seconds.",
        "status": {"type": "fail", "code": 429},
        "error": True,
    }
    assert _is_readable(refused.headers)
    assert refused.headers["access-control-expose-headers"] == "Retry-After"
    assert await shop.count("orders") == 2


async def test_an_address_of_its_own_has_a_budget_of_its_own_at_each_merchant(make_shop: MakeShop) -> None:
    shop, other = await make_shop(), await make_shop(name="Harbor Supply")
    for one in (
        _paced(shop, widget_hourly_address=1),
        _paced(shop, "2001:db8::1", widget_hourly_address=1),
        _paced(other, widget_hourly_address=1),
    ):
        assert [(await _sent(one, number)).code for number in range(2)] == [200, 429]
        assert (await _sent(one, 0)).code == 429
        await shop.http.post(f"{PREFIX}/create_order")
    assert (await _sent(_paced(shop, "2001:db8::2", widget_hourly_address=1), 9)).code == 429


async def test_many_addresses_together_have_the_merchants_budget_which_its_server_does_not_touch(shop: Shop) -> None:
    codes = [
        (await _sent(_paced(shop, f"203.0.113.{number}", widget_hourly_merchant=3), number)).code for number in range(5)
    ]
    assert codes == [200, 200, 200, 429, 429]
    assert (await shop.post("create_order", an_order(merchant_order_id="S-1"))).code == 200


async def test_what_a_merchants_budget_refuses_takes_nothing_off_the_addresss(shop: Shop) -> None:
    codes = [
        (await _sent(_paced(shop, widget_hourly_merchant=1, widget_hourly_address=3), number)).code
        for number in range(9)
    ]
    assert codes == [200] + 8 * [429]
    whole_at = await _whole_at(shop, shop.platform.seal.stamp("widget-pace", b"address", b"203.0.113.9"))
    assert whole_at <= clock.now() + timedelta(minutes=20)


async def test_a_call_counts_also_when_its_body_is_wrong_and_not_from_an_origin_that_is_not_listed(shop: Shop) -> None:
    browser = _paced(shop, widget_hourly_address=2)
    for _ in range(5):
        assert (await _send(browser, _order(shop), "https://evil.example.com")).code == 400
    assert [(await _send(browser, {})).code for _ in range(3)] == [400, 400, 429]


async def test_no_address_is_kept_and_no_row_longer_than_it_counts(
    shop: Shop, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _sent(_paced(shop), 1)
    async with platform.database.single_statement() as tx:
        callers = [
            bytes(row["caller"])
            for row in await tx.fetch("SELECT caller FROM paces WHERE merchant_id = $1", shop.merchant_id)
        ]
    seal: Seal = platform.seal
    assert sorted(callers) == sorted(
        [seal.stamp("widget-pace", b"merchant"), seal.stamp("widget-pace", b"address", b"203.0.113.9")]
    )
    later = clock.now() + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda *_: later)
    await worker.sweep_once(platform)
    assert await shop.count("paces") == 0
