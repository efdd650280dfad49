"""The step in which a buyer proves an e-mail address: by a code that is mailed, or by the mailed link itself."""

from __future__ import annotations

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from tenor.base.errors import NotFound
from tenor.core.buyers import rules as buyers
from tenor.core.buyers.signin import service as signin
from tenor.core.buyers.signin.model import Challenge
from tenor.core.orders import links
from tenor.faces.checkout import forms, visits, wording
from tenor.faces.checkout.languages import Language
from tenor.faces.checkout.views import Desk, link, see
from tenor.faces.checkout.visits import Visit


class YouViews:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def ask(self, request: Request, language: Language) -> Response:
        """GET: the form for the address."""
        visit = await self._desk.visit(request)
        visit.check_worth_signing_in()
        notice = wording.notice(language, request.query_params.get("notice", ""))
        return self._ask_page(request, language, visit, "" if visit.is_over else known_email(visit), {}, notice)

    async def mail(self, request: Request, language: Language) -> Response:
        """POST: mail a code to the address."""
        answers = await self._desk.answers(request)
        problems = forms.email_problems(answers)
        async with self._desk.on.database.transaction() as tx:
            visit = await visits.arrive(tx, self._desk.on.seal, *link(request))
            visit.check_worth_signing_in()
            if not problems:
                email = buyers.normal_email(answers["email"])
                challenge = await signin.start(
                    tx, visit.merchant.id, visit.order.id, email=email, language=language.code, now=visit.now
                )
        if problems:
            return self._ask_page(request, language, visit, answers.get("email", ""), problems)
        return see(self._desk.way(request, language).outside(f"you/{challenge}"))

    async def code(self, request: Request, language: Language) -> Response:
        """GET: the form for the code."""
        challenge_id = _challenge_id(request)
        async with self._desk.on.database.single_statement() as tx:
            visit = await visits.arrive(tx, self._desk.on.seal, *link(request))
            challenge = await signin.find(tx, visit.merchant.id, challenge_id)
        visit.check_worth_signing_in()
        if challenge is None or challenge.order_id != visit.order.id or visit.now >= challenge.expires_at:
            return see(self._desk.way(request, language).outside("you", notice="asked"))
        return self._code_page(request, language, visit, challenge, {})

    async def prove(self, request: Request, language: Language) -> Response:
        """POST: the code. The right one begins a session."""
        challenge_id, answers = _challenge_id(request), await self._desk.answers(request)
        code, seal = answers.get("code", ""), self._desk.on.seal
        # A wrong code is counted, so this commits whatever the answer is.
        async with self._desk.on.database.transaction() as tx:
            visit = await visits.arrive(tx, seal, *link(request))
            visit.check_worth_signing_in()
            challenge = await signin.find(tx, visit.merchant.id, challenge_id)
            if challenge is not None and challenge.order_id != visit.order.id:
                challenge = None
            session = ""
            if (
                challenge is not None
                and code
                and await signin.prove(tx, seal, visit.merchant.id, challenge_id, code, visit.now)
            ):
                session = await visits.begin_session(tx, seal, visit, challenge.email)
        if challenge is None:
            return see(self._desk.way(request, language).outside("you", notice="asked"))
        if not session:
            problems: forms.Problems = {"code": "wrong" if code else "missing"}
            return self._code_page(request, language, visit, challenge, problems)
        return self._go_on(request, language, session)

    async def begin(self, request: Request, language: Language) -> Response:
        """POST: go on from the order. With a mailed link's proof that begins a session at once."""
        answers, seal, session = await self._desk.answers(request), self._desk.on.seal, ""
        async with self._desk.on.database.transaction() as tx:
            visit = await visits.arrive(tx, seal, *link(request))
            visit.check_worth_signing_in()
            email = links.proves(seal, visit.order, answers.get("proof", ""), visit.now)
            if email is not None:
                session = await visits.begin_session(tx, seal, visit, email)
        if not session:
            return see(self._desk.way(request, language).outside("you"))
        return self._go_on(request, language, session)

    def _go_on(self, request: Request, language: Language, session: str) -> Response:
        return see(self._desk.way(request, language).entered(session).to("go-on"))

    def _ask_page(
        self, request: Request, language: Language, visit: Visit, email: str, problems: forms.Problems, notice: str = ""
    ) -> Response:
        way, found = self._desk.way(request, language), wording.corrections(language, problems)
        values = {"email": email, "corrections": found, "notice": notice, "over": visit.is_over}
        return self._desk.step_page("you", language, way, visit, "you", ("order", "you"), **values)

    def _code_page(
        self, request: Request, language: Language, visit: Visit, challenge: Challenge, problems: forms.Problems
    ) -> Response:
        way, found = self._desk.way(request, language), wording.corrections(language, problems)
        values = {"challenge": challenge, "corrections": found, "over": visit.is_over}
        return self._desk.step_page("code", language, way, visit, "you", ("order", "you"), **values)


def known_email(visit: Visit) -> str:
    """The address that the shop knows the buyer by, or "" where what it wrote is none."""
    detail = visit.order.detail
    email = detail.customer_email or (detail.billing and detail.billing.email) or ""
    return email if buyers.is_email(buyers.normal_email(email)) else ""


def _challenge_id(request: Request) -> UUID:
    try:
        return UUID(request.path_params["challenge"])
    except ValueError:
        raise NotFound("There is no such page.") from None
