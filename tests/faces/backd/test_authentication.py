"""Who may call: HTTP Basic with both keys, and nobody else finds out why not."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tenor.base import clock
from tenor.cli.merchants import register
from tenor.core.merchants import service as merchants
from tenor.core.merchants import store as merchant_store
from tests.faces.backd.bodies import SHOP, an_order
from tests.faces.backd.shop import Answer, Shop
from tests.faces.backd.test_calls import CALLS

REFUSED = '{"message":"Merchant not found.","status":{"type":"fail","code":400},"error":true}'
REFUSED_HEADERS = {
    "content-type": "application/json",
    "content-length": str(len(REFUSED)),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}


def basic(user: str | bytes, password: str | bytes = "") -> str:
    """An Authorization header of both."""
    pair = (user if isinstance(user, bytes) else user.encode()) + b":"
    pair += password if isinstance(password, bytes) else password.encode()
    return "Basic " + base64.b64encode(pair).decode()


def encoded(text: str) -> str:
    """Base 64 of a text."""
    return base64.b64encode(text.encode()).decode()


# How an Authorization header can be wrong by its form or by what it says; None is no header at all.
_WRONG: dict[str, Callable[[Shop], str | None]] = {
    "missing": lambda shop: None,
    "empty": lambda shop: "",
    "a scheme alone": lambda shop: "Basic",
    "not base 64": lambda shop: "Basic !!!!",
    "base 64 of no pair": lambda shop: "Basic " + encoded(shop.public_key),
    "not UTF-8": lambda shop: basic(b"\xff\xfe", b"\xff"),
    "another scheme": lambda shop: f"Bearer {shop.secret_key}",
    "another scheme, the right pair": lambda shop: "Digest " + encoded(f"{shop.public_key}:{shop.secret_key}"),
    "an empty pair": lambda shop: basic("", ""),
    "no secret": lambda shop: basic(shop.public_key, ""),
    "no public key": lambda shop: basic("", shop.secret_key),
    "the keys swapped": lambda shop: basic(shop.secret_key, shop.public_key),
    "the secret twice": lambda shop: basic(shop.secret_key, shop.secret_key),
    "the public key twice": lambda shop: basic(shop.public_key, shop.public_key),
    "a secret cut short": lambda shop: basic(shop.public_key, shop.secret_key[:-1]),
    "a secret too long": lambda shop: basic(shop.public_key, shop.secret_key + "x"),
    "a secret in capitals": lambda shop: basic(shop.public_key, shop.secret_key.upper()),
    "a public key in capitals": lambda shop: basic(shop.public_key.upper(), shop.secret_key),
    "an unknown key": lambda shop: basic("pk_test_" + "A" * 32, "sk_test_" + "A" * 43),
    "no key of ours": lambda shop: basic("admin", "admin"),
    "NUL in the key": lambda shop: basic(shop.public_key + "\x00", shop.secret_key),
    "NUL in the secret": lambda shop: basic(shop.public_key, shop.secret_key + "\x00"),
    "a very long key": lambda shop: basic("pk_test_" + "A" * 20_000, "x"),
    "letters beyond ASCII": lambda shop: basic("pk_test_ключ", "sk_test_ключ"),
}


async def _call_with(shop: Shop, header: str | None, method: str = "POST", path: str = "/create_order") -> Answer:
    headers = {} if header is None else {"authorization": header}
    return await shop.call(method, path, an_order(), auth=None, headers=headers)


async def _ended(shop: Shop, **end: Any) -> None:
    async with shop.platform.database.transaction() as tx:
        ends = {"revoked_at": None, "expires_at": None} | end
        assert await merchant_store.end_credential(tx, shop.merchant_id, shop.public_key, **ends)


async def _revoked(shop: Shop) -> str:
    async with shop.platform.database.transaction() as tx:
        await merchants.revoke(tx, shop.public_key)
    return basic(shop.public_key, shop.secret_key)


async def _expired(shop: Shop) -> str:
    await _ended(shop, expires_at=clock.now() - timedelta(seconds=1))
    return basic(shop.public_key, shop.secret_key)


async def _of_production(shop: Shop) -> str:
    async with shop.platform.database.transaction() as tx:
        key = await merchants.issue_credential(tx, shop.platform.seal, shop.merchant_id, "api_key", "production")
    assert key.id.startswith("pk_live_")
    assert key.secret.startswith("sk_live_")
    return basic(key.id, key.secret)


async def _of_the_other_dialect(shop: Shop) -> str:
    keys = await register(shop.platform, "Acme Steel", "US", "USD", [SHOP], "backd")
    return basic(keys["client_id"], keys["client_secret"])


async def _with_anothers_secret(shop: Shop) -> str:
    keys = await register(shop.platform, "Acme Steel", "US", "USD", [SHOP], "backd")
    return basic(shop.public_key, keys["secret_key"])


@pytest.mark.parametrize("reason", _WRONG)
async def test_credentials_that_are_wrong_are_refused_with_the_same_bytes(shop: Shop, reason: str) -> None:
    answer = await _call_with(shop, _WRONG[reason](shop))
    assert (answer.code, answer.text) == (400, REFUSED)
    assert dict(answer.headers) == REFUSED_HEADERS
    assert await shop.count("orders") == 0


@pytest.mark.parametrize("key_of", [_revoked, _expired, _of_production, _of_the_other_dialect, _with_anothers_secret])
async def test_keys_that_do_not_work_here_are_refused_with_the_same_bytes(
    shop: Shop, key_of: Callable[[Shop], Awaitable[str]]
) -> None:
    answer = await _call_with(shop, await key_of(shop))
    assert (answer.code, answer.text) == (400, REFUSED)
    assert dict(answer.headers) == REFUSED_HEADERS
    assert await shop.count("orders") == 0


@pytest.mark.parametrize(("method", "path"), CALLS)
async def test_every_call_asks_who_calls_before_anything_else(shop: Shop, method: str, path: str) -> None:
    for body, content_type in ((b"not JSON", "application/json"), (b"x" * 2_000_000, "text/plain")):
        answer = await shop.call(method, path, body, auth=None, headers={"content-type": content_type})
        assert (answer.code, answer.text) == (400, REFUSED)


@pytest.mark.parametrize("reason", _WRONG)
async def test_every_refusal_costs_the_same_one_look_up(
    shop: Shop, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    look_up = merchant_store.find_holder

    async def counted(*arguments: Any) -> Any:
        asked.append(arguments)
        return await look_up(*arguments)

    # The key is known already, so that no refusal is quicker for that.
    assert (await shop.create()).code == 200
    monkeypatch.setattr(merchant_store, "find_holder", counted)
    await _call_with(shop, _WRONG[reason](shop))
    assert len(asked) == 1


async def test_a_revoked_key_stops_working_within_a_second(shop: Shop) -> None:
    assert (await shop.create()).code == 200
    await _revoked(shop)
    await asyncio.sleep(1)
    assert (await shop.create()).text == REFUSED


async def test_a_rotated_key_works_at_once_and_the_old_one_for_its_overlap(shop: Shop) -> None:
    async with shop.platform.database.transaction() as tx:
        key = await merchants.rotate(
            tx, shop.platform.seal, shop.merchant_id, "api_key", "sandbox", timedelta(hours=24)
        )
    for header in (basic(key.id, key.secret), basic(shop.public_key, shop.secret_key)):
        assert (await _call_with(shop, header)).code == 200


@pytest.mark.parametrize("scheme", ["basic", "BASIC", "Basic "])
async def test_the_scheme_may_be_written_in_any_case_and_with_more_blanks(shop: Shop, scheme: str) -> None:
    header = basic(shop.public_key, shop.secret_key).replace("Basic", scheme)
    assert (await _call_with(shop, header)).code == 200


@pytest.mark.parametrize(
    ("origin", "said"),
    [
        (SHOP, "must stay on your server"),
        ("https://evil.example.net", "not on the merchant's list"),
        ("http://shop.example.com", "not on the merchant's list"),
        ("https://shop.example.com.evil.example.net", "not on the merchant's list"),
        ("null", "not on the merchant's list"),
        ("", "not on the merchant's list"),
    ],
)
async def test_a_secret_key_that_comes_from_a_browser_is_refused(shop: Shop, origin: str, said: str) -> None:
    for method, path in CALLS:
        refusal = (await shop.call(method, path, an_order(), headers={"origin": origin})).refusal
        assert said in refusal
        assert shop.secret_key not in refusal
    assert await shop.count("orders") == 0


async def test_an_origin_tells_nothing_to_whoever_has_no_key(shop: Shop) -> None:
    wrong = httpx.BasicAuth(shop.public_key, "sk_test_wrong")
    for origin in (SHOP, "https://evil.example.net"):
        answer = await shop.post("create_order", an_order(), auth=wrong, headers={"origin": origin})
        assert (answer.code, answer.text) == (400, REFUSED)


async def test_no_answer_repeats_the_secret(shop: Shop) -> None:
    secret = shop.secret_key
    answers = [await shop.call(method, path, body) for method, path in CALLS for body in ({}, an_order(), b"{", None)]
    answers += [await shop.call("POST", f"/create_order/{secret}", {}), await shop.find(secret)]
    answers += [await shop.call("POST", "/create_order", {"order_total": secret, "mode": {"type": secret}})]
    answers += [await shop.call("PATCH", f"/create_order?secret_key={secret}", {})]
    answers += [await shop.post("create_order", {}, headers={"idempotency-key": secret * 9})]
    answers += [await _call_with(shop, basic(secret, secret)), await _call_with(shop, f"Bearer {secret}")]
    assert [answer.text for answer in answers if secret in answer.text or secret[8:] in answer.text] == []
    assert [answer.code for answer in answers if answer.code not in (200, 400)] == []
