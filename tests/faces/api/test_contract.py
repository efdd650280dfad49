"""What the document says is what the server does: schemathesis asks, over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tenor import app
from tenor.cli.merchants import register
from tenor.core.orders.model import State
from tenor.faces.face import Platform
from tests.faces.backd.bodies import Body
from tests.faces.backd.shop import PREFIX, Shop, both_ids
from tests.faces.conftest import Live

CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance, content_type_conformance]
CALLS = [
    (method.upper(), path)
    for face in app.all_faces()
    if face.openapi is not None
    for path, operations in face.openapi()["paths"].items()
    for method in operations
]

# Backd's calls on an order that is there, and from where each of them can be taken: without one, the document
# would be held against refusals alone.
TAKEN_FROM = {
    ("GET", "/find_order/{backd_order_id}"): State.NEW,
    ("POST", "/order_placed"): State.TERMS_SELECTED,
    ("POST", "/update_order"): State.ORDER_PLACED,
    ("POST", "/confirm_order"): State.ORDER_PLACED,
    ("POST", "/cancel_order"): State.ORDER_PLACED,
    ("POST", "/refund"): State.ORDER_CONFIRMED,
    ("DELETE", "/refund"): State.ORDER_CONFIRMED,
}

_settings = settings(
    max_examples=10,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def schema(live: Live) -> Any:
    """The document as schemathesis reads it."""
    return schemathesis.openapi.from_url(f"{live.url}/openapi.json")


@pytest.fixture
async def shop(platform: Platform, live: Live) -> AsyncIterator[Shop]:
    """A merchant of the Backd dialect, over real sockets."""
    keys = await register(platform, "Acme Building Supply", "US", "USD", [], "backd")
    async with httpx.AsyncClient(base_url=live.url) as http:
        yield Shop(platform, http, UUID(keys["merchant_id"]), keys["public_key"], keys["secret_key"])


@pytest.fixture
async def token(platform: Platform, live: Live) -> str:
    """An access token of the BuildNow dialect."""
    keys = await register(platform, "Example Building Supplies", "SA", "SAR", [], "buildnow")
    form = {"grant_type": "client_credentials"} | {name: keys[name] for name in ("client_id", "client_secret")}
    async with httpx.AsyncClient(base_url=live.url) as client:
        issued: str = (await client.post("/v2/o/token/", data=form)).json()["access_token"]
    return issued


@pytest.fixture
def authorization(shop: Shop, token: str, path: str) -> tuple[str, str] | str:
    """What lets a call of the path's dialect in: a pair of keys, or a token."""
    return (shop.public_key, shop.secret_key) if path.startswith(PREFIX) else token


def ask(schema: Any, live: Live, method: str, path: str, mode: GenerationMode, prepare: Any) -> list[int]:
    """Make a call in a number of ways and check each answer. Returns the statuses."""
    codes: list[int] = []

    @_settings
    @given(case=schema[path][method].as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        prepare(case)
        answer = case.call(base_url=live.url)
        codes.append(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    run()
    return codes


def let_in(case: Any, authorization: tuple[str, str] | str) -> None:
    """Give a call its credentials."""
    pair = isinstance(authorization, tuple)
    header = httpx.BasicAuth(*authorization)._auth_header if pair else f"Bearer {authorization}"
    case.headers["Authorization"] = header
    if str((case.query or {}).get("wait", "")) in map(str, range(1, 31)):
        # Waiting for events is another test's; here it would only take time.
        case.query["wait"] = 0


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as told", "otherwise"])
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_call_answers_as_the_document_says(
    schema: Any, live: Live, authorization: tuple[str, str] | str, method: str, path: str, mode: GenerationMode
) -> None:
    codes = ask(schema, live, method, path, mode, lambda case: let_in(case, authorization))
    assert len(codes) >= 5


@pytest.fixture
async def order(shop: Shop, method: str, path: str) -> Body:
    """An order from which the call can be taken."""
    made = await shop.order_in(TAKEN_FROM[method, path])
    if method == "DELETE":
        await shop.refund(made, 1)
    return made


@pytest.mark.parametrize(("method", "path"), TAKEN_FROM)
def test_a_call_on_an_order_that_is_there_answers_as_the_document_says(
    schema: Any, live: Live, shop: Shop, order: Body, method: str, path: str
) -> None:
    def prepare(case: Any) -> None:
        let_in(case, (shop.public_key, shop.secret_key))
        case.headers.pop("Idempotency-Key", None)
        if method == "GET":
            case.path_parameters["backd_order_id"] = order["backd_order_id"]
        else:
            case.body |= both_ids(order)
        if (method, path) == ("POST", "/refund"):
            case.body["refund_amount"] = 12.5

    codes = ask(schema, live, method, PREFIX + path, GenerationMode.POSITIVE, prepare)
    assert 200 in codes or path == "/update_order"
