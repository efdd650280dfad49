"""Access tokens: signed, short-lived, and worth no more than the credential of the client that they name."""

from __future__ import annotations

from datetime import datetime, timedelta

import jwt

from tenor.base.errors import Unauthenticated
from tenor.base.seal import Seal

LIFETIME = timedelta(hours=1)

_ALGORITHM = "HS256"
_PURPOSE = "access-token"
# Ours have about 260 characters. A token is parsed before its signature is checked, so a stranger's is kept small.
_LONGEST = 512


def issue(seal: Seal, client_id: str, scope: str, now: datetime) -> str:
    """A token for a client that has authenticated; `now` is real time, whatever a sandbox's clock says."""
    claims = {"sub": client_id, "scope": scope, "iat": now, "exp": now + LIFETIME}
    return jwt.encode(claims, seal.key(_PURPOSE), algorithm=_ALGORITHM)


def client_of(seal: Seal, token: str) -> tuple[str, frozenset[str]]:
    """The client that a token names, and its scopes. Raises `Unauthenticated` for one that is not ours or is over."""
    refused = Unauthenticated("The access token is not valid or has expired.")
    token = token.strip()
    if len(token) > _LONGEST:
        raise refused
    try:
        claims = jwt.decode(
            token, seal.key(_PURPOSE), algorithms=[_ALGORITHM], options={"require": ["sub", "iat", "exp"]}
        )
    except jwt.InvalidTokenError:
        raise refused from None
    return claims["sub"], frozenset(str(claims.get("scope", "")).split())
