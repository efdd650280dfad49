"""What is wrong with a call as a whole: its bytes, its size, its type, its method, its path."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tenor.core.orders import store as order_store
from tests.faces.buildnow.partner import PATH, TOKEN, Partner, a_body
from tests.faces.conftest import Live


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The body is empty; a JSON object was expected."),
        (b" \n", "The body is empty; a JSON object was expected."),
        (b"hello", "The body is not valid JSON: invalid character (byte 0)."),
        (b'{"total_price": NaN}', "The body is not valid JSON: invalid character (byte 16)."),
        (b'{"total_price": -Infinity}', "The body is not valid JSON: "),
        (b"[]", "The body must be a JSON object."),
        (b'"text"', "The body must be a JSON object."),
        (b"null", "The body must be a JSON object."),
        (b"[" * 10_000 + b"]" * 10_000, "The body is nested too deeply."),
        (b'{"metadata":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "The body is nested too deeply."),
        (b'{"total_price": "\xff"}', "The body is not valid UTF-8."),
        (b'{"items": "\\ud800"}', "The body is not valid JSON: it holds half of a surrogate pair."),
        (b'{"items": ' + b"1" * 5_000 + b"}", "The body is not valid JSON: "),
    ],
    ids=lambda value: ascii(value)[:24],
)
async def test_bytes_that_are_no_object_are_a_parse_error(content: bytes, sentence: str, partner: Partner) -> None:
    answer = await partner.create(content)
    assert answer.status_code == 400, answer.text
    assert list(answer.json()) == ["detail"]
    assert answer.json()["detail"].startswith(f"JSON parse error - {sentence}"), answer.text
    assert await partner.left_nothing()


@pytest.mark.parametrize("declared", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_another_content_type_is_not_read(declared: str, partner: Partner) -> None:
    answer = await partner.create(a_body(), **{"content-type": declared})
    assert answer.status_code == 415
    assert answer.json() == {"detail": f"Content-Type must be application/json, not {declared or 'absent'}."}
    assert await partner.left_nothing()


async def test_a_charset_beside_the_content_type_is_no_other_type(partner: Partner) -> None:
    answer = await partner.create(a_body(), **{"content-type": "Application/JSON; charset=utf-8"})
    assert answer.status_code == 201


async def test_forty_megabytes_are_refused_before_they_are_read(partner: Partner) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(40):
            read += 1
            yield b" " * 1024 * 1024

    answer = await partner.http.post(PATH, content=endless(), headers={
        "authorization": f"Bearer {partner.token}", "content-type": "application/json"
    })  # fmt: skip
    assert (answer.status_code, answer.json()) == (413, {"detail": "The body must be at most 4194304 bytes."})
    assert read == 5
    assert await partner.left_nothing()


async def test_a_socket_hears_of_forty_megabytes_before_it_sends_them(partner: Partner, live: Live) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", live.port)
    writer.write(
        f"POST {PATH} HTTP/1.1\r\nHost: pay.example.com\r\nAuthorization: Bearer {partner.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {40 * 1024 * 1024}\r\n\r\n".encode()
    )
    answer = await asyncio.wait_for(reader.readuntil(b"}"), 10)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (PATH, "GET, HEAD, OPTIONS, POST"),
        (PATH + "01968a5e-7c3b-7f7a-9c1d-2f4b6a8c0e12/", "GET, HEAD, OPTIONS"),
        (TOKEN, "OPTIONS, POST"),
    ],
)
async def test_a_wrong_method_hears_of_the_right_ones(path: str, allowed: str, partner: Partner) -> None:
    right = allowed.split(", ")
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PURGE"} - set(right):
        answer = await partner.call(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
        assert answer.json() == {"detail": f'Method "{method}" not allowed.'}
    asked = await partner.call("OPTIONS", path)
    assert (asked.status_code, asked.headers["allow"], asked.json()) == (200, allowed, {"allow": right})


async def test_head_is_a_get_without_its_body(live_partner: Partner) -> None:
    order = await live_partner.created()
    get = await live_partner.find(order["id"])
    head = await live_partner.call("HEAD", f"{PATH}{order['id']}/")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]


@pytest.mark.parametrize(
    "path", ["/v2/", "/v2/nothing/", PATH + "a/b/", PATH + "/", "/v2//evil.example.com", "/v2/a%0Ab"]
)
async def test_an_unknown_path_is_not_found(path: str, partner: Partner) -> None:
    answer = await partner.call("GET", path)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


async def test_a_path_without_its_last_slash_leads_to_the_one_that_has_it(partner: Partner) -> None:
    order = await partner.created()
    answer = await partner.call("GET", f"{PATH}{order['id']}?a=1&b=%20")
    assert (answer.status_code, answer.headers["location"]) == (301, f"{PATH}{order['id']}/?a=1&b=%20")
    odd = await partner.call("GET", PATH + "%0d%0a:%20a%3Fb")
    assert odd.headers["location"] == PATH + "%0D%0A%3A%20a%3Fb/"
    token = await partner.http.post(TOKEN.rstrip("/"), content="grant_type=client_credentials")
    assert token.json() == {"detail": "Not found. The path must end with a slash."}


async def test_what_breaks_inside_is_told_to_nobody(
    partner: Partner, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr(order_store, "find", broken)
    answer = await partner.find("01968a5e-7c3b-7f7a-9c1d-2f4b6a8c0e12")
    assert (answer.status_code, answer.json()) == (500, {"detail": "A server error occurred."})
    told = capfd.readouterr()
    assert "call failed" in told.out + told.err
    assert "swordfish" not in told.out + told.err
