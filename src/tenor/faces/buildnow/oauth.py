"""The token call: the client credentials grant of OAuth 2 (RFC 6749, section 4.4), read and refused as it says."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote_plus

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from tenor.base import clock
from tenor.base.errors import TooLarge, Unauthenticated, UnsupportedMedia
from tenor.base.http import json_response, read_body
from tenor.base.idempotency import Answer
from tenor.base.wire import FORBIDDEN
from tenor.faces.buildnow import auth, wire
from tenor.faces.face import Platform

_LIMIT = 16 * 1024
_GRANT = "client_credentials"
# RFC 6749, section 5.1: nothing on the way may keep an answer that holds a token.
_NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class Refused(Exception):
    """A refusal of RFC 6749, section 5.2: its code, a sentence, and the status and headers that go with it."""

    def __init__(self, code: str, description: str, status: int = 400, headers: Mapping[str, str] | None = None):
        super().__init__(description)
        self.body = {"error": code, "error_description": description}
        self.status = status
        self.headers = dict(headers or {})


async def token(request: Request, on: Platform) -> Response:
    """Answer a request for a token."""
    try:
        answer, headers = await _given(request, on), _NOT_KEPT
    except Refused as refused:
        answer, headers = Answer(refused.status, msgspec.json.encode(refused.body)), _NOT_KEPT | refused.headers
    response = json_response(answer)
    response.headers.update(headers)
    return response


async def _given(request: Request, on: Platform) -> Answer:
    form = await _form(request)
    if "grant_type" not in form:
        raise Refused("invalid_request", "grant_type is required.")
    if form["grant_type"] != _GRANT:
        raise Refused("unsupported_grant_type", f"grant_type must be {_GRANT}.")
    client_id, client_secret, by_header = _client(request.headers.get("authorization", ""), form)
    try:
        merchant = await on.directory.authenticate("oauth_client", client_id, client_secret)
    except Unauthenticated:
        raise _unknown_client(by_header) from None
    request.state.merchant_id = str(merchant.id)
    if not set(form.get("scope", "").split()) <= {auth.SCOPE}:
        raise Refused("invalid_scope", f"scope must be {auth.SCOPE}, or left out.")
    answer = wire.TokenAnswer(
        access_token=auth.issue(on.seal, client_id, clock.now()),
        token_type="Bearer",  # noqa: S106  # The name of a kind of token.
        expires_in=int(auth.LIFETIME.total_seconds()),
        scope=auth.SCOPE,
        allowed_origins=list(merchant.origins),
    )
    return Answer(200, msgspec.json.encode(answer))


async def _form(request: Request) -> dict[str, str]:
    """The body's parameters; one without a value counts as left out (RFC 6749, section 3.2)."""
    try:
        body = await read_body(request, _LIMIT, "application/x-www-form-urlencoded")
    except UnsupportedMedia as error:
        raise Refused("invalid_request", error.message) from None
    except TooLarge as error:
        raise Refused("invalid_request", error.message, status=413) from None
    try:
        pairs = parse_qsl(body.decode("ascii"), strict_parsing=bool(body), errors="strict", max_num_fields=100)
    except ValueError:
        raise Refused("invalid_request", "The body is not a form in UTF-8.") from None
    form = dict(pairs)
    if len(form) < len(pairs):
        raise Refused("invalid_request", "A parameter is there more than once.")
    if any(FORBIDDEN.search(text) for pair in pairs for text in pair):
        raise Refused("invalid_request", "A parameter holds control characters or text-direction overrides.")
    return form


def _client(header: str, form: Mapping[str, str]) -> tuple[str, str, bool]:
    """The client's id and secret, and whether they came by HTTP Basic (RFC 6749, section 2.3.1)."""
    scheme, _, encoded = header.partition(" ")
    in_body = "client_id" in form or "client_secret" in form
    if scheme.lower() != "basic":
        if "client_id" not in form or "client_secret" not in form:
            raise Refused("invalid_client", "client_id and client_secret are required.", status=401)
        return form["client_id"], form["client_secret"], False
    if in_body:
        raise Refused("invalid_request", "The client must authenticate by the header or by the body, not by both.")
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode("ascii")
        client_id, colon, secret = pair.partition(":")
        client_id, secret = (unquote_plus(text) for text in (client_id, secret))
    except (binascii.Error, ValueError):
        raise _unknown_client(by_header=True) from None
    if not colon:
        raise _unknown_client(by_header=True)
    return client_id, secret, True


def _unknown_client(by_header: bool) -> Refused:
    headers = {"WWW-Authenticate": 'Basic realm="api"'} if by_header else {}
    return Refused("invalid_client", "The client is unknown or its secret is wrong.", status=401, headers=headers)
