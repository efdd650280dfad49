"""Backd's eight calls. Each handler reads, calls the core and answers; it holds no rule and no SQL."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tenor.base import clock
from tenor.base.database import Tx
from tenor.base.errors import Invalid, Problem, TenorError, TooMany
from tenor.base.http import decode, json_response, read_body, reading, run_once
from tenor.base.idempotency import Answer
from tenor.base.logs import logger
from tenor.base.wire import Decoder
from tenor.core.documents import rules as document_rules
from tenor.core.documents import store as document_store
from tenor.core.documents.model import Document
from tenor.core.merchants import service as merchants
from tenor.core.merchants.model import Merchant
from tenor.core.orders import service as orders
from tenor.core.orders.links import checkout_url
from tenor.core.orders.model import NewOrder, Order
from tenor.core.refunds import service as refunds
from tenor.core.refunds import store as refund_store
from tenor.faces.backd import mapping, widget, wire
from tenor.faces.backd.auth import merchant_of
from tenor.faces.backd.contract import PREFIX
from tenor.faces.backd.errors import created, failure, render, success
from tenor.faces.face import Platform
from tenor.faces.mounting import mounted

# 20 MB of documents, the third that base 64 adds, and room for the order.
_CREATE_LIMIT = 30 * 1024 * 1024
_LIMIT = 1024 * 1024

B = TypeVar("B")
Command = Callable[[Tx, Merchant, B], Awaitable[Answer]]

_create = Decoder(wire.CreateOrder)
_reference = Decoder(wire.OrderReference)
_handle = Decoder(wire.OrderHandle)
_update = Decoder(wire.UpdateOrder)
_refund = Decoder(wire.RefundRequest)


def routes(platform: Platform) -> Sequence[BaseRoute]:
    """The dialect under its base path, with its own shape for every refusal."""
    handlers = {TenorError: _refused, HTTPException: _no_such_call, Exception: _failed}
    return [mounted(PREFIX, [*Calls(platform).routes(), *widget.routes(platform)], handlers)]


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, TenorError)
    response = widget.readable(request, render(error))
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


async def _no_such_call(request: Request, error: Exception) -> Response:
    # The path is not repeated: whoever builds it wrongly may have put a secret there.
    return json_response(failure(f"There is no such call: {request.method} with this path."))


async def _failed(request: Request, error: Exception) -> Response:
    logger().error("call failed", method=request.method, error=type(error).__name__)
    return widget.readable(request, failure("Internal server error.", 500))


class Calls:
    """The handlers, on one platform."""

    def __init__(self, platform: Platform) -> None:
        self._on = platform

    def routes(self) -> list[Route]:
        """The eight calls by path and method."""
        return [
            Route("/create_order", self.create_order, methods=["POST"]),
            Route("/order_placed", self.order_placed, methods=["POST"]),
            Route("/find_order/{backd_order_id}", self.find_order, methods=["GET"]),
            Route("/update_order", self.update_order, methods=["POST"]),
            Route("/confirm_order", self.confirm_order, methods=["POST"]),
            Route("/cancel_order", self.cancel_order, methods=["POST"]),
            Route("/refund", self.request_refund, methods=["POST"]),
            Route("/refund", self.decline_refund, methods=["DELETE"]),
        ]

    async def create_order(self, request: Request) -> Response:
        """POST /create_order: a new order and the link for its buyer."""
        merchant = await merchant_of(request, self._on.directory)
        body = await read_body(request, _CREATE_LIMIT)
        given = await reading(_read_order(merchant, body))
        documents = given.value[1] if given.value else []
        async with self._on.files.holding(merchant.id, documents) as held:

            async def work(tx: Tx) -> Answer:
                new, _ = given.get()
                order, made = await orders.create(tx, merchant, new, clock.now(merchant.clock_offset))
                if made and documents:
                    await document_store.insert(tx, merchant.id, order.id, documents)
                    held.keep()
                return self._created(order)

            answer = await run_once(self._on.database, request, merchant.id, body, work, render, single=not documents)
        return json_response(answer)

    def _created(self, order: Order) -> Answer:
        url = checkout_url(self._on.settings.public_url, self._on.seal, order)
        return created(mapping.created_data(order, url))

    async def find_order(self, request: Request) -> Response:
        """GET /find_order/{backd_order_id}: the order and its refund requests."""
        merchant = await merchant_of(request, self._on.directory)
        number = mapping.order_number(request.path_params["backd_order_id"])
        async with self._on.database.single_statement() as tx:
            order = await orders.by_number(tx, merchant.id, number, face=mapping.FACE)
            requests = await refund_store.of_order(tx, merchant.id, order.id)
        return json_response(success(mapping.order_data(order, requests), "Find Order Success"))

    async def order_placed(self, request: Request) -> Response:
        """POST /order_placed: the merchant acknowledges the order."""

        async def command(tx: Tx, merchant: Merchant, body: wire.OrderReference) -> Answer:
            order, now = await _locked(tx, merchant, body)
            return success(mapping.order_data(await orders.place(tx, order, now)), "Order Placed Success")

        return await self._run(request, _reference, command)

    async def update_order(self, request: Request) -> Response:
        """POST /update_order: what may change of a placed order."""

        async def command(tx: Tx, merchant: Merchant, body: wire.UpdateOrder) -> Answer:
            change = mapping.order_change(body, merchant.currency)
            order, now = await _locked(tx, merchant, body)
            updated = await orders.update(tx, merchant, order, change, now)
            return success(mapping.order_data(updated), "Update Order Success")

        return await self._run(request, _update, command)

    async def confirm_order(self, request: Request) -> Response:
        """POST /confirm_order: the sale."""

        async def command(tx: Tx, merchant: Merchant, body: wire.OrderHandle) -> Answer:
            order, now = await _locked(tx, merchant, body)
            return success(mapping.order_data(await orders.confirm(tx, order, now)), "Confirm Order Success")

        return await self._run(request, _handle, command)

    async def cancel_order(self, request: Request) -> Response:
        """POST /cancel_order: the merchant calls a placed order off."""

        async def command(tx: Tx, merchant: Merchant, body: wire.OrderHandle) -> Answer:
            order, now = await _locked(tx, merchant, body)
            return success(mapping.canceled_data(await orders.cancel(tx, order, now)), "Cancel Order Success")

        return await self._run(request, _handle, command)

    async def request_refund(self, request: Request) -> Response:
        """POST /refund: ask for a refund, or replace the request that is not locked yet."""

        async def command(tx: Tx, merchant: Merchant, body: wire.RefundRequest) -> Answer:
            amount = mapping.refund_amount(body, merchant.currency)
            order, now = await _locked(tx, merchant, body)
            order, requests = await refunds.request(tx, order, amount, now)
            return success(mapping.order_data(order, requests), "Refund Request Success")

        return await self._run(request, _refund, command)

    async def decline_refund(self, request: Request) -> Response:
        """DELETE /refund: take the active, unlocked request back."""

        async def command(tx: Tx, merchant: Merchant, body: wire.OrderHandle) -> Answer:
            order, now = await _locked(tx, merchant, body)
            order, requests = await refunds.decline(tx, order, now)
            return success(mapping.order_data(order, requests), "Decline Refund Success")

        return await self._run(request, _handle, command)

    async def _run(self, request: Request, decoder: Decoder[B], command: Command[B]) -> Response:
        merchant = await merchant_of(request, self._on.directory)
        body = await read_body(request, _LIMIT)
        given = await reading(decode(decoder, body))

        async def work(tx: Tx) -> Answer:
            return await command(tx, merchant, given.get())

        return json_response(await run_once(self._on.database, request, merchant.id, body, work, render))


async def _read_order(merchant: Merchant, body: bytes) -> tuple[NewOrder, list[Document]]:
    decoded = await decode(_create, body)
    documents: list[Document] = []
    wrong: Sequence[Problem] = ()
    if sent := mapping.new_documents(decoded):
        try:
            documents = await asyncio.to_thread(document_rules.check, sent, clock.now(merchant.clock_offset))
        except Invalid as refusal:
            # Kept, so that what else is wrong with the order is told together with its documents.
            wrong = refusal.problems
    return mapping.new_order(decoded, merchant.currency, documents, wrong), documents


async def _locked(
    tx: Tx, merchant: Merchant, body: wire.OrderReference | wire.OrderHandle | wire.UpdateOrder | wire.RefundRequest
) -> tuple[Order, datetime]:
    """The order that a body names, under its lock, and the time on the merchant's clock."""
    number = mapping.order_number(body.backd_order_id)
    order = await orders.by_number(
        tx, merchant.id, number, reference=body.merchant_order_id, face=mapping.FACE, lock=True
    )
    return order, await merchants.now(tx, merchant.id)
