"""The contract says what the calls do: its examples are accepted, and what comes back is as it describes."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from tenor.faces.buildnow import examples
from tenor.faces.buildnow.contract import openapi
from tests.faces.buildnow.partner import PATH, TOKEN, Body, Partner, a_body

DOCUMENT = dict(openapi())


def check(name: str, value: Any) -> None:
    """Raises where a value is not as the named schema says."""
    schema = {"$ref": f"#/components/schemas/BuildNow{name}", "components": DOCUMENT["components"]}
    jsonschema_rs.Draft202012Validator(schema).validate(value)


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        inner = {reference for entry in value.values() for reference in references(entry)}
        return inner | ({value["$ref"]} if isinstance(value.get("$ref"), str) else set())
    return {reference for entry in value for reference in references(entry)} if isinstance(value, list) else set()


def test_every_reference_leads_somewhere() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert all(name.startswith("BuildNow") for name in schemas)
    assert references(DOCUMENT) <= {f"#/components/schemas/{name}" for name in schemas}


@pytest.mark.parametrize(
    ("name", "example"),
    [
        ("PurchaseOrder", examples.PURCHASE_ORDER),
        ("PurchaseOrderAnswer", examples.PURCHASE_ORDER_ANSWER),
        ("Page", examples.PAGE),
        ("TokenAnswer", examples.TOKEN_ANSWER),
        ("Problems", examples.PROBLEMS),
    ],
)
def test_the_examples_are_as_described(name: str, example: Any) -> None:
    check(name, example)


async def test_what_the_calls_answer_is_as_described(partner: Partner) -> None:
    created = await partner.created()
    check("PurchaseOrderAnswer", created)
    await partner.choose_terms(created["id"])
    check("PurchaseOrderAnswer", (await partner.find(created["id"])).json())
    check("Page", await partner.page(limit="1"))
    token = await partner.ask_token(
        grant_type="client_credentials", client_id=partner.client_id, client_secret=partner.client_secret
    )
    check("TokenAnswer", token.json())
    check("OAuthError", (await partner.ask_token()).json())
    check("Problems", (await partner.create({})).json())
    check("Detail", (await partner.find("nothing")).json())


async def test_the_example_is_answered_with_the_example(partner: Partner) -> None:
    expected = dict(examples.PURCHASE_ORDER_ANSWER)
    created = await partner.created()
    for name in ("id", "checkout_url", "created_at"):
        del expected[name], created[name]
    assert created == expected


async def test_a_body_that_the_contract_refuses_is_refused(partner: Partner) -> None:
    changes: list[Body] = [{"items": []}, {"webhook_url": None}, {"total_price": True}, {"shipment_address": {}}]
    for change in changes:
        with pytest.raises(jsonschema_rs.ValidationError):
            check("PurchaseOrder", a_body(**change))
        assert (await partner.create(a_body(**change))).status_code == 400


def test_every_call_is_described_at_its_path() -> None:
    calls = {(method, path) for path, operations in DOCUMENT["paths"].items() for method in operations}
    assert calls == {("post", TOKEN), ("post", PATH), ("get", PATH), ("get", PATH + "{id}/")}
