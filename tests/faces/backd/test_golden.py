"""Golden exchanges: each file of `golden/` is a request and the answer to it, compared byte for byte.

What differs from run to run stands in angle brackets. The same name twice in an answer is the same text twice.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from starlette.applications import Starlette

from tenor import app
from tenor.base.config import Settings
from tenor.base.database import Database
from tenor.core.orders.model import State
from tenor.faces.backd import face
from tests.faces.backd.bodies import Body, an_order, document, pdf
from tests.faces.backd.shop import Shop
from tests.faces.conftest import PUBLIC_URL

GOLDEN = Path(__file__).parent / "golden"
NAMES = sorted(path.stem for path in GOLDEN.glob("*.json"))

_MOMENT = r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}"
_PATTERNS = {
    "order id": r"BO-\d{8}-[0-9A-HJKMNP-TV-Z]{12}",
    "link": r"https://pay\.example\.com/order/\d{8}-[0-9A-HJKMNP-TV-Z]{12}/[A-Za-z0-9_-]{64}",
    "create date": _MOMENT,
    # Not the same text twice: these differ from request to request.
    "moment": _MOMENT,
    "lock": r"\d{4}-\d{2}-\d{2} 2[23]:00:00",
}
_DIFFER = {"moment", "lock"}

# The example that the vendor's documents give for create_order, letter by letter.
SEED_EXAMPLE = """{
"data": {
"backd_order_id": "BO-20260416-0001",
"customer_url": "https://widget.bnpl.backd.com/order/BO-20260416-0001",
"order_total": 9150,
"status": "new",
"merchant_order_id": "JKLMO4321",
"create_date": "2026-04-16 10:30:00",
"notified_customer": false
},
"message": "Initialize Merchant Success",
"status": {
"type": "success",
"code": 200
},
"error": false
}"""


def golden(name: str) -> Any:
    """An exchange, its numbers read digit by digit."""
    return json.loads((GOLDEN / f"{name}.json").read_text(), parse_float=Decimal)


def as_pattern(answer: Any) -> re.Pattern[str]:
    """The exact bytes of an answer, with a pattern for each place in angle brackets."""
    seen: set[str] = set()

    def place(found: re.Match[str]) -> str:
        name = found[1].replace("\\ ", " ")
        if name in seen and name not in _DIFFER:
            return f"(?P={name.replace(' ', '_')})"
        group = f"(?P<{name.replace(' ', '_')}>" if name not in _DIFFER else "(?:"
        seen.add(name)
        return f"{group}{_PATTERNS[name]})"

    return re.compile(re.sub(r"<((?:[a-z]|\\ )+)>", place, re.escape(_compact(answer))))


def _compact(value: Any) -> str:
    return msgspec.json.Encoder(decimal_format="number").encode(value).decode()


async def _prepared(shop: Shop, exchange: Any) -> Body:
    given = exchange["order"]
    if given is None:
        return {"backd_order_id": "BO-00000000-000000000000"}
    body = {name: value for name, value in golden("create_order")["request"]["body"].items() if name != "documents"}
    order = await shop.order_in(State(given["state"]), **_floats(body))
    if "refund_amount" in given:
        assert (await shop.refund(order, float(given["refund_amount"]))).code == 200
    return order


def _floats(value: Any) -> Any:
    match value:
        case Decimal():
            return float(value)
        case dict():
            return {name: _floats(entry) for name, entry in value.items()}
        case list():
            return [_floats(entry) for entry in value]
    return value


def _filled_in(request: Any, order: Body) -> tuple[str, bytes | None]:
    path = request["path"].replace("<order id>", order["backd_order_id"])
    if "body" not in request:
        return path, None
    text = _compact(request["body"]).replace("<order id>", order["backd_order_id"])
    return path, text.replace("<pdf>", document(pdf())["content"]).encode()


@pytest.mark.parametrize("name", NAMES)
async def test_the_exchange_is_as_it_is_written(shop: Shop, name: str) -> None:
    exchange = golden(name)
    order = await _prepared(shop, exchange)
    path, body = _filled_in(exchange["request"], order)
    options = {"auth": httpx.BasicAuth(shop.public_key, "sk_test_wrong")} if "credentials" in exchange else {}
    answer = await shop.call(exchange["request"]["method"], path, body, **options)
    assert as_pattern(exchange["answer"]).fullmatch(answer.text), f"\n{answer.text}\n{_compact(exchange['answer'])}"
    assert answer.code == exchange["answer"]["status"]["code"]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store", "it tells of people and carries a link"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_golden_create_order_has_the_documents_keys_words_and_values() -> None:
    seed, answer = json.loads(SEED_EXAMPLE), golden("create_order")["answer"]
    different = {"backd_order_id", "customer_url", "create_date"}
    assert list(answer) == list(seed)
    assert list(answer["data"]) == list(seed["data"])
    assert answer | {"data": 0} == seed | {"data": 0}
    assert {k: v for k, v in answer["data"].items() if k not in different} == {
        k: v for k, v in seed["data"].items() if k not in different
    }


def test_the_golden_create_order_sends_every_field_of_the_documents() -> None:
    body = golden("create_order")["request"]["body"]
    assert set(body) == {
        "order_total", "cart_amount", "tax_amount", "shipping_amount", "discount_amount", "merchant_order_id",
        "merchant_order_status", "shipping", "billing", "items", "mode", "customer_email", "notify_customer",
        "documents",
    }  # fmt: skip


async def test_wrong_credentials_are_refused_with_the_documents_bytes(shop: Shop) -> None:
    wrong = httpx.BasicAuth("pk_test_nobody", "sk_test_nothing")
    answer = await shop.post("create_order", an_order(), auth=wrong)
    assert answer.code == 400
    assert answer.text == '{"message":"Merchant not found.","status":{"type":"fail","code":400},"error":true}'


async def test_a_failure_of_ours_is_answered_with_the_documents_bytes_and_leaks_nothing(
    shop: Shop, settings: Settings, database_url: str
) -> None:
    closed = await Database.open(database_url, size=1)
    await closed.close()
    broken = Starlette(routes=face.routes(app.build_platform(settings, closed)))
    transport = httpx.ASGITransport(broken, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as http:
        for method, path in (("POST", "/create_order"), ("GET", "/find_order/BO-1"), ("DELETE", "/refund")):
            answer = await shop.over(http).call(method, path, an_order())
            assert answer.code == 500
            assert answer.text == (
                '{"message":"Internal server error.","status":{"type":"fail","code":500},"error":true}'
            )
            assert answer.headers["content-type"] == "application/json"


async def test_documents_that_can_not_be_kept_are_a_failure_of_ours_and_no_order(shop: Shop) -> None:
    (shop.platform.settings.home_path / "documents").write_text("a file stands where the folder should")
    answer = await shop.create(documents=[document(pdf())])
    assert answer.code == 500
    assert answer.text == '{"message":"Internal server error.","status":{"type":"fail","code":500},"error":true}'
    assert sum((await shop.traces()).values()) == 0
