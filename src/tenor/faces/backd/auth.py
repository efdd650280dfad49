"""HTTP Basic with the public key as user and the secret key as password (`spec/backd.md`, authentication)."""

from __future__ import annotations

from starlette.requests import Request

from tenor.base.errors import Forbidden
from tenor.base.http import basic_credentials
from tenor.core.merchants.directory import Directory
from tenor.core.merchants.model import Merchant


async def merchant_of(request: Request, directory: Directory) -> Merchant:
    """The merchant that calls. Raises `Unauthenticated`, or `Forbidden` for a call that comes from a browser."""
    public_key, secret_key = basic_credentials(request.headers.get("authorization", ""))
    merchant = await directory.authenticate("api_key", public_key, secret_key)
    request.state.merchant_id = str(merchant.id)
    origin = request.headers.get("origin")
    if origin is not None and origin not in merchant.origins:
        raise Forbidden("The Origin of this request is not on the merchant's list of origins.")
    if origin is not None:
        raise Forbidden(
            "This request comes from a browser. The secret key must stay on your server: call from there,"
            " and replace the key, since pages have shown it."
        )
    return merchant
