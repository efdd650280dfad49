"""What every face needs of HTTP: a body that is never read past its limit, and the answer that carries bytes."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Awaitable
from typing import Generic, TypeVar
from uuid import UUID

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from tenor.base.database import Database
from tenor.base.errors import Malformed, TenorError, TooLarge, UnsupportedMedia
from tenor.base.idempotency import Answer, Render, Work, checked_key, once
from tenor.base.wire import Decoder

T = TypeVar("T")

# A body of this size takes about a millisecond to decode; longer ones go to a thread, so that others are served.
_DECODE_IN_PLACE = 256 * 1024


async def read_body(request: Request, limit: int, media_type: str = "application/json") -> bytes:
    """The body's bytes.

    Raises `UnsupportedMedia`, `TooLarge` before more than `limit` bytes are held, or `Malformed` when the caller hangs
    up before the end.
    """
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared != media_type:
        raise UnsupportedMedia(f"Content-Type must be {media_type}, not {declared[:60] or 'absent'}.")
    too_large = TooLarge(f"The body must be at most {limit} bytes.")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise too_large
    chunks: list[bytes] = []
    held = 0
    try:
        async for chunk in request.stream():
            held += len(chunk)
            if held > limit:
                raise too_large
            chunks.append(chunk)
    except ClientDisconnect:
        # Nobody hears this answer. It keeps a connection that was lost out of the log of what we failed at.
        raise Malformed("The connection was closed before the body was whole.") from None
    return b"".join(chunks)


async def decode(decoder: Decoder[T], body: bytes) -> T:
    """Decode in place, or in a thread when the body is long."""
    if len(body) <= _DECODE_IN_PLACE:
        return decoder.decode(body)
    return await asyncio.to_thread(decoder.decode, body)


# Orders tell of people and carry their buyers' links: nothing on the way may keep them, nor take them for a page.
_PRIVATE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def json_response(answer: Answer) -> Response:
    """Send an answer's exact bytes as JSON that is its caller's alone."""
    return Response(answer.body, status_code=answer.status, headers=_PRIVATE, media_type="application/json")


def basic_credentials(header: str) -> tuple[str, str]:
    """User and password of an Authorization header (RFC 7617); two empty texts for what holds none.

    Those are looked up like any others, so that the refusal takes the same time.
    """
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return (user, password) if colon and "\x00" not in user else ("", "")


class Reading(Generic[T]):
    """What reading a body came to: its value, or a refusal.

    The refusal is raised where the value is used, which is inside the work, so that it is kept under an
    `Idempotency-Key` like every other answer.
    """

    def __init__(self, value: T | None, refusal: TenorError | None) -> None:
        self.value = value
        self._refusal = refusal

    def get(self) -> T:
        """The value. Raises the refusal."""
        if self._refusal is not None:
            raise self._refusal
        assert self.value is not None, "a reading has a value or a refusal"
        return self.value


async def reading(work: Awaitable[T]) -> Reading[T]:
    """Read now, refuse later."""
    try:
        return Reading(await work, None)
    except TenorError as refusal:
        return Reading(None, refusal)


async def run_once(
    database: Database,
    request: Request,
    merchant_id: UUID,
    body: bytes,
    work: Work,
    render: Render,
    *,
    single: bool = False,
) -> Answer:
    """Run a mutating call's work in one transaction: under its `Idempotency-Key` where it sent one.

    The key is bound to the call's method and path. With `single`, work without a key writes by one
    statement and needs no transaction around it. `render` makes the answer of a refusal that is kept under a key.
    """
    key = checked_key(request.headers.get("idempotency-key"))
    if key is not None:
        route = f"{request.method} {request.url.path}"
        return await once(database, merchant_id, route, key, body, work, render)
    async with database.single_statement() if single else database.transaction() as tx:
        return await work(tx)
