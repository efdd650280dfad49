"""What every face needs of HTTP: a body that is never read past its limit, and the answer that carries bytes."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from tenor.base.errors import TooLarge, UnsupportedMedia
from tenor.base.idempotency import Answer
from tenor.base.wire import Decoder

T = TypeVar("T")

# A body of this size takes about a millisecond to decode; longer ones go to a thread, so that others are served.
_DECODE_IN_PLACE = 256 * 1024


async def read_body(request: Request, limit: int, media_type: str = "application/json") -> bytes:
    """The body's bytes. Raises `UnsupportedMedia`, or `TooLarge` before more than `limit` bytes are held."""
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared != media_type:
        raise UnsupportedMedia(f"Content-Type must be {media_type}, not {declared[:60] or 'absent'}.")
    too_large = TooLarge(f"The body must be at most {limit} bytes.")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise too_large
    chunks: list[bytes] = []
    held = 0
    async for chunk in request.stream():
        held += len(chunk)
        if held > limit:
            raise too_large
        chunks.append(chunk)
    return b"".join(chunks)


async def decode(decoder: Decoder[T], body: bytes) -> T:
    """Decode in place, or in a thread when the body is long."""
    if len(body) <= _DECODE_IN_PLACE:
        return decoder.decode(body)
    return await asyncio.to_thread(decoder.decode, body)


def json_response(answer: Answer) -> Response:
    """Send an answer's exact bytes as JSON."""
    return Response(answer.body, status_code=answer.status, media_type="application/json")
