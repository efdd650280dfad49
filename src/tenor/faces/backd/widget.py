"""The one call that a browser makes: the widget's order, by the public key alone, from the merchant's own origins.

The key stands in the path, because a browser asks before it sends (the Fetch standard, CORS-preflight request), and
that question has no body: only so can it be answered by this merchant's list and no other's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tenor.base import clock, pacing
from tenor.base.addresses import network_of
from tenor.base.errors import Forbidden, Problem
from tenor.base.http import decode, json_response, read_body
from tenor.base.idempotency import Answer
from tenor.base.pacing import Budget
from tenor.base.wire import Decoder
from tenor.core.merchants.model import Merchant
from tenor.core.orders import service as orders
from tenor.core.orders.links import checkout_url
from tenor.core.orders.model import NewOrder
from tenor.faces.backd import mapping, wire
from tenor.faces.backd.errors import created
from tenor.faces.face import Platform

_LIMIT = 1024 * 1024
# How long a browser may go without asking again. The call itself looks at the list every time.
_ASKED_FOR_SECONDS = 600

_PACE = "widget-pace"

_order = Decoder(wire.WidgetOrder)


def routes(platform: Platform) -> Sequence[Route]:
    """The widget's call and the browser's question before it."""
    calls = WidgetCalls(platform)
    path = "/widget/{public_api_key}/create_order"
    return [Route(path, calls.create_order, methods=["POST"]), Route(path, calls.preflight, methods=["OPTIONS"])]


def readable(request: Request, answer: Answer) -> Response:
    """An answer, with the headers that let the shop's page read it where `WidgetCalls` found that it may."""
    response = json_response(answer)
    response.headers.update(_cors(request))
    return response


def _cors(request: Request) -> Mapping[str, str]:
    headers: Mapping[str, str] = getattr(request.state, "cors", {})
    return headers


class WidgetCalls:
    """The handlers, on one platform."""

    def __init__(self, platform: Platform) -> None:
        self._on = platform

    async def preflight(self, request: Request) -> Response:
        """OPTIONS: whether a page of this origin may make the call."""
        await self._merchant_of(request)
        allowed = {
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "Content-Type",
            "Access-Control-Max-Age": str(_ASKED_FOR_SECONDS),
        }
        return Response(status_code=204, headers={**_cors(request), **allowed})

    async def create_order(self, request: Request) -> Response:
        """POST: a new order and the link for its buyer, as create_order answers.

        There is no `Idempotency-Key` here: what strangers may send is not kept under keys of their choice. The same
        body again gives the same order.
        """
        merchant = await self._merchant_of(request)
        await self._spend(request, merchant)
        body = await decode(_order, await read_body(request, _LIMIT))
        new = _new_order(body, merchant, request.path_params["public_api_key"])
        async with self._on.database.single_statement() as tx:
            order, _ = await orders.create(tx, merchant, new, clock.now(merchant.clock_offset))
        url = checkout_url(self._on.settings.public_url, self._on.seal, order)
        return readable(request, created(mapping.created_data(order, url)))

    async def _spend(self, request: Request, merchant: Merchant) -> None:
        """Count the call, whatever comes of it. Raises `TooMany`. A refusal takes nothing off either budget."""
        settings, seal = self._on.settings, self._on.seal
        budgets = [Budget(seal.stamp(_PACE, b"merchant"), settings.widget_hourly_merchant)]
        if request.client is not None:
            caller = seal.stamp(_PACE, b"address", network_of(request.client.host).encode())
            # The merchant's row is everybody's, so it is locked last.
            budgets.insert(0, Budget(caller, settings.widget_hourly_address))
        async with self._on.database.transaction() as tx:
            for budget in budgets:
                await pacing.spend(tx, merchant.id, budget, clock.now())

    async def _merchant_of(self, request: Request) -> Merchant:
        """The merchant of the key, for a page of one of its origins. Raises `Unauthenticated` and `Forbidden`."""
        # Caches must not give one origin the answer that was another's, refusals included.
        request.state.cors = {"Vary": "Origin"}
        merchant = await self._on.directory.merchant_of_public_key(request.path_params["public_api_key"])
        request.state.merchant_id = str(merchant.id)
        origin = request.headers.get("origin")
        if origin is None or origin not in merchant.origins:
            raise Forbidden("The Origin of this request is not on the merchant's list of origins.")
        request.state.cors = {
            "Vary": "Origin",
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": "Retry-After",
        }
        return merchant


def _new_order(body: wire.WidgetOrder, merchant: Merchant, public_key: str) -> NewOrder:
    return mapping.new_order(body, merchant.currency, wrong=_not_for_browsers(body, public_key))


def _not_for_browsers(body: wire.WidgetOrder, public_key: str) -> list[Problem]:
    """What only the widget's order can have wrong.

    Whatever a page sends can be forged by whoever reads the page. So a browser can't make us write to an address of its
    choice, and brings no documents in the merchant's name.
    """
    problems = []
    if body.merchant.public_api_key != public_key:
        path = ("merchant", "public_api_key")
        problems.append(Problem(path, "invalid", "must be the key that this call was made with"))
    if body.notify_customer:
        problems.append(Problem(("notify_customer",), "invalid", "must be false: only your server can have us write"))
    if body.documents:
        problems.append(Problem(("documents",), "invalid", "must be left out: only your server can send documents"))
    if body.mode.type == "redirect":
        problems += [
            Problem(("mode", name), "required", "is required when mode.type is redirect")
            for name in ("order_success_url", "order_close_url")
            if not getattr(body.mode, name)
        ]
    return problems
