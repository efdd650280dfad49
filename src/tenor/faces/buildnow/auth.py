"""Bearer tokens: signed, short-lived, and checked against the client's credential at every call."""

from __future__ import annotations

from datetime import datetime

from starlette.requests import Request

from tenor.base.errors import Forbidden, Unauthenticated
from tenor.base.seal import Seal
from tenor.core.merchants import tokens
from tenor.core.merchants.directory import Directory
from tenor.core.merchants.model import Merchant
from tenor.faces.buildnow.errors import NoToken

SCOPE = "purchase-orders"
LIFETIME = tokens.LIFETIME


def issue(seal: Seal, client_id: str, now: datetime) -> str:
    """A token for a client that has authenticated; `now` is real time, whatever a sandbox's clock says."""
    return tokens.issue(seal, client_id, SCOPE, now)


async def merchant_of(request: Request, directory: Directory, seal: Seal) -> Merchant:
    """The merchant that calls.

    Raises `Unauthenticated` for a token that is missing, not ours, expired, or whose client was revoked, and
    `Forbidden` for one that was given for something else.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise NoToken
    try:
        client_id, scopes = tokens.client_of(seal, token)
        merchant = await directory.merchant_of_client("oauth_client", client_id)
    except Unauthenticated:
        raise Unauthenticated(
            "The access token is not valid or has expired; POST /v2/o/token/ gives a new one."
        ) from None
    request.state.merchant_id = str(merchant.id)
    if SCOPE not in scopes:
        raise Forbidden(f"The access token does not have the scope {SCOPE}.")
    return merchant
