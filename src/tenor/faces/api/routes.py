"""The feed of events, `/openapi.json` of all dialects together, and `/healthz` for whoever watches the server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tenor.faces.api.contract import EVENTS
from tenor.faces.api.events import Events
from tenor.faces.face import Platform

# The headers of Standard Webhooks, for every webhook there is.
_SIGNED = [
    {
        "name": name,
        "in": "header",
        "required": True,
        "description": description,
        "schema": {"type": "string"},
    }
    for name, description in (
        ("webhook-id", "The event's id, the same at every try"),
        ("webhook-timestamp", "When this try was made, in seconds since 1970"),
        ("webhook-signature", "`v1,` and HMAC-SHA256 of `id.timestamp.body` in base 64; two while a secret is rotated"),
    )
]


def routes(platform: Platform) -> Sequence[BaseRoute]:
    """Our own calls. Only the feed of events needs credentials."""
    document = msgspec.json.encode(openapi(platform))

    async def openapi_json(_: Request) -> Response:
        return Response(document, media_type="application/json")

    async def healthz(_: Request) -> Response:
        async with platform.database.single_statement() as tx:
            await tx.fetchval("SELECT 1")
        return JSONResponse({"status": "ok"})

    # Every method comes here, so that a wrong one is refused in our own shape.
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return [
        Route(EVENTS, Events(platform).answer, methods=methods),
        Route("/openapi.json", openapi_json),
        Route("/healthz", healthz),
    ]


def openapi(platform: Platform) -> dict[str, Any]:
    """The OpenAPI 3.1 document: each dialect's part, under one address."""
    paths: dict[str, Any] = {}
    webhooks: dict[str, Any] = {}
    components: dict[str, dict[str, Any]] = {}
    for contract in platform.contracts:
        part = contract()
        paths |= part["paths"]
        webhooks |= {name: _signed(webhook) for name, webhook in part.get("webhooks", {}).items()}
        for kind, entries in part["components"].items():
            components.setdefault(kind, {}).update(entries)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tenor", "version": version("tenor"), "license": {"name": "Apache-2.0"}},
        "servers": [{"url": platform.settings.public_url}],
        "paths": paths,
        "webhooks": webhooks,
        "components": components,
    }


def _signed(webhook: Mapping[str, Any]) -> dict[str, Any]:
    """A webhook with the headers that every one of them has."""
    return {method: {**operation, "parameters": _SIGNED} for method, operation in webhook.items()}
