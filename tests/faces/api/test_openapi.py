"""The OpenAPI document: valid, complete, and true of the golden exchanges."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31

from tenor.faces.backd.mapping import STATUS
from tests.faces.conftest import PUBLIC_URL

BASE = "/v1/backd/bnpl/api"
GOLDEN = sorted((Path(__file__).parent.parent / "backd" / "golden").glob("*.json"))

# The examples that the vendor's documents give for create_order.
_CREATED = {
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
_NOT_FOUND = {"message": "Merchant not found.", "status": {"type": "fail", "code": 400}, "error": True}
_FAILED = {"message": "Internal server error.", "status": {"type": "fail", "code": 500}, "error": True}


def schemas(document: Any) -> Iterator[Any]:
    """Every schema of the document: the named ones, and those of parameters, bodies and answers."""
    if isinstance(document, dict):
        if isinstance(document.get("schema"), dict):
            yield document["schema"]
        yield from document.get("schemas", {}).values() if isinstance(document.get("schemas"), dict) else ()
        for entry in document.values():
            yield from schemas(entry)
    elif isinstance(document, list):
        for entry in document:
            yield from schemas(entry)


def assert_fits(document: dict[str, Any], schema: Any, value: Any) -> None:
    """A value is as a schema of the document says."""
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": document["components"], **schema}
    jsonschema_rs.validate(whole, value)


def operation(document: dict[str, Any], method: str, path: str) -> Any:
    """The operation that a golden exchange's request is of."""
    known = "/find_order/{backd_order_id}" if path.startswith("/find_order/") else path
    return document["paths"][BASE + known][method.lower()]


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert [error.message for error in jsonschema_rs.iter_errors(OPENAPI_31, document)] == []


def test_every_schema_in_it_is_a_valid_json_schema(document: dict[str, Any]) -> None:
    found = list(schemas(document))
    assert len(found) > 20
    for schema in found:
        assert jsonschema_rs.meta.is_valid({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


def test_every_reference_leads_to_a_schema_that_is_there(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    named = {part.split('"')[0] for part in text.split('"$ref": "#/components/schemas/')[1:]}
    assert named <= set(document["components"]["schemas"])
    assert text.count('"$ref"') == text.count('"$ref": "#/components/schemas/')


def test_all_eight_calls_are_there_and_tell_every_answer_that_they_give(document: dict[str, Any]) -> None:
    calls = {
        (method, path.removeprefix(BASE)): call
        for path, operations in document["paths"].items()
        if path.startswith(BASE)
        for method, call in operations.items()
    }
    assert set(calls) == {
        ("post", "/create_order"), ("post", "/order_placed"), ("get", "/find_order/{backd_order_id}"),
        ("post", "/update_order"), ("post", "/confirm_order"), ("post", "/cancel_order"), ("post", "/refund"),
        ("delete", "/refund"),
    }  # fmt: skip
    for (method, _), call in calls.items():
        assert set(call["responses"]) == {"200", "400", "500"}
        assert call["security"] == [{"backd": []}]
        assert ("requestBody" in call) is (method != "get")
    assert document["components"]["securitySchemes"]["backd"]["scheme"] == "basic"
    assert document["servers"] == [{"url": PUBLIC_URL}]


def test_it_carries_the_examples_of_the_vendors_documents(document: dict[str, Any]) -> None:
    answers = document["paths"][f"{BASE}/create_order"]["post"]["responses"]
    examples = {code: answer["content"]["application/json"] for code, answer in answers.items()}
    assert examples["200"]["examples"]["vendor"]["value"] == _CREATED
    assert json.dumps(examples["200"]["examples"]["vendor"]["value"]) == json.dumps(_CREATED)
    assert examples["400"]["example"] == _NOT_FOUND
    assert examples["500"]["example"] == _FAILED


def test_every_example_is_as_its_own_schema_says(document: dict[str, Any]) -> None:
    seen = 0
    for media in _media(document["paths"]):
        values = [one["value"] for one in media.get("examples", {}).values()]
        for value in [*values, *([media["example"]] if "example" in media else [])]:
            assert_fits(document, media["schema"], value)
            seen += 1
    assert seen > 10


def _media(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        if isinstance(value.get("content"), dict):
            yield from value["content"].values()
        for entry in value.values():
            yield from _media(entry)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_the_golden_exchanges_are_as_the_document_says(document: dict[str, Any], path: Path) -> None:
    exchange = json.loads(path.read_text())
    call = operation(document, exchange["request"]["method"], exchange["request"]["path"])
    answer = exchange["answer"]
    told = call["responses"][str(answer["status"]["code"])]["content"]["application/json"]["schema"]
    assert_fits(document, told, answer)
    if "data" in answer:
        assert set(answer["data"]) == set(told["properties"]["data"]["properties"])
    if "body" in exchange["request"] and exchange["answer"]["status"]["code"] == 200:
        assert_fits(document, call["requestBody"]["content"]["application/json"]["schema"], exchange["request"]["body"])


def test_it_knows_every_status_of_an_order(document: dict[str, Any]) -> None:
    answer = document["paths"][f"{BASE}/order_placed"]["post"]["responses"]["200"]["content"]["application/json"]
    told = answer["schema"]["properties"]["data"]["properties"]["status"]["enum"]
    assert sorted(told) == sorted(STATUS.values())


async def test_whoever_watches_the_server_sees_that_it_lives(http: httpx.AsyncClient) -> None:
    answer = await http.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
