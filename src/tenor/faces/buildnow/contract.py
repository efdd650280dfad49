"""BuildNow's part of the OpenAPI document, made from the same structs that decode the bodies and hold the answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tenor.base.wire import NumberOrText
from tenor.faces.buildnow import examples, wire
from tenor.faces.buildnow.events import NAME
from tenor.faces.buildnow.mapping import STATUS
from tenor.faces.contract import IDEMPOTENCY_KEY

PREFIX = "/v2"
TOKEN = "/o/token/"  # noqa: S105  # A path.
PURCHASE_ORDERS = "/bnpl/purchase-orders/"

_TAG = "BuildNow"
_SCHEMAS = "#/components/schemas/BuildNow"
_DECIMAL_TEXT = r"^[0-9]{1,17}(\.[0-9]{1,3})?$"
_STATUSES = list(dict.fromkeys(STATUS.values()))

_DETAIL = {"type": "object", "required": ["detail"], "properties": {"detail": {"type": "string"}}}
_PROBLEMS = {
    "type": "object",
    "description": "Every wrong field with its sentences; a list or an object holds those of its own fields",
    "additionalProperties": True,
}
_OAUTH_ERROR = {
    "type": "object",
    "description": "RFC 6749, section 5.2",
    "required": ["error", "error_description"],
    "properties": {
        "error": {
            "enum": ["invalid_request", "invalid_client", "unsupported_grant_type", "invalid_scope"],
        },
        "error_description": {"type": "string"},
    },
}
_TOKEN_REQUEST = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {
        "grant_type": {"const": "client_credentials"},
        "client_id": {"type": "string", "minLength": 1, "description": "Not with HTTP Basic"},
        "client_secret": {"type": "string", "minLength": 1, "description": "Not with HTTP Basic"},
        "scope": {"const": "purchase-orders"},
    },
}

_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
_FILTERS = [
    {
        "name": "partner_order_reference",
        "in": "query",
        "description": "Like every parameter here: empty is as good as left out",
        "schema": {"type": "string"},
    },
    {"name": "status", "in": "query", "schema": {"enum": [*_STATUSES, ""]}},
    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}},
    {
        "name": "cursor",
        "in": "query",
        "description": "As it stands in a page's next or previous",
        "schema": {"type": "string"},
    },
]

_REFUSALS = {
    "401": "No access token, or none that is valid; `WWW-Authenticate: Bearer`",
    "403": "The access token was given for something else",
    "404": "There is none, or it is another partner's",
    "413": "The body is too large",
    "415": "The body is not declared as application/json",
    "500": "Unexpected server error",
}


def openapi() -> Mapping[str, Any]:
    """Paths, schemas and security schemes of this dialect (OpenAPI 3.1)."""
    return {
        "paths": {
            PREFIX + TOKEN: {"post": _token()},
            PREFIX + PURCHASE_ORDERS: {"post": _create(), "get": _page()},
            PREFIX + PURCHASE_ORDERS + "{id}/": {"get": _one()},
        },
        "webhooks": {f"buildnow.{name}": {"post": _webhook(name)} for name in NAME.values()},
        "components": {"schemas": _schemas(), "securitySchemes": _security_schemes()},
    }


def _schemas() -> dict[str, Any]:
    _, made = msgspec.json.schema_components(
        [wire.PurchaseOrder, wire.Page, wire.TokenAnswer, wire.Webhook],
        schema_hook=_decimal_schema,
        ref_template=_SCHEMAS + "{name}",
    )
    for name in ("latitude", "longitude"):
        made["ShipmentAddress"]["properties"][name] = {"type": ["number", "string", "null"], "default": None}
    made["PurchaseOrderAnswer"]["properties"]["status"] = {"enum": _STATUSES}
    made["Webhook"]["properties"]["status"] = {"enum": _STATUSES}
    made["Webhook"]["properties"]["event_type"] = {"enum": list(NAME.values())}
    made |= {
        "Detail": _DETAIL,
        "Problems": _PROBLEMS,
        "OAuthError": _OAUTH_ERROR,
        "TokenRequest": _TOKEN_REQUEST,
    }
    return {f"BuildNow{name}": schema for name, schema in made.items()}


def _decimal_schema(kind: type) -> dict[str, Any]:
    assert kind is NumberOrText, f"no schema for {kind}"
    return {
        "anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": _DECIMAL_TEXT}],
        "description": "Major units, at most the currency's decimal places; or percent, at most two",
    }


def _security_schemes() -> dict[str, Any]:
    return {
        "buildnow": {
            "type": "oauth2",
            "flows": {
                "clientCredentials": {
                    "tokenUrl": PREFIX + TOKEN,
                    "scopes": {"purchase-orders": "Create and read purchase orders"},
                }
            },
        },
        "buildnow_client": {
            "type": "http",
            "scheme": "basic",
            "description": "User: the client id. Password: the client secret. Or both in the form.",
        },
    }


def _json(schema: str, example: Any = None) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": {"$ref": _SCHEMAS + schema}}
    if example is not None:
        content["example"] = example
    return {"application/json": content}


def _answers(*refusals: str) -> dict[str, Any]:
    return {status: {"description": _REFUSALS[status], "content": _json("Detail")} for status in refusals}


def _operation(summary: str, responses: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    security = [{"buildnow": ["purchase-orders"]}]
    return {"summary": summary, "tags": [_TAG], "security": security, **more, "responses": dict(responses)}


def _token() -> dict[str, Any]:
    form = {"application/x-www-form-urlencoded": {"schema": {"$ref": _SCHEMAS + "TokenRequest"}}}
    refused = {"content": _json("OAuthError")}
    return _operation(
        "Get an access token for the client's credentials",
        {
            "200": {"description": "A token for an hour", "content": _json("TokenAnswer", examples.TOKEN_ANSWER)},
            "400": {"description": "The request is not as it should be", **refused},
            "401": {"description": "The client is unknown or its secret is wrong", **refused},
            "413": {"description": "The body is too large", **refused},
            **_answers("500"),
        },
        security=[{"buildnow_client": []}, {}],
        requestBody={"required": True, "content": form},
    )


def _create() -> dict[str, Any]:
    stored = _json("PurchaseOrderAnswer", examples.PURCHASE_ORDER_ANSWER)
    return _operation(
        "Create a BNPL purchase order",
        {
            "200": {"description": "It was created before, with the same body", "content": stored},
            "201": {"description": "The purchase order as it was stored", "content": stored},
            "400": {"description": "Every wrong field", "content": _json("Problems", examples.PROBLEMS)},
            **_answers("401", "403", "413", "415", "500"),
        },
        parameters=[IDEMPOTENCY_KEY],
        requestBody={"required": True, "content": _json("PurchaseOrder", examples.PURCHASE_ORDER)},
    )


def _page() -> dict[str, Any]:
    return _operation(
        "List purchase orders, newest first",
        {
            "200": {"description": "A page", "content": _json("Page", examples.PAGE)},
            "400": {"description": "Every wrong parameter", "content": _json("Problems")},
            **_answers("401", "403", "500"),
        },
        parameters=_FILTERS,
    )


def _one() -> dict[str, Any]:
    return _operation(
        "One purchase order",
        {
            "200": {
                "description": "The purchase order as it stands",
                "content": _json("PurchaseOrderAnswer", examples.PURCHASE_ORDER_ANSWER),
            },
            **_answers("401", "403", "404", "500"),
        },
        parameters=[_ID],
    )


def _webhook(name: str) -> dict[str, Any]:
    return {
        "summary": f"{name}, to the webhook_url of the purchase order",
        "tags": [_TAG],
        "requestBody": {"required": True, "content": _json("Webhook")},
        "responses": {"2XX": {"description": "Taken. Anything else is tried again."}},
    }
