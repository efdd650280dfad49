"""The demo's shop: a merchant's own system, with one storefront for each dialect.

It calls Tenor over HTTP as any merchant's server would, keeps nothing of its own, and needs no JavaScript.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from http.client import HTTPException
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from tenor.demo import catalogue
from tenor.demo.calls import Backd, BuildNow, Refused, pretty
from tenor.demo.catalogue import HARBOR, NAJD

T = TypeVar("T")

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Shop:
    """What the shop is set up with: its own address, Tenor's address for buyers, and its two accounts there."""

    address: str
    tenor_address: str
    backd: Backd
    buildnow: BuildNow


def application(shop: Shop) -> Starlette:
    """The shop as an ASGI application."""
    storefront = Storefront(shop)
    return Starlette(
        routes=storefront.routes(),
        exception_handlers={
            Refused: storefront.refused,
            ValueError: storefront.not_understood,
            OSError: storefront.away,
            HTTPException: storefront.away,
        },
    )


def new_reference(prefix: str) -> str:
    """The shop's own number for an order, such as `HS-20260416-4f9a2c`."""
    return f"{prefix}-{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(3)}"


async def _call(function: Callable[..., T], *arguments: Any) -> T:
    return await asyncio.to_thread(function, *arguments)


class Storefront:
    """The pages. Whatever came from outside is escaped by the templates."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined
        )
        # Browsers hold the redirect that answers a form to `form-action` too, and ours leads to the buyer's page.
        at = urlsplit(shop.tenor_address)
        self._headers = {
            "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
            f"form-action 'self' {at.scheme}://{at.netloc}",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }

    def routes(self) -> Sequence[Route]:
        """The shop's pages by path."""
        return [
            Route("/", self.shelves),
            Route("/shop.css", self.style),
            Route("/backd/pay", self.pay_by_backd, methods=["POST"]),
            Route("/backd/thanks", self.thanks),
            Route("/backd/ship", self.ship, methods=["POST"]),
            Route("/backd/refund", self.refund_half, methods=["POST"]),
            Route("/backd/closed", self.closed),
            Route("/buildnow/pay", self.pay_by_buildnow, methods=["POST"]),
            Route("/buildnow/return", self.back_from_buildnow),
        ]

    async def shelves(self, _: Request) -> Response:
        """What there is to buy."""
        return self._page("shelves", catalogues=(HARBOR, NAJD))

    async def style(self, _: Request) -> Response:
        """The style sheet."""
        return Response((_HERE / "shop.css").read_bytes(), media_type="text/css")

    async def pay_by_backd(self, request: Request) -> Response:
        """Make the order and send the visitor to choose terms."""
        lines = catalogue.chosen(HARBOR, _texts(await request.form()))
        order = catalogue.backd_order(lines, new_reference("HS"), self._shop.address)
        created = await _call(self._shop.backd.create_order, order)
        return RedirectResponse(created["customer_url"], 303)

    async def thanks(self, request: Request) -> Response:
        """The success URL: acknowledge the order if that is still to be done, and show how it stands."""
        order_id = request.query_params.get("backd_order_id", "")
        order = await _call(self._shop.backd.find_order, order_id)
        if order["status"] == "terms_selected":
            await _call(self._shop.backd.order_placed, order_id, order["merchant_order_id"])
            order = await _call(self._shop.backd.find_order, order_id)
        return self._page("order", order=order, answer=pretty(order), currency=HARBOR.currency)

    async def ship(self, request: Request) -> Response:
        """The goods leave: confirm the order."""
        order_id = _texts(await request.form()).get("backd_order_id", "")
        await _call(self._shop.backd.confirm_order, order_id)
        return _order_page(order_id)

    async def refund_half(self, request: Request) -> Response:
        """Ask for half of the total back."""
        order_id = _texts(await request.form()).get("backd_order_id", "")
        order = await _call(self._shop.backd.find_order, order_id)
        amount = catalogue.half(Decimal(str(order["order_total"])))
        await _call(self._shop.backd.refund, order_id, order["merchant_order_id"], amount)
        return _order_page(order_id)

    async def closed(self, request: Request) -> Response:
        """The close URL: why the visitor came back."""
        return self._page("closed", message=request.query_params.get("message", ""))

    async def pay_by_buildnow(self, request: Request) -> Response:
        """Make the purchase order and send the visitor to choose terms."""
        lines = catalogue.chosen(NAJD, _texts(await request.form()))
        purchase = catalogue.buildnow_purchase(lines, new_reference("NBM"), self._shop.address)
        token = await _call(self._shop.buildnow.token)
        created = await _call(self._shop.buildnow.create, token, purchase)
        return RedirectResponse(created["checkout_url"], 303)

    async def back_from_buildnow(self, request: Request) -> Response:
        """The redirection URL: what it says, and what the purchase order itself says, which alone can be trusted."""
        token = await _call(self._shop.buildnow.token)
        purchase = await _call(
            self._shop.buildnow.find, token, request.query_params.get("purchase_order_id", "nothing")
        )
        told = dict(request.query_params)
        return self._page("purchase", purchase=purchase, answer=pretty(purchase), told=told, currency=NAJD.currency)

    async def refused(self, _: Request, error: Exception) -> Response:
        """Tenor said no."""
        assert isinstance(error, Refused)
        return self._page("trouble", 400, message=f"Tenor answered {error.status}: {error.message}")

    async def not_understood(self, _: Request, error: Exception) -> Response:
        """The visitor's form, or Tenor's answer, was not what it should be."""
        return self._page("trouble", 400, message=str(error))

    async def away(self, _: Request, error: Exception) -> Response:
        """Tenor did not answer."""
        return self._page("trouble", 502, message="Tenor does not answer. Is it running?")

    def _page(self, name: str, status: int = 200, **values: Any) -> Response:
        text = self._templates.get_template(f"{name}.html").render(values)
        return HTMLResponse(text, status, headers=self._headers)


def _texts(form: FormData) -> dict[str, str]:
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _order_page(order_id: str) -> Response:
    return RedirectResponse(f"/backd/thanks?{urlencode({'backd_order_id': order_id})}", 303)
