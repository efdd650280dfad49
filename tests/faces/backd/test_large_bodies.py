"""Bodies that are too large are refused before they were read whole. Over real sockets."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.faces.backd.shop import PREFIX, Shop
from tests.faces.conftest import Live

MB = 1024 * 1024
# What lies in the sockets' buffers between the two programs, and what was sent while the refusal was on its way.
_SLACK = 8 * MB

# The largest body that a call reads: create_order carries documents.
_LIMITS = [("POST", "/create_order", 30 * MB), ("POST", "/update_order", MB), ("DELETE", "/refund", MB)]


def _head(shop: Shop, method: str, path: str, *more: str) -> bytes:
    pair = base64.b64encode(f"{shop.public_key}:{shop.secret_key}".encode()).decode()
    lines = [
        f"{method} {PREFIX}{path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Basic {pair}",
        "Content-Type: application/json", *more,
    ]  # fmt: skip
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@asynccontextmanager
async def _connected(live: Live) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", live.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def _answer(reader: asyncio.StreamReader) -> tuple[str, str]:
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)).decode()
    length = next(int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length"))
    return head.splitlines()[0], (await reader.readexactly(length)).decode()


def _refusal(limit: int) -> tuple[str, str]:
    body = f'{{"message":"The body must be at most {limit} bytes.","status":{{"type":"fail","code":400}},"error":true}}'
    return "HTTP/1.1 400 Bad Request", body


@pytest.mark.parametrize(("method", "path", "limit"), _LIMITS)
async def test_40_mb_that_are_announced_are_refused_before_the_first_of_them(
    shop: Shop, live: Live, method: str, path: str, limit: int
) -> None:
    async with _connected(live) as (reader, writer):
        writer.write(_head(shop, method, path, f"Content-Length: {40 * MB}"))
        assert await _answer(reader) == _refusal(limit)


@pytest.mark.parametrize(("method", "path", "limit"), _LIMITS)
async def test_40_mb_that_come_in_chunks_are_refused_once_they_are_too_many(
    shop: Shop, live: Live, method: str, path: str, limit: int
) -> None:
    async with _connected(live) as (reader, writer):
        writer.write(_head(shop, method, path, "Transfer-Encoding: chunked"))
        answered = asyncio.create_task(_answer(reader))
        sent = await _send_chunks(writer, answered)
        assert await answered == _refusal(limit)
        assert limit - MB <= sent <= limit + _SLACK < 40 * MB
    assert await shop.count("orders") == 0


async def _send_chunks(writer: asyncio.StreamWriter, answered: asyncio.Task[tuple[str, str]]) -> int:
    """Send spaces a quarter of a megabyte at a time until there is an answer. Returns how many bytes were sent."""
    chunk, sent = b" " * (MB // 4), 0
    while not answered.done() and sent < 40 * MB:
        writer.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
        await writer.drain()
        sent += len(chunk)
        await asyncio.sleep(0.002)
    return sent


async def test_whoever_has_no_key_is_refused_before_the_body(shop: Shop, live: Live) -> None:
    head = _head(shop, "POST", "/create_order", "Transfer-Encoding: chunked").replace(b"Basic ", b"Basic x")
    async with _connected(live) as (reader, writer):
        writer.write(head)
        status, body = await _answer(reader)
        assert status == "HTTP/1.1 400 Bad Request"
        assert body == '{"message":"Merchant not found.","status":{"type":"fail","code":400},"error":true}'


async def test_a_body_that_comes_in_small_pieces_is_read_whole(shop: Shop, live: Live) -> None:
    async with _connected(live) as (reader, writer):
        writer.write(_head(shop, "POST", "/confirm_order", "Transfer-Encoding: chunked"))
        for piece in b'{"backd_order_id": "BO-1"}':
            writer.write(b"1\r\n" + bytes([piece]) + b"\r\n")
            await writer.drain()
        writer.write(b"0\r\n\r\n")
        assert '"Order not found."' in (await _answer(reader))[1]
