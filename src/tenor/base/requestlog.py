"""Every answer carries an `X-Request-Id`, and every refusal leaves a line in the log under the same id.

What went well leaves none: a log that tells of each success hides the failure that is looked for.
"""

from __future__ import annotations

import re
import secrets
import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenor.base.logs import logger

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Ids are shorter than this; what is longer is the secret of a buyer's link.
_LONGEST_SEGMENT = 40


class RequestLog:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on, with an id, and note how it ended."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        started, status = time.perf_counter(), 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            if status >= 400:
                _tell(scope, request_id, status, time.perf_counter() - started)


def _tell(scope: Scope, request_id: str, status: int, seconds: float) -> None:
    logger().info(
        "refused",
        request_id=request_id,
        method=scope["method"],
        route=without_secrets(scope["path"]),
        status=status,
        milliseconds=round(1000 * seconds, 1),
        merchant_id=scope.get("state", {}).get("merchant_id"),
    )


def _request_id(scope: Scope) -> str:
    """The id that the caller or a proxy gave, if it is one, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _GIVEN_ID.fullmatch(value.decode("latin-1")):
            return str(value.decode("latin-1"))
    return secrets.token_hex(8)


def without_secrets(path: str) -> str:
    """A path as it may be logged: the secret of a buyer's link left out, control characters too."""
    short = "/".join(segment if len(segment) <= _LONGEST_SEGMENT else "…" for segment in path[:500].split("/"))
    return "".join(character if character.isprintable() else "?" for character in short)
