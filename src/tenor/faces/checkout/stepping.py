"""The steps of a buyer whose e-mail address is proven, up to the acceptance."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tenor.core.orders.model import Order
from tenor.faces.checkout import forms, presentation, store, underwriting, visits, wording
from tenor.faces.checkout.languages import Language
from tenor.faces.checkout.views import Desk, link, see
from tenor.faces.checkout.visits import Stay
from tenor.faces.checkout.ways import Step


class StepViews:
    """The handlers. Each step that can't be opened leads to the one that can."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def go_on(self, request: Request, language: Language) -> Response:
        """GET: on to the first step that is not done, or to what became of the order.

        Who has just accepted is sent on to the shop from there; who comes back later has come to read.
        """
        stay = await self._desk.stay(request)
        if stay.outcome == "done" and request.query_params.get("just") == "accepted":
            return see(self._desk.way(request, language).to("done", just="accepted"))
        return see(self._desk.way(request, language).to(stay.outcome or stay.resume))

    async def order(self, request: Request, language: Language) -> Response:
        """GET: the order again."""
        return await self._show(request, language, "order", proof="")

    async def you(self, request: Request, language: Language) -> Response:
        """GET: whose address is proven."""
        return await self._show(request, language, "you", template="proven")

    async def business(self, request: Request, language: Language) -> Response:
        """GET: the form for the business."""
        stay = await self._desk.stay(request)
        return self._elsewhere(request, language, stay, "business") or self._business_page(request, language, stay)

    async def keep_business(self, request: Request, language: Language) -> Response:
        """POST: the business. It is kept as it was typed, also when it is wrong or came after the session's end."""
        answers = await self._desk.answers(request)
        async with self._desk.on.database.transaction() as tx:
            stay = await self._enter(tx, request)
            if stay.outcome is None:
                told = forms.revenue_of(answers) if stay.asks_revenue else None
                await store.keep_business(tx, stay.progress, forms.business_of(answers), told, stay.visit.now)
                stay = await self._enter(tx, request)
        stay.check_session()
        if stay.outcome is None and "terms" not in stay.reach:
            return self._business_page(request, language, stay, stay.problems)
        if stay.outcome is None:
            await underwriting.ask_bureau(self._desk.on, stay, again=True)
        return see(self._desk.way(request, language).to(stay.outcome or "terms"))

    async def terms(self, request: Request, language: Language) -> Response:
        """GET: the offers side by side."""
        stay = await self._desk.stay(request)
        return self._elsewhere(request, language, stay, "terms") or self._terms_page(request, language, stay)

    async def keep_choice(self, request: Request, language: Language) -> Response:
        """POST: the offer that is chosen."""
        answers = await self._desk.answers(request)
        async with self._desk.on.database.transaction() as tx:
            stay = await self._enter(tx, request)
            stay.check_session()
            problems = {} if stay.outcome else forms.choice_problems(answers, stay.visit.offers)
            elsewhere = self._elsewhere(request, language, stay, "terms")
            if not elsewhere and not problems:
                await store.keep_choice(tx, stay.progress, answers["offer"], answers["shown"], stay.visit.now)
        if elsewhere:
            return elsewhere
        if problems:
            return self._terms_page(request, language, stay, answers.get("offer", ""), problems)
        # Who is remembered did not come by the business step.
        await underwriting.ask_bureau(self._desk.on, stay, again=False)
        return see(self._desk.way(request, language).to("agreement"))

    async def agreement(self, request: Request, language: Language) -> Response:
        """GET: exactly what is agreed."""
        stay = await self._desk.stay(request)
        return self._elsewhere(request, language, stay, "agreement") or self._agreement_page(
            request, language, stay, stay.progress.offer or "", {}, {}
        )

    async def accept(self, request: Request, language: Language) -> Response:
        """POST: the acceptance; then what became of it, or the form again with what is wrong."""
        answers, way = await self._desk.answers(request), self._desk.way(request, language)
        async with self._desk.on.database.transaction() as tx:
            stay = await self._enter(tx, request, lock=True)
            stay.check_session()
            before = stay.outcome
            outcome = await visits.accept(tx, stay, answers, self._desk.writer(language))
        if isinstance(outcome, Order):
            taken = outcome.terms.offer.rule.code if outcome.terms else ""
            if before == "done" and taken != answers.get("offer"):
                return see(way.to("done", notice="seen"))
            return see(way.to("go-on", just="accepted"))
        if outcome.get("offer") == "unknown" or "terms" not in stay.reach:
            return see(way.to("terms", notice="changed"))
        return self._agreement_page(request, language, stay, answers["offer"], answers, outcome)

    async def _enter(self, tx: Any, request: Request, *, lock: bool = False) -> Stay:
        seal, session = self._desk.on.seal, request.path_params["session"]
        return await visits.enter(tx, seal, *link(request), session, lock=lock)

    def _elsewhere(self, request: Request, language: Language, stay: Stay, step: Step) -> Response | None:
        """Where a buyer goes who can't be at this step: what is over is over, and no step can be skipped."""
        way = self._desk.way(request, language)
        if stay.outcome is not None:
            return see(way.to(stay.outcome))
        return None if step in stay.reach else see(way.to(stay.resume))

    async def _show(
        self, request: Request, language: Language, step: Step, template: str = "", **values: Any
    ) -> Response:
        stay = await self._desk.stay(request)
        return self._elsewhere(request, language, stay, step) or self._page(
            request, language, stay, step, template=template or step, **values
        )

    def _business_page(
        self, request: Request, language: Language, stay: Stay, problems: forms.Problems | None = None
    ) -> Response:
        country = stay.visit.merchant.country
        return self._page(
            request,
            language,
            stay,
            "business",
            groups=self._questions(language, stay),
            corrections=wording.corrections(language, problems or {}, country),
        )

    def _questions(self, language: Language, stay: Stay) -> tuple[wording.Group, ...]:
        asked = wording.groups(language, stay.visit.merchant.country, stay.business)
        if not stay.asks_revenue:
            return asked
        return (*asked, wording.revenue(language, stay.currency, stay.progress.stated_revenue or ""))

    def _terms_page(
        self, request: Request, language: Language, stay: Stay, chosen: str = "", problems: forms.Problems | None = None
    ) -> Response:
        offers = stay.visit.offers
        only = offers[0].rule.code if len(offers) == 1 else ""
        return self._page(
            request,
            language,
            stay,
            "terms",
            chosen=chosen or stay.progress.offer or only,
            mark=forms.mark_of(offers),
            greeted=stay.business.legal_name if stay.is_remembered else "",
            corrections=wording.corrections(language, problems or {}),
        )

    def _agreement_page(
        self,
        request: Request,
        language: Language,
        stay: Stay,
        code: str,
        answers: forms.Answers,
        problems: forms.Problems,
    ) -> Response:
        business = stay.agreed_business
        offer = next(one for one in stay.visit.offers if one.rule.code == code)
        clauses = self._desk.writer(language).clauses(stay.visit.merchant, stay.visit.order, offer)
        found = wording.corrections(language, problems, signatory=business.signatory)
        return self._page(
            request,
            language,
            stay,
            "agreement",
            choice=presentation.choice(language, offer, stay.visit.order.currency),
            business=business,
            clauses=clauses,
            mark=forms.mark_of([offer], business, clauses),
            # What is agreed may have changed since the offer was chosen, by midnight or by a new programme.
            changed=stay.progress.shown != forms.mark_of(stay.visit.offers) and not problems,
            signature=answers.get("signature", ""),
            agreed=answers.get("agree") == "yes" and "agree" not in problems,
            corrections=found,
        )

    def _page(
        self, request: Request, language: Language, stay: Stay, step: Step, template: str = "", **values: Any
    ) -> Response:
        way = self._desk.way(request, language)
        given = {"notice": wording.notice(language, request.query_params.get("notice", "")), **values}
        return self._desk.step_page(
            template or step, language, way, stay.visit, step, tuple(stay.reach), email=stay.progress.email, **given
        )
