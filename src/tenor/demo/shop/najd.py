"""Najd Building Materials, the storefront that speaks BuildNow's dialect (`spec/buildnow.md`)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tenor.demo import catalogue
from tenor.demo.calls import pretty
from tenor.demo.catalogue import NAJD
from tenor.demo.shop import wording
from tenor.demo.shop.account import Shop, call
from tenor.demo.shop.pages import Pages
from tenor.demo.shop.storefront import Storefront, texts, to_tenor
from tenor.demo.subscribing import PATH


class Najd:
    """Its pages. The dialect knows one way to Tenor, the redirect: it has no widget and mails no link."""

    def __init__(self, shop: Shop, pages: Pages) -> None:
        self._shop = shop
        self._storefront = Storefront(shop, pages, NAJD, modal=False)

    def routes(self) -> list[Route]:
        """Its pages by path."""
        return [
            Route("/buildnow/", self._storefront.shelves),
            Route("/buildnow/cart", self._storefront.cart),
            Route("/buildnow/pay", self.pay, methods=["POST"]),
            Route("/buildnow/return", self.back),
        ]

    async def pay(self, request: Request) -> Response:
        """Make the purchase order and send the visitor to choose terms."""
        lines = self._storefront.lines(texts(await request.form()))
        address = self._shop.address
        purchase = catalogue.buildnow_purchase(
            lines, catalogue.new_reference(NAJD), address, webhook_url=address + PATH["buildnow"]
        )
        token = await call(self._shop.buildnow.token)
        created = await call(self._shop.buildnow.create, token, purchase)
        return to_tenor(request, created["checkout_url"], NAJD)

    async def back(self, request: Request) -> Response:
        """The redirection URL: what it says, and what the purchase order itself says, which alone can be trusted."""
        token = await call(self._shop.buildnow.token)
        purchase = await call(self._shop.buildnow.find, token, request.query_params.get("purchase_order_id", "nothing"))
        return self._storefront.order_page(
            request,
            "purchase",
            purchase["partner_order_reference"],
            purchase=purchase,
            answer=pretty(purchase),
            told=wording.told(request.query_params),
        )
