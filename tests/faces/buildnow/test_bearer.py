"""Who may call: a token that is ours, that lives, whose client lives, and that was given for this."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest

from tenor.base import clock
from tenor.base.seal import Seal
from tenor.core.merchants import service as merchants
from tenor.faces.buildnow import auth
from tests.faces.buildnow.partner import PATH, Partner

NOT_VALID = "The access token is not valid or has expired; POST /v2/o/token/ gives a new one."


def claims(partner: Partner, **changes: Any) -> dict[str, Any]:
    now = clock.now()
    told = {"sub": partner.client_id, "scope": auth.SCOPE, "iat": now, "exp": now + timedelta(minutes=5)} | changes
    return {name: value for name, value in told.items() if value is not None}


def signed(partner: Partner, **changes: Any) -> str:
    return jwt.encode(claims(partner, **changes), partner.platform.seal.key("access-token"), algorithm="HS256")


FORGED: dict[str, Callable[[Partner], str]] = {
    "empty": lambda _: "",
    "nonsense": lambda _: "nonsense",
    "three parts of nothing": lambda _: "..",
    "longer than any of ours": lambda _: "a" * 600,
    "nested deeply": lambda _: "W1tb" * 5_000 + ".e30.e30",
    "not ASCII": lambda _: "t\u00f6ken",
    "expired": lambda partner: signed(partner, exp=clock.now() - timedelta(seconds=1)),
    "without an end": lambda partner: signed(partner, exp=None),
    "without a client": lambda partner: signed(partner, sub=None),
    "an unknown client's": lambda partner: signed(partner, sub="client_test_unknown"),
    "another purpose's key": lambda partner: jwt.encode(
        claims(partner), partner.platform.seal.key("checkout-link"), algorithm="HS256"
    ),
    "another deployment's key": lambda partner: jwt.encode(
        claims(partner), Seal("another secret of thirty-two characters").key("access-token"), algorithm="HS256"
    ),
    "another algorithm": lambda partner: jwt.encode(
        claims(partner), partner.platform.seal.key("access-token"), algorithm="HS512"
    ),
    "unsigned": lambda partner: jwt.encode(claims(partner), "", algorithm="none"),
    "cut off": lambda partner: partner.token[:-1],
}


@pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")
@pytest.mark.parametrize("name", FORGED)
async def test_a_token_that_is_not_good_opens_nothing(name: str, partner: Partner) -> None:
    header = f"Bearer {FORGED[name](partner)}".encode("latin-1")
    answer = await partner.http.get(PATH, headers=[(b"authorization", header)])
    assert (answer.status_code, answer.json()) == (401, {"detail": NOT_VALID}), answer.text
    assert answer.headers["www-authenticate"] == 'Bearer realm="api", error="invalid_token"'


@pytest.mark.parametrize("header", [None, "", "Basic YTpi", "Token abc"])
async def test_without_a_token_the_call_is_told_to_bring_one(header: str | None, partner: Partner) -> None:
    answer = await partner.http.post(PATH, json={}, headers={} if header is None else {"authorization": header})
    assert (answer.status_code, answer.json()) == (401, {"detail": "Authentication credentials were not provided."})
    assert answer.headers["www-authenticate"] == 'Bearer realm="api"'


async def test_a_token_for_something_else_is_forbidden(partner: Partner) -> None:
    headers = {"authorization": f"Bearer {signed(partner, scope='statements')}"}
    answer = await partner.http.get(PATH, headers=headers)
    assert answer.status_code == 403
    assert answer.json() == {"detail": "The access token does not have the scope purchase-orders."}


async def test_a_token_dies_with_its_client_within_a_second(partner: Partner) -> None:
    token = {"authorization": f"bearer {partner.token}"}
    assert (await partner.http.get(PATH, headers=token)).status_code == 200
    await partner.end_client(revoked=True)
    await asyncio.sleep(1)
    assert (await partner.http.get(PATH, headers=token)).status_code == 401


async def test_a_token_dies_with_a_client_that_expires(partner: Partner) -> None:
    await partner.end_client(revoked=False)
    assert (await partner.call("GET", PATH)).status_code == 401


async def test_a_token_of_a_production_client_opens_no_sandbox(partner: Partner) -> None:
    async with partner.platform.database.transaction() as tx:
        live = await merchants.issue_credential(
            tx, partner.platform.seal, partner.merchant_id, "oauth_client", "production"
        )
    answer = await partner.http.get(PATH, headers={"authorization": f"Bearer {signed(partner, sub=live.id)}"})
    assert answer.json() == {"detail": NOT_VALID}


async def test_nothing_is_read_for_a_stranger(partner: Partner) -> None:
    answer = await partner.http.post(PATH, content=b"not even JSON", headers={"content-type": "text/plain"})
    assert answer.status_code == 401
