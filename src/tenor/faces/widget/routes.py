"""Serves the script. It is the same for every shop and holds no secret."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tenor.faces.face import Platform

_SCRIPT = Path(__file__).parent / "static" / "widget.js"

# Shops name it without a version, so a new one has to reach them within minutes; until then they need not ask.
_KEPT_SECONDS = 300


def routes(_: Platform) -> Sequence[BaseRoute]:
    """`/widget.js`."""
    content = _SCRIPT.read_bytes()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {
        "ETag": tag,
        "Cache-Control": f"public, max-age={_KEPT_SECONDS}",
        "X-Content-Type-Options": "nosniff",
        # Pages that shut out what did not agree to be there (COEP), or that pin the script's hash, may load it too.
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Access-Control-Allow-Origin": "*",
    }

    async def script(request: Request) -> Response:
        if tag in _tags(request.headers.get("if-none-match", "")):
            return Response(status_code=304, headers=headers)
        return Response(content, media_type="text/javascript", headers=headers)

    return [Route("/widget.js", script)]


def _tags(header: str) -> set[str]:
    """The tags that a browser or a cache has (RFC 9110, If-None-Match). A cache that compressed one calls it weak."""
    return {one.strip().removeprefix("W/") for one in header.split(",")}
