"""GET /v1/events over HTTP: both kinds of credentials, and every wrong parameter by its name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette

from tenor.base import clock
from tenor.cli.merchants import register
from tenor.core.merchants import tokens
from tenor.faces import buildnow
from tenor.faces.api import face
from tenor.faces.face import Platform
from tests.faces.buildnow.partner import Partner
from tests.faces.conftest import PUBLIC_URL

EVENTS = "/v1/events"


@pytest.fixture
async def http(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """Our own face and BuildNow's, in process."""
    app = Starlette(routes=[*face.routes(platform), *buildnow.face.routes(platform)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=PUBLIC_URL) as client:
        yield client


@pytest.fixture
async def keys(platform: Platform) -> dict[str, str]:
    """A merchant's keys."""
    return await register(platform, "Example Building Supplies", "SA", "SAR", [], "buildnow")


@pytest.fixture
def partner(platform: Platform, http: httpx.AsyncClient, keys: dict[str, str]) -> Partner:
    """The merchant as it calls BuildNow's dialect."""
    return Partner(platform, http, UUID(keys["merchant_id"]), keys["client_id"], keys["client_secret"])


async def test_keys_and_tokens_read_the_same_log(
    platform: Platform, http: httpx.AsyncClient, keys: dict[str, str], partner: Partner
) -> None:
    made = await partner.created(redirection_url="")
    await partner.choose_terms(made["id"])
    token = tokens.issue(platform.seal, keys["client_id"], "purchase-orders", clock.now())
    by_key = await http.get(EVENTS, auth=(keys["public_key"], keys["secret_key"]))
    by_token = await http.get(EVENTS, headers={"Authorization": f"Bearer {token}"})
    assert by_key.status_code == by_token.status_code == 200
    assert by_key.json() == by_token.json()
    told = by_key.json()
    assert [one["type"] for one in told["events"]] == [
        "order.created", "order.terms_selected", "order.placed", "order.confirmed",
    ]  # fmt: skip
    assert {one["order_id"] for one in told["events"]} == {made["id"]}
    assert (told["next"], told["more"]) == (told["events"][-1]["id"], False)
    following = await http.get(EVENTS, params={"after": told["next"]}, auth=(keys["public_key"], keys["secret_key"]))
    assert following.json() == {"events": [], "next": told["next"], "more": False}


async def test_types_are_given_one_by_one_or_by_commas(
    http: httpx.AsyncClient, keys: dict[str, str], partner: Partner
) -> None:
    made = await partner.created(redirection_url="")
    await partner.choose_terms(made["id"])
    auth = (keys["public_key"], keys["secret_key"])
    repeated = await http.get(f"{EVENTS}?type=order.created&type=order.placed&order={made['id']}", auth=auth)
    by_comma = await http.get(f"{EVENTS}?type=order.created,order.placed&limit=100&wait=0", auth=auth)
    assert repeated.json()["events"] == by_comma.json()["events"]
    assert len(repeated.json()["events"]) == 2


@pytest.mark.parametrize(
    "header", [None, "", "Basic", "Basic !!!", "Basic bm9ib2R5OnNlY3JldA==", "Bearer", "Bearer nonsense", "Token x"]
)
async def test_without_credentials_that_are_valid_there_is_nothing_to_read(
    http: httpx.AsyncClient, header: str | None
) -> None:
    answer = await http.get(EVENTS, headers={} if header is None else {"Authorization": header})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthenticated")
    assert "Bearer" in answer.headers["www-authenticate"]


async def test_a_browser_is_sent_away(http: httpx.AsyncClient, keys: dict[str, str]) -> None:
    answer = await http.get(
        EVENTS, auth=(keys["public_key"], keys["secret_key"]), headers={"Origin": "https://shop.example.com"}
    )
    assert answer.status_code == 403


async def test_every_wrong_parameter_is_named(http: httpx.AsyncClient, keys: dict[str, str]) -> None:
    answer = await http.get(
        f"{EVENTS}?order=x&type=order.eaten&limit=0&wait=31", auth=(keys["public_key"], keys["secret_key"])
    )
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["error"]["problems"]] == ["order", "type", "limit", "wait"]


@pytest.mark.parametrize("after", ["x", "evt_", "\x00", "evt_" + "a" * 32])
async def test_a_place_that_is_none_is_refused(http: httpx.AsyncClient, keys: dict[str, str], after: str) -> None:
    answer = await http.get(EVENTS, params={"after": after}, auth=(keys["public_key"], keys["secret_key"]))
    assert (answer.status_code, answer.json()["error"]["problems"][0]["field"]) == (400, "after")


async def test_events_are_only_read(http: httpx.AsyncClient) -> None:
    answer = await http.post(EVENTS)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


async def test_the_document_tells_of_every_webhook(http: httpx.AsyncClient) -> None:
    document = (await http.get("/openapi.json")).json()
    assert {"order.created", "refund.executed", "buildnow.purchase_approved"} <= document["webhooks"].keys()
    for webhook in document["webhooks"].values():
        assert [one["name"] for one in webhook["post"]["parameters"]] == [
            "webhook-id", "webhook-timestamp", "webhook-signature",
        ]  # fmt: skip
