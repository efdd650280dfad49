"""BuildNow's calls. Each handler reads, calls the core and answers; it holds no rule and no SQL."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote
from uuid import UUID

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route

from tenor.base import clock
from tenor.base.database import Tx
from tenor.base.errors import NotFound, TenorError
from tenor.base.http import decode, json_response, read_body, reading, run_once
from tenor.base.idempotency import Answer
from tenor.base.logs import logger
from tenor.base.wire import Decoder
from tenor.core.merchants.model import Merchant
from tenor.core.orders import service as orders
from tenor.core.orders import store as order_store
from tenor.core.orders.links import checkout_url
from tenor.core.orders.model import NewOrder, Order
from tenor.faces.buildnow import listing, mapping, oauth, wire
from tenor.faces.buildnow.auth import merchant_of
from tenor.faces.buildnow.contract import PREFIX, PURCHASE_ORDERS, TOKEN
from tenor.faces.buildnow.errors import challenge, detail, render
from tenor.faces.face import Platform
from tenor.faces.mounting import mounted

# Five hundred items with descriptions and metadata of usual length; ordinary purchases need a thousandth.
_LIMIT = 4 * 1024 * 1024

_purchase_order = Decoder(wire.PurchaseOrder)
_addressed = Decoder(wire.Addressed)
# Sorted keys where a merchant's own JSON is given back: the database does not keep their order.
_encoder = msgspec.json.Encoder(order="deterministic", decimal_format="number")


def routes(platform: Platform) -> Sequence[BaseRoute]:
    """The dialect under its base path, with its own shape for every refusal."""
    handlers = {
        TenorError: _refused,
        HTTPException: _no_such_call,
        ClientDisconnect: _gone,
        Exception: _failed,
    }
    return [mounted(PREFIX, Calls(platform).routes(), handlers)]


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, TenorError)
    response = json_response(render(error))
    response.headers.update(challenge(error))
    return response


async def _no_such_call(request: Request, error: Exception) -> Response:
    """No such path, or none with this method. A path that lacks its last slash is told so, as Django would."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        response = json_response(detail(405, f'Method "{request.method[:20]}" not allowed.'))
        response.headers["Allow"] = ", ".join(sorted((error.headers or {}).get("Allow", "").split(", ")))
        return response
    if not _lacks_slash(request):
        return json_response(detail(error.status_code, "Not found."))
    if request.method not in ("GET", "HEAD"):
        return json_response(detail(404, "Not found. The path must end with a slash."))
    path = quote(request.scope["path"]) + "/"
    response = json_response(detail(301, "The path must end with a slash."))
    response.headers["Location"] = f"{path}?{request.url.query}" if request.url.query else path
    return response


def _lacks_slash(request: Request) -> bool:
    with_slash = {**request.scope, "path": request.scope["path"] + "/"}
    found: list[BaseRoute] = request.app.router.routes
    return any(route.matches(with_slash)[0] is not Match.NONE for route in found)


async def _gone(request: Request, error: Exception) -> Response:
    return json_response(detail(400, "The connection was closed before the body was complete."))


async def _failed(request: Request, error: Exception) -> Response:
    logger().error("call failed", method=request.method, error=type(error).__name__)
    return json_response(detail(500, "A server error occurred."))


class Calls:
    """The handlers, on one platform."""

    def __init__(self, platform: Platform) -> None:
        self._on = platform

    def routes(self) -> list[Route]:
        """The calls by path. A path's methods share one route, so that a wrong method hears of all of them."""
        return [
            Route(TOKEN, self.token, methods=["POST", "OPTIONS"]),
            Route(PURCHASE_ORDERS, self.purchase_orders, methods=["GET", "POST", "OPTIONS"]),
            Route(PURCHASE_ORDERS + "{id}/", self.purchase_order, methods=["GET", "OPTIONS"]),
        ]

    async def token(self, request: Request) -> Response:
        """POST /o/token/: an access token for a client's credentials."""
        if request.method == "OPTIONS":
            return _options("OPTIONS, POST")
        return await oauth.token(request, self._on)

    async def purchase_orders(self, request: Request) -> Response:
        """GET and POST /bnpl/purchase-orders/."""
        if request.method == "OPTIONS":
            return _options("GET, HEAD, OPTIONS, POST")
        return await (self._create(request) if request.method == "POST" else self._page(request))

    async def purchase_order(self, request: Request) -> Response:
        """GET /bnpl/purchase-orders/{id}/: one of the merchant's own."""
        if request.method == "OPTIONS":
            return _options("GET, HEAD, OPTIONS")
        merchant = await merchant_of(request, self._on.directory, self._on.seal)
        order_id = _uuid(request.path_params["id"])
        async with self._on.database.single_statement() as tx:
            order = await order_store.find(tx, merchant.id, order_id)
        if order is None or order.face != mapping.FACE:
            raise NotFound("There is no such purchase order.")
        return json_response(self._answer(200, order))

    async def _create(self, request: Request) -> Response:
        merchant = await merchant_of(request, self._on.directory, self._on.seal)
        body = await read_body(request, _LIMIT)
        given = await reading(_read_order(merchant, body))

        async def work(tx: Tx) -> Answer:
            order, made = await orders.create(tx, merchant, given.get(), clock.now(merchant.clock_offset))
            return self._answer(201 if made else 200, order)

        return json_response(await run_once(self._on.database, request, merchant.id, body, work, render, single=True))

    async def _page(self, request: Request) -> Response:
        merchant = await merchant_of(request, self._on.directory, self._on.seal)
        query = listing.read(request.query_params)
        async with self._on.database.single_statement() as tx:
            found = await order_store.page(
                tx, merchant.id, mapping.FACE, reference=query.reference, states=query.states,
                before=query.older_than, after=query.newer_than, limit=query.limit + 1,
            )  # fmt: skip
        page = listing.turn(query, found)
        base = self._on.settings.public_url + PREFIX + PURCHASE_ORDERS
        answer = wire.Page(
            next=listing.address(base, request.query_params, page.next),
            previous=listing.address(base, request.query_params, page.previous),
            results=[self._written(order) for order in page.orders],
        )
        return json_response(Answer(200, _encoder.encode(answer)))

    def _answer(self, status: int, order: Order) -> Answer:
        return Answer(status, _encoder.encode(self._written(order)))

    def _written(self, order: Order) -> wire.PurchaseOrderAnswer:
        return mapping.answer(order, checkout_url(self._on.settings.public_url, self._on.seal, order))


async def _read_order(merchant: Merchant, body: bytes) -> NewOrder:
    sent = await decode(_purchase_order, body)
    addressed = await decode(_addressed, body)
    return mapping.new_order(sent, addressed.shipment_address, merchant.currency)


def _options(allow: str) -> Response:
    response = json_response(Answer(200, msgspec.json.encode({"allow": allow.split(", ")})))
    response.headers["Allow"] = allow
    return response


def _uuid(text: str) -> UUID:
    """An id in the one spelling that it was given in. Raises `NotFound`."""
    try:
        order_id = UUID(text)
    except ValueError:
        raise NotFound("There is no such purchase order.") from None
    if str(order_id) != text.lower():
        raise NotFound("There is no such purchase order.")
    return order_id
