"""What became of the buyer's choice: agreed, under review or declined. Only who proved the right address sees it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from tenor.core.agreements import store as agreements
from tenor.faces.checkout import presentation, visits, wording
from tenor.faces.checkout.frames import frame_in
from tenor.faces.checkout.languages import Language
from tenor.faces.checkout.views import Desk, see
from tenor.faces.checkout.visits import Stay
from tenor.faces.checkout.ways import Outcome
from tenor.faces.face import Departure

# Shops read these, so they are English whatever the buyer's language.
_COMPLETED = Departure("completed", "The buyer chose payment terms.")
_REVIEWED = Departure("reviewed", "The request for payment terms is under review.")
_DECLINED = Departure("closed", "The request for payment terms was declined.")


class OutcomeViews:
    """The handlers. An outcome that is not the order's leads to the one that is, or back to the steps."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def done(self, request: Request, language: Language) -> Response:
        """GET: what was agreed, and on to the shop."""
        stay = await self._desk.stay(request)
        if elsewhere := self._elsewhere(request, language, stay, "done"):
            return elsewhere
        order = stay.visit.order
        assert order.terms is not None, "the schema refuses an agreed order without terms"
        notice = wording.notice(language, request.query_params.get("notice", ""))
        # Who has something to read is not sent on, nor who has come back for the agreement.
        stays = bool(notice) or request.query_params.get("just") != "accepted"
        paper = await self._paper(request, language, stay)
        back = self._desk.return_url(order, _COMPLETED) or ""
        return self._desk.pages.render(
            "done",
            language,
            frame=frame_in(request),
            departure=_COMPLETED,
            stays=stays,
            look=self._desk.look(stay.visit),
            shop=stay.visit.merchant.name,
            choice=presentation.choice(language, order.terms.offer, order.currency),
            back=back,
            paper=paper,
            forward="" if stays else back,
            notice=notice,
        )

    async def review(self, request: Request, language: Language) -> Response:
        """GET: what happens next, and by when."""
        stay = await self._desk.stay(request)
        if elsewhere := self._elsewhere(request, language, stay, "review"):
            return elsewhere
        visit = stay.visit
        back = self._desk.return_url(visit.order, _REVIEWED) or ""
        sends = self._desk.on.dialects[visit.order.face].sends_reviewed
        last_day = visit.order.expires_at.astimezone(ZoneInfo(visit.merchant.programme.time_zone)).date()
        return self._desk.pages.render(
            "review",
            language,
            frame=frame_in(request),
            departure=_REVIEWED,
            stays=True,
            look=self._desk.look(visit),
            shop=visit.merchant.name,
            email=stay.progress.email,
            last_day=language.day(last_day),
            paper=await self._paper(request, language, stay),
            back=back,
            forward=back if sends else "",
        )

    async def declined(self, request: Request, language: Language) -> Response:
        """GET: the reason that may be told, and the way back."""
        stay = await self._desk.stay(request)
        if elsewhere := self._elsewhere(request, language, stay, "declined"):
            return elsewhere
        order = stay.visit.order
        async with self._desk.on.database.single_statement() as tx:
            reason = await visits.why_declined(tx, order)
        return self._desk.pages.render(
            "declined",
            language,
            frame=frame_in(request),
            departure=_DECLINED,
            stays=True,
            look=self._desk.look(stay.visit),
            shop=stay.visit.merchant.name,
            reason=wording.why_declined(language, reason),
            back=self._desk.return_url(order, _DECLINED) or "",
        )

    async def _paper(self, request: Request, language: Language, stay: Stay) -> str:
        """Where the agreement can be downloaded; "" for terms that were accepted before agreements were kept."""
        order = stay.visit.order
        async with self._desk.on.database.single_statement() as tx:
            kept = await agreements.of_order(tx, order.merchant_id, order.id)
        return self._desk.way(request, language).to("agreement.pdf") if kept else ""

    def _elsewhere(self, request: Request, language: Language, stay: Stay, here: Outcome) -> Response | None:
        if stay.outcome == here:
            return None
        return see(self._desk.way(request, language).to(stay.outcome or stay.resume))
