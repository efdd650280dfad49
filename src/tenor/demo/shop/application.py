"""The shop as an ASGI application: which page hangs where, and a page for whatever goes wrong."""

from __future__ import annotations

from http.client import HTTPException
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from tenor.demo.calls import Refused
from tenor.demo.catalogue import HARBOR, NAJD, Catalogue, NotChosen
from tenor.demo.shop import wording
from tenor.demo.shop.account import Shop
from tenor.demo.shop.events import Events
from tenor.demo.shop.harbor import Harbor
from tenor.demo.shop.languages import choose
from tenor.demo.shop.najd import Najd
from tenor.demo.shop.pages import Pages

_STATIC = Path(__file__).parent / "static"


def application(shop: Shop) -> Starlette:
    """The shop as an ASGI application."""
    pages = Pages(shop.tenor_address)
    trouble = Trouble(pages)

    async def doors(request: Request) -> Response:
        return pages.render(request, "doors", None)

    return Starlette(
        routes=[
            Route("/", doors),
            *Harbor(shop, pages).routes(),
            *Najd(shop, pages).routes(),
            *Events(shop.inbox, pages).routes(),
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        exception_handlers={
            Refused: trouble.refused,
            NotChosen: trouble.not_chosen,
            ValueError: trouble.not_understood,
            OSError: trouble.away,
            HTTPException: trouble.away,
        },
    )


class Trouble:
    """The pages that say what did not work."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    async def refused(self, request: Request, error: Exception) -> Response:
        """Tenor said no."""
        assert isinstance(error, Refused)
        return self._page(request, 400, "refused", f"{error.status}: {error.message}")

    async def not_chosen(self, request: Request, error: Exception) -> Response:
        """The visitor's quantities make no order."""
        assert isinstance(error, NotChosen)
        goods = _storefront(request) or HARBOR
        return self._page(request, 400, "form", wording.not_chosen(choose(request, goods.language), goods, error))

    async def not_understood(self, request: Request, error: Exception) -> Response:
        """The visitor's form, or Tenor's answer, was not what it should be."""
        return self._page(request, 400, "form", str(error))

    async def away(self, request: Request, error: Exception) -> Response:
        """Tenor did not answer."""
        return self._page(request, 502, "away", "")

    def _page(self, request: Request, status: int, kind: str, words: str) -> Response:
        return self._pages.render(request, "trouble", _storefront(request), status, kind=kind, words=words)


def _storefront(request: Request) -> Catalogue | None:
    return next((one for one in (HARBOR, NAJD) if request.url.path.startswith(f"/{one.dialect}/")), None)
