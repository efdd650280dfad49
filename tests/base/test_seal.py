"""Sealing: keyed, bound to a purpose, and impossible to shift from one part to the next."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.base import seal
from tenor.base.seal import Seal

SECRET = "a secret of at least thirty-two characters"

parts = st.lists(st.binary(max_size=8), max_size=4)


def test_a_stamp_is_an_hmac_of_the_framed_parts_under_the_purpose_key() -> None:
    key = hmac.new(SECRET.encode(), b"tenor:checkout-link", hashlib.sha256).digest()
    framed = b"\x00\x00\x00\x02ab" + b"\x00\x00\x00\x01c"
    assert Seal(SECRET).stamp("checkout-link", b"ab", b"c") == hmac.new(key, framed, hashlib.sha256).digest()


@given(one=parts, other=parts)
def test_only_the_same_parts_have_the_same_stamp(one: list[bytes], other: list[bytes]) -> None:
    sealed = Seal(SECRET)
    assert sealed.matches(sealed.stamp("p", *one), "p", *other) == (one == other)


def test_what_is_sealed_for_one_purpose_or_by_another_secret_opens_nothing() -> None:
    stamp = Seal(SECRET).stamp("credential", b"x")
    assert Seal(SECRET).matches(stamp, "credential", b"x")
    assert not Seal(SECRET).matches(stamp, "checkout-link", b"x")
    assert not Seal(SECRET + "!").matches(stamp, "credential", b"x")
    assert not Seal(SECRET).matches(stamp[:-1], "credential", b"x")
    assert not Seal(SECRET).matches(b"", "credential", b"x")


def test_new_secrets_hold_256_bits_and_never_repeat() -> None:
    secrets = {seal.new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert all(len(seal.from_text(secret)) == 32 for secret in secrets)


@given(st.binary(max_size=80))
def test_bytes_come_back_from_their_text(data: bytes) -> None:
    text = seal.to_text(data)
    assert seal.from_text(text) == data
    assert "=" not in text


@given(data=st.binary(min_size=1, max_size=20))
def test_another_spelling_of_the_same_bytes_is_refused(data: bytes) -> None:
    text = seal.to_text(data)
    for spelling in (text + "=", text + "\n", " " + text, text[:1] + "." + text[1:], text + "é"):
        with pytest.raises(ValueError):
            seal.from_text(spelling)


def test_unused_bits_at_the_end_must_be_zero() -> None:
    spellings = [char for char in "ABCDEFGHIJKLMNOP" if _reads("A" + char)]
    assert spellings == ["A"], "AA is the text of one zero byte; AB to AP would decode to it as well"


def _reads(text: str) -> bool:
    try:
        seal.from_text(text)
    except ValueError:
        return False
    return True
