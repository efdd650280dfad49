"""The token call: RFC 6749 as far as it is spoken here, and nobody hears more than that."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote_plus

import httpx
import jwt
import pytest

from tenor.core.merchants import service as merchants
from tests.faces.buildnow.conftest import MakePartner
from tests.faces.buildnow.partner import TOKEN, Partner

GRANT = "client_credentials"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def basic(client_id: str, secret: str) -> dict[str, str]:
    pair = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return FORM | {"authorization": f"Basic {pair}"}


def refused(answer: httpx.Response, status: int, code: str) -> str:
    """The description of a refusal, which is in exactly the shape of RFC 6749, section 5.2."""
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["error"]) == (status, code), answer.text
    assert list(body) == ["error", "error_description"]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    return str(body["error_description"])


async def test_a_token_tells_its_scope_its_origins_and_its_end(partner: Partner) -> None:
    answer = await partner.ask_token(grant_type=GRANT, client_id=partner.client_id, client_secret=partner.client_secret)
    body = answer.json()
    claims = jwt.decode(body["access_token"], options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == body["expires_in"] == 3600
    assert claims["sub"] == partner.client_id
    assert claims["scope"] == body["scope"] == "purchase-orders"
    assert body["allowed_origins"] == ["https://supplier.example.com"]


async def test_basic_is_as_good_as_the_form_even_when_it_is_escaped(partner: Partner) -> None:
    for escape in (str, quote_plus):
        headers = basic(escape(partner.client_id), escape(partner.client_secret))
        answer = await partner.http.post(TOKEN, content=f"grant_type={GRANT}", headers=headers)
        assert answer.status_code == 200, answer.text


async def test_the_scope_that_we_have_may_be_asked_for(partner: Partner) -> None:
    known = {"grant_type": GRANT, "client_id": partner.client_id, "client_secret": partner.client_secret}
    assert (await partner.ask_token(**known, scope="purchase-orders")).status_code == 200
    assert (await partner.ask_token(**known, scope="")).status_code == 200
    refused(await partner.ask_token(**known, scope="purchase-orders admin"), 400, "invalid_scope")


async def test_both_ways_to_authenticate_at_once_are_one_too_many(partner: Partner) -> None:
    content = f"grant_type={GRANT}&client_id={partner.client_id}&client_secret={partner.client_secret}"
    headers = basic(partner.client_id, partner.client_secret)
    refused(await partner.http.post(TOKEN, content=content, headers=headers), 400, "invalid_request")


@pytest.mark.parametrize("broken", ["", "!!!", "bm9jb2xvbg==", "AGE6Yg==", "/zo=", "JTAwOmI=", "JWZmOmI="])
async def test_a_broken_basic_header_is_an_unknown_client_that_is_asked_for_basic(
    broken: str, partner: Partner
) -> None:
    headers = FORM | {"authorization": f"Basic {broken}"}
    answer = await partner.http.post(TOKEN, content=f"grant_type={GRANT}", headers=headers)
    refused(answer, 401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic ")


async def test_whatever_is_wrong_with_a_client_it_is_answered_alike(
    partner: Partner, make_partner: MakePartner
) -> None:
    async with partner.platform.database.transaction() as tx:
        live = await merchants.issue_credential(
            tx, partner.platform.seal, partner.merchant_id, "oauth_client", "production"
        )
        key = await merchants.issue_credential(tx, partner.platform.seal, partner.merchant_id, "api_key", "sandbox")
    revoked, expired = await make_partner(), await make_partner()
    await revoked.end_client(revoked=True)
    await expired.end_client(revoked=False)
    answers = [
        await partner.ask_token(grant_type=GRANT, client_id=client_id, client_secret=secret)
        for client_id, secret in [
            (partner.client_id, "secret_test_wrong"),
            (partner.client_id, revoked.client_secret),
            ("client_test_unknown", partner.client_secret),
            (live.id, live.secret),
            (key.id, key.secret),
            (revoked.client_id, revoked.client_secret),
            (expired.client_id, expired.client_secret),
        ]
    ]
    assert {refused(answer, 401, "invalid_client") for answer in answers} == {
        "The client is unknown or its secret is wrong."
    }
    assert all("www-authenticate" not in answer.headers for answer in answers)


@pytest.mark.parametrize(
    "form",
    [
        "",
        "grant_type=",
        "grant_type",
        "grant_type=client_credentials&grant_type=client_credentials",
        "grant_type=client_credentials&client_id=a%00b&client_secret=c",
        "grant_type=client_credentials&client_id=a&client_secret=%E2%80%AEb",
        "grant_type=client_credentials&client_id=%FF&client_secret=c",
        "grant_type=client_credentials&client_id=%ED%A0%80&client_secret=c",
        "grant_type=client_credentials&client_id=\u00e9&client_secret=c",
        "&".join(f"p{number}=1" for number in range(200)),
        json.dumps({"grant_type": "client_credentials"}),
    ],
)
async def test_a_form_that_is_none_is_a_bad_request(form: str, partner: Partner) -> None:
    refused(await partner.http.post(TOKEN, content=form.encode(), headers=FORM), 400, "invalid_request")


async def test_a_client_that_does_not_authenticate_is_unknown(partner: Partner) -> None:
    refused(await partner.ask_token(grant_type=GRANT), 401, "invalid_client")
    refused(await partner.ask_token(grant_type=GRANT, client_id=partner.client_id), 401, "invalid_client")


async def test_json_is_no_form(partner: Partner) -> None:
    answer = await partner.http.post(TOKEN, json={"grant_type": GRANT})
    assert "application/x-www-form-urlencoded" in refused(answer, 400, "invalid_request")


async def test_more_than_a_form_may_hold_is_refused(partner: Partner) -> None:
    answer = await partner.ask_token(grant_type=GRANT, client_id="a" * 20_000, client_secret="b")
    refused(answer, 413, "invalid_request")


async def test_a_rotated_secret_works_at_once_and_the_old_one_no_more(partner: Partner) -> None:
    known = {"grant_type": GRANT, "client_id": partner.client_id, "client_secret": partner.client_secret}
    assert (await partner.ask_token(**known)).status_code == 200
    async with partner.platform.database.transaction() as tx:
        fresh = await merchants.issue_credential(
            tx, partner.platform.seal, partner.merchant_id, "oauth_client", "sandbox"
        )
    await partner.end_client(revoked=True)
    known = {"grant_type": GRANT, "client_id": fresh.id, "client_secret": fresh.secret}
    assert (await partner.ask_token(**known)).status_code == 200
