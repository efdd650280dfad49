"""Our own part of the OpenAPI document: the feed of events, and the webhooks that tell the same events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tenor.core.events.feed import Page
from tenor.core.events.model import MEANING, EventType, Told
from tenor.faces.api.errors import ErrorAnswer
from tenor.faces.api.events import LARGEST_PAGE, LONGEST_WAIT, USUAL_PAGE

EVENTS = "/v1/events"

_TAG = "Tenor"
_SCHEMAS = "#/components/schemas/Tenor"


def openapi() -> Mapping[str, Any]:
    """Paths, webhooks and schemas (OpenAPI 3.1)."""
    _, schemas = msgspec.json.schema_components([Page, Told, ErrorAnswer], ref_template=_SCHEMAS + "{name}")
    return {
        "paths": {EVENTS: {"get": _events()}},
        "webhooks": {event.value: {"post": _webhook(event)} for event in EventType},
        "components": {
            "schemas": {f"Tenor{name}": schema for name, schema in schemas.items()},
            "securitySchemes": {
                "tenor_keys": {"type": "http", "scheme": "basic", "description": "Public key and secret key"},
                "tenor_token": {"type": "http", "scheme": "bearer", "description": "An access token"},
            },
        },
    }


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _SCHEMAS + schema}}}


def _events() -> dict[str, Any]:
    refusals = {
        "400": "A parameter is wrong",
        "401": "No credentials, or none that are valid",
        "403": "The call comes from a browser",
        "500": "Unexpected server error",
    }
    return {
        "summary": "Read the events of your orders, in order",
        "description": "What webhooks tell, to be fetched: ask again with `after` set to the answer's `next`. Within an"
        " order `number` counts 1, 2, 3, so that a gap is visible.",
        "tags": [_TAG],
        "security": [{"tenor_keys": []}, {"tenor_token": []}],
        "parameters": [
            _parameter(
                "after", "Only what comes after this: an answer's `next`, or any event's id", {"type": "string"}
            ),
            _parameter("order", "Only this order's, by its id", {"type": "string", "format": "uuid"}),
            _parameter(
                "type",
                "Only these types; several by repeating it, or separated by commas",
                {"type": "array", "items": {"enum": [event.value for event in EventType]}},
            ),
            _parameter("limit", "At most so many", _number(1, LARGEST_PAGE, USUAL_PAGE)),
            _parameter("wait", "So many seconds to wait while there is nothing", _number(0, LONGEST_WAIT, 0)),
        ],
        "responses": {
            "200": {"description": "Events, the oldest first", "content": _json("Page")},
            **{status: {"description": why, "content": _json("ErrorAnswer")} for status, why in refusals.items()},
        },
    }


def _parameter(name: str, description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _number(least: int, most: int, usual: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most, "default": usual}


def _webhook(event: EventType) -> dict[str, Any]:
    return {
        "summary": MEANING[event],
        "tags": [_TAG],
        "requestBody": {"required": True, "content": _json("Told")},
        "responses": {"2XX": {"description": "Taken. Anything else is tried again."}},
    }
