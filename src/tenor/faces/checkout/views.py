"""The pages that a link opens without a session. A handler opens the visit and picks the page; it holds no rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tenor.base.errors import NotFound
from tenor.base.http import read_body
from tenor.core.merchants import store as merchant_store
from tenor.core.orders import links
from tenor.core.orders.model import Order, State
from tenor.faces.checkout import forms, looks, presentation, visits
from tenor.faces.checkout.agreement import Writer
from tenor.faces.checkout.languages import Language
from tenor.faces.checkout.pages import Pages
from tenor.faces.checkout.visits import Closed, Stay, Visit
from tenor.faces.checkout.ways import Step, Way
from tenor.faces.face import Departure, Platform

_LIMIT = 16 * 1024

# Shops read this, so it is English whatever the buyer's language.
_LEFT = Departure("closed", "The buyer cancelled and returned to the shop.")


@dataclass(frozen=True)
class WayBack:
    """The shop's name, and its address for a buyer who leaves."""

    shop: str
    address: str


class Desk:
    """What the handlers share: the platform, the pages, and how a visit is opened."""

    def __init__(self, platform: Platform, pages: Pages) -> None:
        self.on = platform
        self.pages = pages

    def way(self, request: Request, language: Language) -> Way:
        """The addresses of the order's pages, in the session of the request if it has one."""
        return Way.of(self.pages.prefix, request, language)

    def writer(self, language: Language) -> Writer:
        """Writes the deployment's agreements."""
        settings = self.on.settings
        host = urlsplit(settings.public_url).netloc
        return Writer(language, settings.operator, host, settings.environment == "sandbox")

    def look(self, visit: Visit) -> looks.Look:
        """How the pages of a visit look."""
        return looks.of(self.pages.prefix, visit.merchant)

    async def visit(self, request: Request) -> Visit:
        """The visit that the link opens. Raises `NotFound`."""
        async with self.on.database.single_statement() as tx:
            return await visits.arrive(tx, self.on.seal, *link(request))

    async def stay(self, request: Request) -> Stay:
        """The stay that the session opens. Raises `NotFound`, and `SessionEnded`."""
        async with self.on.database.single_statement() as tx:
            stay = await visits.enter(tx, self.on.seal, *link(request), request.path_params["session"])
        stay.check_session()
        return stay

    async def answers(self, request: Request) -> forms.Answers:
        """The form that was sent. Raises `UnsupportedMedia` and `TooLarge`."""
        return forms.read(await read_body(request, _LIMIT, "application/x-www-form-urlencoded"))

    def return_url(self, order: Order, departure: Departure) -> str | None:
        """Where the shop wants a buyer who leaves like this, or None where the buyer stays."""
        return self.on.dialects[order.face].return_url(order, departure)

    async def way_back(self, request: Request, closed: Closed, departure: Departure) -> WayBack | None:
        """The way back to the shop from a page that has nothing left to choose; None where there is none to be shown.

        The link alone shows nothing of an order that has ended, so the shop is named to who has proven an address
        besides: by a session, also one that has ended, or by the mailed link's proof.
        """
        visit = closed.visit
        back = self.return_url(visit.order, departure)
        if closed.told and back != self.return_url(msgspec.structs.replace(visit.order, state=State.NEW), departure):
            # It would tell what became of the order, and that is for the one who asked for terms.
            return None
        return WayBack(visit.merchant.name, back) if back and await self._has_proven(request, visit) else None

    async def _has_proven(self, request: Request, visit: Visit) -> bool:
        proof = request.query_params.get("proof", "")
        if links.proves(self.on.seal, visit.order, proof, visit.now) is not None:
            return True
        session = request.path_params.get("session", "")
        try:
            async with self.on.database.single_statement() as tx:
                await visits.enter(tx, self.on.seal, *link(request), session)
        except NotFound:
            return False
        return True

    def step_page(
        self, name: str, language: Language, way: Way, visit: Visit, step: Step, reach: Sequence[Step], **values: Any
    ) -> Response:
        """A step's page, with the row of steps and the way back to the shop. What has to be corrected makes it 422."""
        return self.pages.render(
            name,
            language,
            422 if values.get("corrections") else 200,
            look=self.look(visit),
            view=presentation.order_view(language, visit.merchant, visit.order, visit.offers),
            documents=presentation.attachments(language, way, visit.documents),
            steps=presentation.steps(language, way, step, reach),
            way=way,
            frame=way.frame,
            has_return=self.return_url(visit.order, _LEFT) is not None,
            **values,
        )


class LinkViews:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def order(self, request: Request, language: Language) -> Response:
        """GET: the order, and the way on. Changes nothing, even with a proof: mail scanners open what they find."""
        desk, way = self._desk, self._desk.way(request, language)
        visit = await desk.visit(request)
        visit.check_open()
        proof = request.query_params.get("proof", "")
        keep = f"&proof={proof}" if proof.replace("-", "").replace("_", "").isalnum() else ""
        return desk.step_page("order", language, way, visit, "order", ("order", "you"), proof=proof, keep=keep)

    async def leave(self, request: Request, language: Language) -> Response:
        """POST: back to the shop without choosing. The order stays as it is and its link stays good."""
        visit = await self._desk.visit(request)
        visit.check_open()
        return see(self._desk.way(request, language).to("left"))

    async def left(self, request: Request, language: Language) -> Response:
        """GET: on to the shop, or where the buyer stays when the shop named no address."""
        visit = await self._desk.visit(request)
        visit.check_open()
        shop, way = visit.merchant.name, self._desk.way(request, language)
        forward = self._desk.return_url(visit.order, _LEFT) or ""
        return self._desk.pages.render(
            "left",
            language,
            frame=way.frame,
            departure=_LEFT,
            look=self._desk.look(visit),
            forward=forward,
            shop=shop,
            way=way,
        )

    async def accent(self, request: Request, _: Language) -> Response:
        """GET: the style sheet of an accent colour, by its present name alone. Every colour has one."""
        sheet = looks.sheet("#" + request.path_params["colour"])
        if sheet is None or not request.url.path.endswith(f"/{sheet.name}"):
            raise NotFound("There is no such style sheet.")
        return sheet.response(request.headers.get("accept-encoding", ""))

    async def logo(self, request: Request, _: Language) -> Response:
        """GET: a merchant's logo, by its present name alone."""
        merchant_id, mark = looks.named(request.path_params["name"])
        async with self._desk.on.database.single_statement() as tx:
            merchant = await merchant_store.find(tx, merchant_id)
            kept = await merchant_store.logo(tx, merchant_id)
        if merchant is None or merchant.logo is None or kept is None or mark != looks.mark_of(merchant.logo):
            raise NotFound("There is no such logo.")
        return Response(kept[0], media_type=kept[1], headers=looks.LASTING)

    async def style(self, request: Request, _: Language) -> Response:
        """GET: the style sheet, by its present name alone."""
        style = self._desk.pages.style
        if request.path_params["name"] != style.name:
            raise NotFound("There is no such style sheet.")
        return style.response(request.headers.get("accept-encoding", ""))

    async def script(self, _: Request, __: Language) -> Response:
        """GET: the script of the pages in a frame."""
        return self._desk.pages.script.response()


def link(request: Request) -> tuple[str, str]:
    """The two parts of a link."""
    return request.path_params["number"], request.path_params["token"]


def see(url: str) -> Response:
    """Go on there by GET."""
    return RedirectResponse(url, 303)
