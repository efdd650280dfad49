"""The widget's call: by the public key alone, from the merchant's own origins, in words that the page may read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from tenor.core.merchants import service as merchants
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
