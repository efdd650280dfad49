"""Either kind of credential: the API keys by HTTP Basic, or an access token as Bearer."""

from __future__ import annotations

from starlette.requests import Request

from tenor.base.errors import Forbidden
from tenor.base.http import basic_credentials
from tenor.core.merchants import tokens
from tenor.core.merchants.model import Merchant
from tenor.faces.face import Platform


async def merchant_of(request: Request, on: Platform) -> Merchant:
    """The merchant that calls. Raises `Unauthenticated`, or `Forbidden` for a secret key that a browser sends."""
    header = request.headers.get("authorization", "")
    scheme, _, token = header.partition(" ")
    if scheme.lower() == "bearer":
        client_id, _ = tokens.client_of(on.seal, token)
        merchant = await on.directory.merchant_of_client("oauth_client", client_id)
    else:
        merchant = await on.directory.authenticate("api_key", *basic_credentials(header))
    request.state.merchant_id = str(merchant.id)
    if "origin" in request.headers:
        raise Forbidden("This request comes from a browser; keys and tokens must stay on your server: call from there.")
    return merchant
