"""A body is never read past its limit, and only as what it is declared to be."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from threading import get_ident
from typing import Any

import msgspec
import pytest
from starlette.requests import Request

from tenor.base.errors import Invalid, Malformed, TooLarge, UnsupportedMedia
from tenor.base.http import decode, read_body, reading
from tenor.base.wire import Decoder

JSON = (b"content-type", b"application/json")


class Client:
    """A client that sends chunks and counts how many were taken from it."""

    def __init__(self, headers: Iterable[tuple[bytes, bytes]], chunks: Iterable[bytes]) -> None:
        self.taken = 0
        self._chunks = iter(chunks)
        self.request = Request({"type": "http", "headers": list(headers), "method": "POST"}, self._receive)

    async def _receive(self) -> dict[str, Any]:
        chunk = next(self._chunks, None)
        self.taken += 1
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}


async def test_a_body_within_the_limit_is_read_whole() -> None:
    client = Client([JSON], [b"{", b'"a": 1', b"}"])
    assert await read_body(client.request, limit=8) == b'{"a": 1}'


@pytest.mark.parametrize("declared", [b"application/json; charset=utf-8", b"Application/JSON"])
async def test_the_content_type_may_carry_parameters_and_capitals(declared: bytes) -> None:
    assert await read_body(Client([(b"content-type", declared)], [b"{}"]).request, limit=8) == b"{}"


@pytest.mark.parametrize("headers", [[], [(b"content-type", b"text/plain")], [(b"content-type", b"application/jsonx")]])
async def test_a_body_declared_as_anything_else_is_refused_unread(headers: list[tuple[bytes, bytes]]) -> None:
    client = Client(headers, [b"{}"])
    with pytest.raises(UnsupportedMedia, match="Content-Type must be application/json"):
        await read_body(client.request, limit=8)
    assert client.taken == 0


async def test_a_body_that_says_it_is_too_large_is_refused_unread() -> None:
    client = Client([JSON, (b"content-length", b"40000000")], [b"x"] * 40)
    with pytest.raises(TooLarge, match="at most 8 bytes"):
        await read_body(client.request, limit=8)
    assert client.taken == 0


@pytest.mark.parametrize("headers", [[JSON], [JSON, (b"content-length", b"4")]])
async def test_a_body_that_hides_its_size_is_refused_as_soon_as_it_passes_the_limit(
    headers: list[tuple[bytes, bytes]],
) -> None:
    client = Client(headers, [b"xxxx"] * 1000)
    with pytest.raises(TooLarge):
        await read_body(client.request, limit=8)
    assert client.taken == 3


class Noted(msgspec.Struct):
    """A body that can be long."""

    note: str


async def test_a_long_body_is_decoded_beside_the_loop_and_a_short_one_in_place() -> None:
    seen: list[int] = []

    class Watched(Decoder[Noted]):
        def decode(self, body: bytes) -> Noted:
            seen.append(get_ident())
            return super().decode(body)

    watched = Watched(Noted)
    for length in (10, 1_000_000):
        note = "x" * length
        assert (await decode(watched, msgspec.json.encode({"note": note}))).note == note
    assert seen[0] == get_ident() != seen[1]


async def test_a_refused_reading_is_raised_where_its_value_is_used() -> None:
    refused = await reading(decode(Decoder(Noted), b"{}"))
    assert refused.value is None
    with pytest.raises(Invalid, match="note: is required"):
        refused.get()
    read = await reading(decode(Decoder(Noted), b'{"note": "x"}'))
    assert read.get() == Noted("x")


async def test_only_refusals_are_put_off() -> None:
    with pytest.raises(ZeroDivisionError):
        await reading(_failing())
    with pytest.raises(Malformed):
        (await reading(decode(Decoder(Noted), b""))).get()


async def _failing() -> int:
    await asyncio.sleep(0)
    return 1 // 0
