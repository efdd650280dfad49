"""An agreement's content as bytes and back. Pure."""

from __future__ import annotations

import hashlib

import msgspec

from tenor.core.agreements.model import Content

_decode = msgspec.json.Decoder(Content).decode


def to_bytes(content: Content) -> bytes:
    """The content as JSON that people can read as well; its SHA-256 is what the agreement is checked by."""
    return msgspec.json.format(msgspec.json.encode(content), indent=2)


def from_bytes(content: bytes) -> Content:
    """The content of a kept agreement."""
    return _decode(content)


def digest(content: bytes) -> bytes:
    """The SHA-256 of a content's bytes."""
    return hashlib.sha256(content).digest()
