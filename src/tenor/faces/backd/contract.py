"""Backd's part of the OpenAPI document, made from the same structs that decode the bodies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tenor.base.wire import Number
from tenor.faces.backd import wire
from tenor.faces.backd.mapping import REFUND_STATUS, STATUS
from tenor.faces.contract import IDEMPOTENCY_KEY

PREFIX = "/v1/backd/bnpl/api"

EXAMPLE_ORDER: dict[str, Any] = {
    "order_total": 9150,
    "cart_amount": 9000,
    "tax_amount": 200,
    "shipping_amount": 50,
    "discount_amount": 100,
    "merchant_order_id": "JKLMO4321",
    "merchant_order_status": "pending",
    "billing": {
        "name": {"first": "Dana", "last": "Reyes"},
        "company_name": "Harbor Builders LLC",
        "address": {
            "line1": "12 Quay Street",
            "line2": "Unit 4",
            "city": "Austin",
            "state": "TX",
            "zipcode": "78701",
            "country": "US",
        },
        "phone_number": "+15125550100",
        "email": "dana@harbor.example.com",
    },
    "items": [
        {"display_name": "Portland cement, 42.5 kg", "sku": "CEM-425", "unit_price": 45.00, "qty": 200},
    ],
    "mode": {
        "type": "redirect",
        "order_success_url": "https://shop.example.com/thanks",
        "order_close_url": "https://shop.example.com/cart",
    },
    "customer_email": "dana@harbor.example.com",
    "notify_customer": False,
}

_AMOUNT = {"type": "number", "minimum": 0, "description": "Major units; at most the currency's decimal places"}
_MOMENT = {"type": "string", "examples": ["2026-04-16 10:30:00"], "description": "UTC"}
_STATUS = {"type": "string", "enum": list(STATUS.values())}

_REFUND = {
    "type": "object",
    "required": ["amount", "create_date", "status", "locked_at"],
    "properties": {
        "amount": _AMOUNT,
        "create_date": _MOMENT,
        "status": {"type": "string", "enum": list(REFUND_STATUS.values())},
        "locked_at": _MOMENT,
    },
}

_ORDER = {
    "backd_order_id": {"type": "string", "examples": ["BO-20260416-7K3M9QWZ2TXA"]},
    "create_date": _MOMENT,
    "order_total": _AMOUNT,
    "cart_amount": _AMOUNT,
    "tax_amount": _AMOUNT,
    "shipping_amount": _AMOUNT,
    "discount_amount": _AMOUNT,
    "status": _STATUS,
    "merchant_order_id": {"type": "string"},
    "merchant_order_status": {"type": ["string", "null"]},
    "shipping": {"anyOf": [{"$ref": "#/components/schemas/BackdContact"}, {"type": "null"}]},
    "billing": {"anyOf": [{"$ref": "#/components/schemas/BackdContact"}, {"type": "null"}]},
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/BackdItem"}},
}

_CREATED = {
    "backd_order_id": _ORDER["backd_order_id"],
    "customer_url": {"type": "string", "format": "uri"},
    "order_total": _AMOUNT,
    "status": _STATUS,
    "merchant_order_id": {"type": "string"},
    "create_date": _MOMENT,
    "notified_customer": {"type": "boolean"},
}

# The vendor's own example, as its documents have it.
VENDORS_EXAMPLE = {
    "data": {
        "backd_order_id": "BO-20260416-0001",
        "customer_url": "https://widget.bnpl.backd.com/order/BO-20260416-0001",
        "order_total": 9150,
        "status": "new",
        "merchant_order_id": "JKLMO4321",
        "create_date": "2026-04-16 10:30:00",
        "notified_customer": False,
    },
    "message": "Initialize Merchant Success",
    "status": {"type": "success", "code": 200},
    "error": False,
}

# The same answer as it is here: neither the id nor the link can be guessed.
CREATED_EXAMPLE = {
    "data": {
        "backd_order_id": "BO-20260416-7K3M9QWZ2TXA",
        "customer_url": "https://pay.example.com/order/20260416-7K3M9QWZ2TXA/AZ2v…",
        "order_total": 9150,
        "status": "new",
        "merchant_order_id": "JKLMO4321",
        "create_date": "2026-04-16 10:30:00",
        "notified_customer": False,
    },
    "message": "Initialize Merchant Success",
    "status": {"type": "success", "code": 200},
    "error": False,
}

_CREATED_EXAMPLES = {
    "vendor": {"summary": "As the vendor's documents have it", "value": VENDORS_EXAMPLE},
    "tenor": {"summary": "As it is here", "value": CREATED_EXAMPLE},
}


def openapi() -> Mapping[str, Any]:
    """Paths, schemas and the security scheme of this dialect (OpenAPI 3.1)."""
    bodies = (wire.CreateOrder, wire.OrderReference, wire.OrderHandle, wire.UpdateOrder, wire.RefundRequest)
    _, schemas = msgspec.json.schema_components(
        [*bodies, wire.Contact, wire.Item], schema_hook=_number_schema, ref_template="#/components/schemas/Backd{name}"
    )
    return {
        "paths": _paths(),
        "components": {
            "schemas": {f"Backd{name}": schema for name, schema in schemas.items()} | {"BackdFailure": _FAILURE},
            "securitySchemes": {
                "backd": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "User: the public key. Password: the secret key.",
                }
            },
        },
    }


def _number_schema(kind: type) -> dict[str, Any]:
    assert kind is Number, f"no schema for {kind}"
    return dict(_AMOUNT)


_FAILURE = {
    "type": "object",
    "required": ["message", "status", "error"],
    "properties": {
        "message": {"type": "string"},
        "status": {
            "type": "object",
            "required": ["type", "code"],
            "properties": {"type": {"const": "fail"}, "code": {"enum": [400, 500]}},
        },
        "error": {"const": True},
    },
}


def _envelope(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["data", "message", "status", "error"],
        "properties": {
            "data": {"type": "object", "required": list(data), "properties": dict(data)},
            "message": {"type": "string"},
            "status": {
                "type": "object",
                "required": ["type", "code"],
                "properties": {"type": {"const": "success"}, "code": {"const": 200}},
            },
            "error": {"const": False},
        },
    }


def _failure(code: int, message: str) -> dict[str, Any]:
    example = {"message": message, "status": {"type": "fail", "code": code}, "error": True}
    return {"application/json": {"schema": {"$ref": "#/components/schemas/BackdFailure"}, "example": example}}


def _call(
    summary: str, data: Mapping[str, Any], body: str | None = None, example: Any = None, answers: Any = None
) -> dict[str, Any]:
    """One operation. Every refusal is a 400 in the envelope, whatever its cause."""
    content: dict[str, Any] = {"schema": _envelope(data)}
    if answers is not None:
        content["examples"] = answers
    operation: dict[str, Any] = {
        "summary": summary,
        "tags": ["Backd"],
        "security": [{"backd": []}],
        "responses": {
            "200": {"description": "Done, or done before", "content": {"application/json": content}},
            "400": {
                "description": "The message names every wrong field",
                "content": _failure(400, "Merchant not found."),
            },
            "500": {"description": "Unexpected server error", "content": _failure(500, "Internal server error.")},
        },
    }
    if body is not None:
        schema: dict[str, Any] = {"schema": {"$ref": f"#/components/schemas/Backd{body}"}}
        if example is not None:
            schema["example"] = example
        operation["requestBody"] = {"required": True, "content": {"application/json": schema}}
        operation["parameters"] = [IDEMPOTENCY_KEY]
    return operation


_PATH_ID = {"name": "backd_order_id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _paths() -> dict[str, Any]:
    with_refunds = _ORDER | {"refunds": {"type": "array", "items": _REFUND}}
    canceled = {name: schema for name, schema in _ORDER.items() if name != "merchant_order_status"}
    find = _call("An order and its refund requests", with_refunds)
    find["parameters"] = [_PATH_ID]
    calls: dict[str, Any] = {
        "/create_order": {
            "post": _call("Create a BNPL order", _CREATED, "CreateOrder", EXAMPLE_ORDER, _CREATED_EXAMPLES)
        },
        "/order_placed": {"post": _call("Acknowledge an order whose terms are selected", _ORDER, "OrderReference")},
        "/find_order/{backd_order_id}": {"get": find},
        "/update_order": {"post": _call("Change a placed order", _ORDER, "UpdateOrder")},
        "/confirm_order": {"post": _call("Confirm a placed order: the sale", _ORDER, "OrderHandle")},
        "/cancel_order": {"post": _call("Cancel a placed order", canceled, "OrderHandle")},
        "/refund": {
            "post": _call("Request a refund, or replace the unlocked request", with_refunds, "RefundRequest"),
            "delete": _call("Take the unlocked refund request back", with_refunds, "OrderHandle"),
        },
    }
    return {PREFIX + path: operations for path, operations in calls.items()}
