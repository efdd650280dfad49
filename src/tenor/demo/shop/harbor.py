"""Harbor Supply, the storefront that speaks Backd's dialect (`spec/backd.md`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tenor.demo import catalogue
from tenor.demo.calls import compact, pretty
from tenor.demo.catalogue import HARBOR, HARBORS_BUYER
from tenor.demo.shop.account import Shop, call
from tenor.demo.shop.pages import Pages
from tenor.demo.shop.storefront import Storefront, texts, to_tenor


class Harbor:
    """Its pages. The buyer comes to Tenor in a window over the shop, by redirect, or by a mailed link."""

    def __init__(self, shop: Shop, pages: Pages) -> None:
        self._shop = shop
        self._storefront = Storefront(shop, pages, HARBOR, modal=True)

    def routes(self) -> list[Route]:
        """Its pages by path."""
        return [
            Route("/backd/", self._storefront.shelves),
            Route("/backd/cart", self._storefront.cart),
            Route("/backd/pay", self.pay, methods=["POST"]),
            Route("/backd/order", self.order_for_widget, methods=["POST"]),
            Route("/backd/mailed", self.mailed),
            Route("/backd/thanks", self.thanks),
            Route("/backd/ship", self.ship, methods=["POST"]),
            Route("/backd/refund", self.refund_half, methods=["POST"]),
            Route("/backd/closed", self.closed),
        ]

    async def pay(self, request: Request) -> Response:
        """Make the order; then the visitor goes to choose terms, or reads where the link was mailed to."""
        fields = texts(await request.form())
        order = self._order(fields)
        if fields.get("way") != "mail":
            return to_tenor(request, (await call(self._shop.backd.create_order, order))["customer_url"], HARBOR)
        created = await call(self._shop.backd.create_order, catalogue.mailed(order, _email(fields)))
        told = {"backd_order_id": created["backd_order_id"], "notified": str(created["notified_customer"]).lower()}
        return RedirectResponse(f"/backd/mailed?{urlencode(told)}", 303)

    async def order_for_widget(self, request: Request) -> Response:
        """The order that the visitor's browser hands to Tenor's script: the shop's prices, not the browser's."""
        order = catalogue.for_widget(self._order(texts(await request.form())), self._shop.public_key)
        return Response(compact(order), media_type="application/json")

    def _order(self, fields: dict[str, str]) -> dict[str, Any]:
        reference = catalogue.new_reference(HARBOR)
        return catalogue.backd_order(self._storefront.lines(fields), reference, self._shop.address, _email(fields))

    async def mailed(self, request: Request) -> Response:
        """Where the letter with the link can be read."""
        order = await self._found(request)
        notified = request.query_params.get("notified") == "true"
        email = order["billing"]["email"] if order["billing"] else ""
        return self._storefront.page(request, "mailed", order=order, notified=notified, email=email)

    async def thanks(self, request: Request) -> Response:
        """The success URL: acknowledge the order if that is still to be done, and show how it stands."""
        order = await self._found(request)
        if order["status"] == "terms_selected":
            await call(self._shop.backd.order_placed, order["backd_order_id"], order["merchant_order_id"])
            order = await call(self._shop.backd.find_order, order["backd_order_id"])
        reference = order["merchant_order_id"]
        return self._storefront.order_page(request, "order", reference, order=order, answer=pretty(order))

    async def _found(self, request: Request) -> dict[str, Any]:
        return await call(self._shop.backd.find_order, request.query_params.get("backd_order_id", ""))

    async def ship(self, request: Request) -> Response:
        """The goods leave: confirm the order."""
        order_id = texts(await request.form()).get("backd_order_id", "")
        await call(self._shop.backd.confirm_order, order_id)
        return _order_page(order_id)

    async def refund_half(self, request: Request) -> Response:
        """Ask for half of the total back."""
        order_id = texts(await request.form()).get("backd_order_id", "")
        order = await call(self._shop.backd.find_order, order_id)
        amount = catalogue.half(Decimal(str(order["order_total"])))
        await call(self._shop.backd.refund, order_id, order["merchant_order_id"], amount)
        return _order_page(order_id)

    async def closed(self, request: Request) -> Response:
        """The close URL: why the visitor came back."""
        return self._storefront.page(request, "closed", message=request.query_params.get("message", ""))


def _email(fields: dict[str, str]) -> str:
    return fields.get("email", "").strip() or HARBORS_BUYER


def _order_page(order_id: str) -> Response:
    return RedirectResponse(f"/backd/thanks?{urlencode({'backd_order_id': order_id})}", 303)
