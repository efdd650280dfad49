"""`/openapi.json` of all dialects together, and `/healthz` for whoever watches the server."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tenor.faces.face import Platform


def routes(platform: Platform) -> Sequence[BaseRoute]:
    """Our own calls. None of them needs a key."""
    document = msgspec.json.encode(openapi(platform))

    async def openapi_json(_: Request) -> Response:
        return Response(document, media_type="application/json")

    async def healthz(_: Request) -> Response:
        async with platform.database.single_statement() as tx:
            await tx.fetchval("SELECT 1")
        return JSONResponse({"status": "ok"})

    return [Route("/openapi.json", openapi_json), Route("/healthz", healthz)]


def openapi(platform: Platform) -> dict[str, Any]:
    """The OpenAPI 3.1 document: each dialect's part, under one address."""
    paths: dict[str, Any] = {}
    components: dict[str, dict[str, Any]] = {}
    for part in platform.contracts:
        paths |= part["paths"]
        for kind, entries in part["components"].items():
            components.setdefault(kind, {}).update(entries)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tenor", "version": version("tenor"), "license": {"name": "Apache-2.0"}},
        "servers": [{"url": platform.settings.public_url}],
        "paths": paths,
        "components": components,
    }
