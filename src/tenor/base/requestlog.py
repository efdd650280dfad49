"""Every answer carries an `X-Request-Id`, and every refusal leaves a line in the log under the same id.

What went well leaves none: a log that tells of each success hides the failure that is looked for. A failure of ours
ends here too. The server would close the connection under whoever sends the next call on it, and would log the error's
own words, in which PostgreSQL tells whole rows.
"""

from __future__ import annotations

import re
import secrets
import time

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenor.base.logs import logger, where

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Ids are shorter than this; what is longer is the secret of a buyer's link.
_LONGEST_SEGMENT = 40


class CutShort(Exception):
    """An answer broke off. What broke it stands in the log, without its words."""


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
        started, status, ended = time.perf_counter(), 0, False

        async def send_with_id(message: Message) -> None:
            nonlocal status, ended
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            ended = message["type"] == "http.response.body" and not message.get("more_body", False)
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception as error:
            logger().error("request failed", request_id=request_id, error=type(error).__name__, exception=where(error))
            if not status:
                await PlainTextResponse("Internal Server Error", 500)(scope, receive, send_with_id)
            elif not ended:
                # Half an answer is out. Only a connection that breaks tells its reader so.
                raise CutShort from None
        finally:
            if status >= 400 or not status:
                _tell(scope, request_id, status or 500, time.perf_counter() - started)


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
