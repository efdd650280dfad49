"""Secrets: made at random, kept as keyed hashes, compared in constant time.

All keys derive from `TENOR_SECRET`, one a purpose, so that what is sealed for one use opens no other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets


class Seal:
    """Derives keys by purpose from the deployment's secret (HMAC-SHA256, 256 bits)."""

    def __init__(self, secret: str) -> None:
        self._root = secret.encode()
        self._keys: dict[str, bytes] = {}

    def key(self, purpose: str) -> bytes:
        """A 256-bit key for one purpose. Purposes are words of the code, so there are few."""
        if purpose not in self._keys:
            self._keys[purpose] = hmac.digest(self._root, f"tenor:{purpose}".encode(), hashlib.sha256)
        return self._keys[purpose]

    def stamp(self, purpose: str, *parts: bytes) -> bytes:
        """A 256-bit code over the parts. Each part is preceded by its length, so that parts can't be shifted."""
        framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hmac.digest(self.key(purpose), framed, hashlib.sha256)

    def matches(self, stamp: bytes, purpose: str, *parts: bytes) -> bool:
        """Whether a stamp is ours, compared in constant time."""
        return hmac.compare_digest(stamp, self.stamp(purpose, *parts))


def new_secret() -> str:
    """256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)


def to_text(data: bytes) -> str:
    """URL-safe base 64 without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_text(text: str) -> bytes:
    """The bytes of `to_text`. Raises ValueError for anything else, other spellings of the same bytes included."""
    data = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    if to_text(data) != text:
        raise ValueError("not canonical base 64")
    return data
