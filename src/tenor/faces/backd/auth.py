"""HTTP Basic with the public key as user and the secret key as password (`spec/backd.md`, authentication)."""

from __future__ import annotations

import base64
import binascii

from starlette.requests import Request

from tenor.base.errors import Forbidden
from tenor.core.merchants.directory import Directory
from tenor.core.merchants.model import Merchant

# What stands for credentials that can't even be read: they are looked up like any others, so that the answer
# takes the same time.
_UNREADABLE = ("", "")


async def merchant_of(request: Request, directory: Directory) -> Merchant:
    """The merchant that calls. Raises `Unauthenticated`, or `Forbidden` for a call that comes from a browser."""
    public_key, secret_key = _basic(request.headers.get("authorization", ""))
    merchant = await directory.authenticate("api_key", public_key, secret_key)
    origin = request.headers.get("origin")
    if origin is not None and origin not in merchant.origins:
        raise Forbidden("The Origin of this request is not on the merchant's list of origins.")
    if origin is not None:
        raise Forbidden(
            "This request comes from a browser. The secret key must stay on your server: call from there,"
            " and replace the key, since pages have shown it."
        )
    return merchant


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return _UNREADABLE
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return _UNREADABLE
    return (user, password) if colon and "\x00" not in user else _UNREADABLE
