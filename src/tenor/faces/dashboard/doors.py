"""Asking for a link, opening it, and where one is signed in."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from tenor.base import clock
from tenor.base.errors import NotFound
from tenor.base.mailbox import is_email
from tenor.core.merchants.signin import service, store
from tenor.faces import forms
from tenor.faces.browser import origin_of
from tenor.faces.dashboard import wording
from tenor.faces.dashboard.guard import Call, Floor
from tenor.faces.dashboard.pages import language_of
from tenor.faces.forms import Form
from tenor.faces.guarding import STATUS, Trouble

# Longer than asking takes by itself, so that a clock does not tell whether an address is known.
ANSWER_SECONDS = 0.5
_SHOWN = 30


class Doors:
    """The handlers."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    async def ask(self, request: Request, _: Form) -> Response:
        """GET: the form that asks for a link."""
        return self._floor.pages.render(
            request, "sign_in", to=self._floor.safe_path(request.query_params.get("to", "")), email=""
        )

    async def mail(self, request: Request, form: Form) -> Response:
        """POST: mail a link. The answer is the same, after the same time, whether or not the address is known."""
        began = time.monotonic()
        email, to, language = (
            forms.line(form, "email", 320),
            self._floor.safe_path(form.get("to", "")),
            language_of(request),
        )
        if not is_email(email):
            problem = wording.no_email(language)
            return self._floor.pages.render(request, "sign_in", 422, to=to, email=email, problem=problem)
        async with self._floor.on.database.transaction() as tx:
            await service.ask(tx, email, language=language.code, to=to, now=clock.now())
        await asyncio.sleep(max(0.0, began + ANSWER_SECONDS - time.monotonic()))
        return self._floor.pages.render(request, "mailed", email=email)

    async def show_link(self, request: Request, _: Form) -> Response:
        """GET: a button. Changes nothing, because mail scanners open whatever they find."""
        on, token = self._floor.on, request.path_params["token"]
        try:
            async with on.database.single_statement() as tx:
                merchant, _link = await service.opened(tx, on.seal, token, clock.now())
        except NotFound:
            return self._no_link(request)
        to = self._floor.safe_path(request.query_params.get("to", ""))
        csrf = self._floor.browser.form_token(token)
        return self._floor.pages.render(request, "enter", merchant=merchant, csrf=csrf, to=to)

    async def enter(self, request: Request, form: Form) -> Response:
        """POST: in, by a link that is used up by it."""
        on, token = self._floor.on, request.path_params["token"]
        if not self._floor.browser.is_form_of(token, form.get("csrf", "")):
            return self._floor.trouble(request, Trouble.FOREIGN, None)
        try:
            async with on.database.transaction() as tx:
                session = await service.enter(
                    tx, on.seal, token, origin=origin_of(request), agent=request.headers.get("user-agent", ""),
                    now=clock.now(),
                )  # fmt: skip
        except NotFound:
            return self._no_link(request)
        to = self._floor.safe_path(form.get("to", ""))
        response = self._floor.pages.see(to.removeprefix("/dashboard"))
        self._floor.browser.keep(response, session)
        return response

    def _no_link(self, request: Request) -> Response:
        return self._floor.pages.render(request, "no_link", STATUS[Trouble.MISSING])

    async def leave(self, call: Call) -> Response:
        """POST: out. The session ends here and not only in the browser."""
        async with self._floor.on.database.transaction() as tx:
            await service.leave(tx, call.visitor.session, call.visitor.origin, clock.now())
        return self._out("left")

    async def leave_everywhere(self, call: Call) -> Response:
        """POST: out, and so is everybody else who is signed in for this merchant."""
        async with self._floor.on.database.transaction() as tx:
            await service.leave_everywhere(tx, call.merchant_id, call.visitor.origin, clock.now())
        return self._out("left_everywhere")

    def _out(self, said: str) -> Response:
        response = self._floor.pages.see(f"/sign-in?{urlencode({'said': said})}")
        self._floor.browser.forget(response)
        return response

    async def access(self, call: Call) -> Response:
        """GET: who is signed in for this merchant, and what was done lately."""
        async with self._floor.on.database.single_statement() as tx:
            sessions = await service.open_sessions(tx, call.visitor.merchant, clock.now())
            acts = await store.acts(tx, call.merchant_id, _SHOWN)
        return self._floor.pages.render(call.request, "access", sessions=sessions, acts=acts, **call.common)
