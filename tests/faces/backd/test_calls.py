"""What surrounds a call: its path, its method, the content type of its body."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from tenor.base import clock
from tenor.core.orders import service as orders
from tenor.core.orders.model import Amounts, Detail, Item, NewOrder
from tenor.faces.backd import face
from tests.faces.backd.bodies import an_order
from tests.faces.backd.shop import PREFIX, Shop

CALLS = [
    ("POST", "/create_order"),
    ("POST", "/order_placed"),
    ("GET", "/find_order/BO-1"),
    ("POST", "/update_order"),
    ("POST", "/confirm_order"),
    ("POST", "/cancel_order"),
    ("POST", "/refund"),
    ("DELETE", "/refund"),
]
WITH_A_BODY = [(method, path) for method, path in CALLS if method != "GET"]
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


@pytest.mark.parametrize("path", dict.fromkeys(path for _, path in CALLS))
async def test_a_wrong_method_is_a_400_in_the_dialects_shape(shop: Shop, path: str) -> None:
    for method in [method for method in _METHODS if (method, path) not in CALLS]:
        assert f"{method} " in (await shop.call(method, path, an_order())).refusal


@pytest.mark.parametrize(
    "path",
    ["/", "/create_orders", "/create_order/", "/create_order/x", "/find_order", "/find_order/", "/find_order/BO-1/",
     "/refund/", "/CREATE_ORDER", "/%00", "/%FF", "/%0A", "/a%0Ab", "//create_order"],
)  # fmt: skip
async def test_an_unknown_path_below_the_base_is_a_400_in_the_dialects_shape(shop: Shop, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        assert "no such call" in (await shop.call(method, path, an_order())).refusal, method
    assert await shop.count("orders") == 0


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp"]
)
async def test_another_content_type_is_refused_by_name(shop: Shop, content_type: str) -> None:
    for method, path in WITH_A_BODY:
        answer = await shop.call(method, path, an_order(), headers={"content-type": content_type})
        assert answer.refusal.startswith("Content-Type must be application/json"), path
    assert await shop.count("orders") == 0


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/json ;x=y"]
)
async def test_json_is_json_however_its_type_is_written(shop: Shop, content_type: str) -> None:
    answer = await shop.post("create_order", an_order(), headers={"content-type": content_type})
    assert answer.data["status"] == "new"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"order_total=5", "not valid JSON"),
        (b'{"order_total": 5', "not valid JSON"),
        (b'{"order_total": 5,}', "not valid JSON"),
        (b"{'order_total': 5}", "not valid JSON"),
        (b"[]", "must be a JSON object"),
        (b'[{"order_total": 5}]', "must be a JSON object"),
        (b'"text"', "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b"42", "must be a JSON object"),
        (b'{"order_total": NaN}', "not valid JSON"),
        (b'{"order_total": -Infinity}', "not valid JSON"),
        (b'{"backd_order_id": "\xff\xfe"}', "not valid UTF-8"),
        (b'{"backd_order_id": "\xed\xa0\x80"}', "not valid UTF-8"),
        (b'{"backd_order_id": "\\ud800"}', "half of a surrogate pair"),
        (b'{"backd_order_id": "\\udc00\\ud800"}', "half of a surrogate pair"),
        (b"[" * 10_000 + b"]" * 10_000, "nested too deeply"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "nested too deeply"),
        (b"[" * 10_000, "nested too deeply"),
        (b"\xef\xbb\xbf{}", "not valid JSON"),
    ],
)
async def test_a_body_that_is_no_json_object_is_refused_with_the_reason(shop: Shop, body: bytes, said: str) -> None:
    for method, path in WITH_A_BODY:
        assert said in (await shop.call(method, path, body)).refusal, path
    assert sum((await shop.traces()).values()) == 0


async def test_keys_that_the_documents_do_not_know_are_ignored_wherever_they_stand(shop: Shop) -> None:
    body = an_order(merchant={"public_api_key": "pk_test_1", "name": "Acme"}, version=None, nested=[{"a": [{}]}])
    for place in (body["billing"], body["billing"]["name"], body["billing"]["address"], body["items"][0], body["mode"]):
        place["a_key_of_another_version"] = {"text": "x\u0000\u202e", "number": 1}
    assert (await shop.post("create_order", body)).data["status"] == "new"


async def test_a_caller_who_hangs_up_is_no_failure_of_ours(shop: Shop) -> None:
    messages = iter([{"type": "http.request", "body": b'{"order', "more_body": True}, {"type": "http.disconnect"}])
    answered: list[Any] = []

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        answered.append(message)

    keys = httpx.BasicAuth(shop.public_key, shop.secret_key)._auth_header
    headers = [(b"authorization", keys.encode()), (b"content-type", b"application/json")]
    scope: Any = {
        "type": "http", "method": "POST", "path": f"{PREFIX}/create_order", "query_string": b"", "headers": headers,
    }  # fmt: skip
    await Starlette(routes=face.routes(shop.platform))(scope, receive, send)
    assert answered[0]["status"] == 400
    assert sum((await shop.traces()).values()) == 0


async def test_an_order_that_came_in_by_another_dialect_does_not_exist_here(shop: Shop) -> None:
    merchant = await shop.merchant()
    lines = (Item(sku="BOLT-8", name="Bolts", unit_price=100, quantity=1),)
    amounts = Amounts(total=100, subtotal=100)
    new = NewOrder(face="buildnow", reference="PO-1", amounts=amounts, detail=Detail(items=lines))
    async with shop.platform.database.single_statement() as tx:
        order, _ = await orders.create(tx, merchant, new, clock.now())
    assert (await shop.find(f"BO-{order.number}")).refusal == "Order not found."
    both = {"backd_order_id": f"BO-{order.number}", "merchant_order_id": "PO-1"}
    assert (await shop.post("order_placed", both)).refusal == "Order not found."
