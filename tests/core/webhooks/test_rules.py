"""What is signed, checked with an outsider's library."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from tenor.base import clock
from tenor.base.seal import Seal
from tenor.core.webhooks import rules, service
from tenor.core.webhooks.model import Lane

SEAL = Seal("a secret of the tests, long enough to be one")


@given(st.binary(min_size=24, max_size=64), st.text(st.characters(codec="utf-8")))
def test_what_we_sign_the_reference_library_takes(secret: bytes, text: str) -> None:
    headers = rules.signatures([secret], "evt_1", clock.now(), text.encode())
    Webhook(rules.secret_text(secret)).verify(text.encode(), headers, json_parse=False)


def test_during_a_rotation_the_old_secret_and_the_new_one_both_verify() -> None:
    headers = rules.signatures([b"new" * 8, b"old" * 8], "evt_1", clock.now(), b"{}")
    for secret in (b"new" * 8, b"old" * 8):
        Webhook(rules.secret_text(secret)).verify(b"{}", headers)


@pytest.mark.parametrize("changed", ["body", "webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_change_of_any_part_is_noticed(changed: str) -> None:
    secret, now = b"s" * 32, clock.now()
    headers = rules.signatures([secret], "evt_1", now, b'{"a":1}')
    body = b'{"a":2}' if changed == "body" else b'{"a":1}'
    other = rules.signatures([b"t" * 32], "evt_2", now + timedelta(seconds=1), b'{"a":1}')
    if changed != "body":
        headers[changed] = other[changed]
    with pytest.raises(WebhookVerificationError):
        Webhook(rules.secret_text(secret)).verify(body, headers)


def test_both_secrets_sign_for_a_day_after_a_rotation() -> None:
    rotated = datetime(2026, 4, 15, tzinfo=UTC)
    assert rules.generations(1, None, rotated) == (1,)
    assert rules.generations(3, rotated, rotated + timedelta(hours=24, seconds=-1)) == (3, 2)
    assert rules.generations(3, rotated, rotated + timedelta(hours=24)) == (3,)


def test_every_endpoint_and_every_generation_has_a_secret_of_its_own() -> None:
    merchant, other = uuid4(), uuid4()
    lanes = [Lane(merchant, uuid4()), Lane(merchant, merchant), Lane(other, other)]
    secrets = {service.secret(SEAL, lane, generation) for lane in lanes for generation in (1, 2, 256)}
    assert len(secrets) == 9
    assert all(len(secret) == 32 for secret in secrets)


@pytest.mark.parametrize(
    "url",
    ["https://shop.example.com/hook?a=b#c", "http://192.0.2.1:8080", "https://[2001:db8::1]/", "HTTP://a.example"],
)
def test_an_http_address_is_one(url: str) -> None:
    assert service.is_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "", "shop.example.com", "/hook", "ftp://shop.example.com", "file:///etc/passwd", "gopher://a.example",
        "javascript:alert(1)", "https://", "https:///hook", "https://user@shop.example.com", "https://:@a.example",
        "https://a.example:99999/", "https://a.example:x/", "https://a b.example/", "https://a.example/\n", "https://[::1",
        "https://a.example/" + "x" * 2000, "https://a.example\\@b.example/",
    ],
)  # fmt: skip
def test_anything_else_is_refused(url: str) -> None:
    assert not service.is_url(url)
