"""What the log says of a request, and what it must not."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from tenor.base import logs
from tenor.base.requestlog import CutShort, RequestLog, without_secrets

TOKEN = "AaIJIr8UcguuWC3rVk9j2Wxw-zJWq4RNxdQDb_BvLWP16i-M6ATLAYdX3lCUZUIv"
ADDRESS = "dana@example.com"


async def answer(request: Request) -> PlainTextResponse:
    request.state.merchant_id = "a-merchant"
    return PlainTextResponse("", status_code=int(request.query_params.get("status", "200")))


async def fail(request: Request) -> PlainTextResponse:
    try:
        raise ValueError(f"row ({ADDRESS}) is refused")
    except ValueError as behind:
        raise RuntimeError(f"DETAIL: Failing row contains ({ADDRESS}).") from behind


async def refuse_in_our_shape(request: Request, error: Exception) -> PlainTextResponse:
    return PlainTextResponse("ours", status_code=500)


@pytest.fixture
def client(capsys: pytest.CaptureFixture[str]) -> httpx.AsyncClient:
    logs.configure("info", "json")
    app = RequestLog(Starlette(routes=[Route("/order/{number}/{token}", answer)]))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test")


async def test_a_refusal_is_logged_under_the_id_that_its_answer_carries(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = await client.get(f"/order/20260416-1/{TOKEN}", params={"status": "410"})
    line = capsys.readouterr().err
    assert f'"request_id": "{refused.headers["x-request-id"]}"' in line
    assert '"status": 410' in line
    assert '"merchant_id": "a-merchant"' in line


async def test_the_secret_of_a_link_is_never_logged(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    await client.get(f"/order/20260416-1/{TOKEN}", params={"status": "500"})
    line = capsys.readouterr().err
    assert "/order/20260416-1/" in line
    assert TOKEN not in line
    assert TOKEN[:20] not in line


async def test_what_went_well_is_not_logged(client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]) -> None:
    assert (await client.get(f"/order/20260416-1/{TOKEN}")).status_code == 200
    assert capsys.readouterr().err == ""


async def test_an_id_that_the_caller_gives_is_kept_unless_it_is_no_id(client: httpx.AsyncClient) -> None:
    path = f"/order/20260416-1/{TOKEN}"
    assert (await client.get(path, headers={"X-Request-Id": "trace-1"})).headers["x-request-id"] == "trace-1"
    odd = await client.get(path, headers={"X-Request-Id": "a b<c>"})
    assert odd.headers["x-request-id"] != "a b<c>"


def test_control_characters_of_a_path_do_not_reach_the_log() -> None:
    assert without_secrets("/a\nb\x1b[2J/c") == "/a?b?[2J/c"


@pytest.mark.parametrize(
    ("handlers", "said"), [({}, "Internal Server Error"), ({Exception: refuse_in_our_shape}, "ours")]
)
async def test_a_failure_ends_in_an_answer_and_its_words_are_told_to_nobody(
    handlers: dict[type[Exception], object], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("info", "text")
    failing = RequestLog(Starlette(routes=[Route("/", fail)], exception_handlers=handlers))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=failing), base_url="http://test") as http:
        answer = await http.get("/")
    assert (answer.status_code, answer.text) == (500, said)
    told = capsys.readouterr().err
    assert answer.headers["x-request-id"] in told
    assert "RuntimeError" in told
    assert "in fail" in told
    assert ADDRESS not in told


@pytest.mark.parametrize("style", ["text", "json"])
def test_an_error_that_is_logged_tells_its_places_and_not_its_words(
    style: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("info", style)
    try:
        raise RuntimeError(f"DETAIL: Failing row contains ({ADDRESS}).")
    except RuntimeError:
        logs.logger().exception("sweep failed", sweep="refunds")
    told = capsys.readouterr().err
    assert "test_an_error_that_is_logged_tells_its_places" in told
    assert "RuntimeError" in told
    assert ADDRESS not in told


async def test_an_answer_that_breaks_off_breaks_its_connection(capsys: pytest.CaptureFixture[str]) -> None:
    async def half(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise RuntimeError(ADDRESS)

    async def send(message: Message) -> None:
        return None

    async def receive() -> Message:
        return {"type": "http.request"}

    logs.configure("info", "text")
    with pytest.raises(CutShort) as cut:
        await RequestLog(half)({"type": "http", "method": "GET", "path": "/", "headers": []}, receive, send)
    assert cut.value.__cause__ is None
    assert cut.value.__suppress_context__
    assert ADDRESS not in capsys.readouterr().err
