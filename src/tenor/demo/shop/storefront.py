"""What both storefronts have: their shelves and the cart."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tenor.demo import catalogue
from tenor.demo.catalogue import HARBORS_BUYER, NAJDS_LEAST, NAJDS_MOST, Catalogue, Line
from tenor.demo.shop import wording
from tenor.demo.shop.account import Shop
from tenor.demo.shop.languages import choose
from tenor.demo.shop.pages import Pages


def texts(form: FormData | QueryParams) -> dict[str, str]:
    """The fields of a form that are texts."""
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


def to_tenor(request: Request, link: str, catalogue: Catalogue) -> Response:
    """Send the visitor to the link that Tenor gave, in the language of the visit."""
    mark = "&" if urlsplit(link).query else "?"
    return RedirectResponse(f"{link}{mark}{urlencode({'lang': choose(request, catalogue.language).code})}", 303)


class Storefront:
    """One shop's shelves and cart. The cart stands in its address: the shop keeps none."""

    def __init__(self, shop: Shop, pages: Pages, goods: Catalogue, *, modal: bool) -> None:
        self._shop = shop
        self._goods = goods
        self._pages = pages
        self._modal = modal

    async def shelves(self, request: Request) -> Response:
        """What there is to buy."""
        language = choose(request, self._goods.language)
        prices = {one.sku: wording.amount(language, one.price, self._goods.currency) for one in self._goods.products}
        return self.page(request, "shelves", prices=prices, shipping=self._amount(request, self._goods.shipping))

    async def cart(self, request: Request) -> Response:
        """What it comes to, and how to pay."""
        lines = self.lines(texts(request.query_params))
        totals = self._goods.totals(lines)
        language = choose(request, self._goods.language)
        return self._pages.render(
            request,
            "cart",
            self._goods,
            modal=self._modal,
            lines=[wording.line(language, one, self._goods.currency) for one in lines],
            quantities={one.product.sku: one.quantity for one in lines},
            cost={name: self._amount(request, getattr(totals, name)) for name in ("goods", "tax", "shipping", "total")},
            email=HARBORS_BUYER,
            least=self._amount(request, NAJDS_LEAST),
            most=self._amount(request, NAJDS_MOST),
        )

    def lines(self, quantities: dict[str, str]) -> list[Line]:
        """What the visitor takes. Raises `NotChosen`."""
        return catalogue.chosen(self._goods, quantities)

    def page(self, request: Request, name: str, **values: Any) -> Response:
        """A page of this storefront."""
        return self._pages.render(request, name, self._goods, **values)

    def _amount(self, request: Request, value: Any) -> str:
        return wording.amount(choose(request, self._goods.language), value, self._goods.currency)

    def order_page(self, request: Request, name: str, reference: str, **values: Any) -> Response:
        """A page of one order with its events, which grows as they arrive."""
        language = choose(request, self._goods.language)
        arrivals = self._shop.inbox.of(self._goods.dialect, reference)
        return self.page(
            request,
            name,
            live=True,
            version=self._shop.inbox.version,
            events=[wording.event(language, one) for one in arrivals],
            in_words=lambda given: wording.status(language, given),
            money=lambda given: wording.amount(language, given, self._goods.currency),
            **values,
        )
