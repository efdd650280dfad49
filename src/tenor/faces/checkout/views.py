"""The buyer's pages. A handler opens the visit, calls the core and picks the page; it holds no rule."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from tenor.base.errors import NotFound
from tenor.base.http import read_body
from tenor.core.merchants.rules import origin_of
from tenor.core.orders.model import Order, State
from tenor.faces.checkout import forms, presentation, visits
from tenor.faces.checkout.doors import Door
from tenor.faces.checkout.languages import Language
from tenor.faces.checkout.pages import Pages
from tenor.faces.checkout.visits import Visit
from tenor.faces.face import Departure, Platform

_LIMIT = 16 * 1024

# Shops read these, so they are English whatever the buyer's language.
_COMPLETED = Departure("completed", "The buyer chose payment terms.")
_DECLINED = Departure("closed", "The request for payment terms was declined.")
_LEFT = Departure("closed", "The buyer cancelled and returned to the shop.")


def routes(platform: Platform) -> Sequence[BaseRoute]:
    """Everything below /order: the pages of a link, their style sheet, and a page for what is neither."""
    pages = Pages(platform.settings)
    views = Views(platform, pages)
    return [
        Route("/order/static/{name}", Door(pages, get=views.style)),
        Route("/order/{number}/{token}", Door(pages, get=views.show, post=views.accept)),
        Route("/order/{number}/{token}/leave", Door(pages, post=views.leave)),
        Route("/order/{number}/{token}/done", Door(pages, get=views.done)),
        Route("/order/{rest:path}", Door(pages)),
        Route("/order", Door(pages)),
    ]


class Views:
    """The handlers, on one platform."""

    def __init__(self, platform: Platform, pages: Pages) -> None:
        self._on = platform
        self._pages = pages

    async def show(self, request: Request, language: Language) -> Response:
        """GET: the order, its offers and the form. Changes nothing."""
        visit = await self._visit(request)
        visit.check_open()
        return self._order_page(request, language, visit, presentation.first_answers(visit.order, visit.offers), {})

    async def accept(self, request: Request, language: Language) -> Response:
        """POST: the buyer's choice; then the shop, the declined page, or the form again with what is wrong."""
        answers = forms.read(await read_body(request, _LIMIT, "application/x-www-form-urlencoded"))
        async with self._on.database.transaction() as tx:
            visit = await visits.arrive(tx, self._on.seal, *_link(request), lock=True)
            outcome = await visits.accept(tx, visit, answers)
        if not isinstance(outcome, Order):
            return self._order_page(request, language, visit, answers, outcome)
        if outcome.state == State.DECLINED:
            back = self._return_url(outcome, _DECLINED)
            return self._pages.render("declined", language, switch=False, back=back, shop=visit.merchant.name)
        return _see(self._return_url(outcome, _COMPLETED) or self._address(request, language, "/done"))

    async def leave(self, request: Request, language: Language) -> Response:
        """POST: back to the shop without choosing. The order stays as it is and its link stays good."""
        visit = await self._visit(request)
        visit.check_open()
        if url := self._return_url(visit.order, _LEFT):
            return _see(url)
        return self._pages.render("left", language, switch=False, order=self._address(request, language))

    async def done(self, request: Request, language: Language) -> Response:
        """GET: where the buyer stays when the shop named no address. Tells that terms are chosen, and nothing else."""
        visit = await self._visit(request)
        if not visit.accepted:
            visit.check_open()
            return _see(self._address(request, language))
        return self._pages.render("done", language)

    async def style(self, request: Request, language: Language) -> Response:
        """GET: the style sheet, by its present name alone."""
        if request.path_params["name"] != self._pages.style_name:
            raise NotFound("There is no such style sheet.")
        return self._pages.style()

    async def _visit(self, request: Request) -> Visit:
        async with self._on.database.single_statement() as tx:
            return await visits.arrive(tx, self._on.seal, *_link(request))

    def _order_page(
        self, request: Request, language: Language, visit: Visit, answers: forms.Answers, problems: forms.Problems
    ) -> Response:
        order, offers = visit.order, visit.offers
        return self._pages.render(
            "order",
            language,
            422 if problems else 200,
            forms_lead_to=_origins(visit),
            view=presentation.order_view(language, visit.merchant, order, offers),
            answers=answers,
            corrections=presentation.corrections(language, problems),
            mark=forms.mark_of(offers),
            accept_address=self._address(request, language),
            leave_address=self._address(request, language, "/leave"),
            has_return=self._return_url(order, _LEFT) is not None,
        )

    def _return_url(self, order: Order, departure: Departure) -> str | None:
        return self._on.dialects[order.face].return_url(order, departure)

    def _address(self, request: Request, language: Language, page: str = "") -> str:
        """A page of the same link, in the same language."""
        number, token = _link(request)
        return f"{self._pages.prefix}/order/{number}/{token}{page}?lang={language.code}"


def _link(request: Request) -> tuple[str, str]:
    return request.path_params["number"], request.path_params["token"]


def _origins(visit: Visit) -> list[str]:
    """Where the forms of an order may end: at its return URLs, or where the shop sends the buyer on from there."""
    urls = (visit.order.detail.success_url, visit.order.detail.close_url)
    return [*visit.merchant.origins, *(origin for url in urls if url and (origin := origin_of(url)))]


def _see(url: str) -> Response:
    return RedirectResponse(url, 303)
