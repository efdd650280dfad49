"""Signing in and out, setting up, and one's own sessions."""

from __future__ import annotations

import io
from urllib.parse import urlsplit
from uuid import UUID

import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from tenor.base import clock
from tenor.base.errors import Invalid, NotFound
from tenor.core.staff import rules, service, store
from tenor.core.staff.model import Done, Staff
from tenor.core.staff.passwords import Passwords
from tenor.core.staff.signin import Credentials, SignIn
from tenor.faces import forms
from tenor.faces.browser import origin_of
from tenor.faces.desk.guard import Call, Floor
from tenor.faces.forms import Form

_REFUSED = (
    "You were not let in. The address, the password or the code is not right, or there were too many tries:"
    " then wait a few minutes. Each code is good once."
)


class Doors:
    """The handlers. They share one place where passwords are compared."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._passwords = Passwords()
        self._signin = SignIn(floor.on.database, floor.on.seal, self._passwords)

    async def ask(self, request: Request, _: Form) -> Response:
        """GET: the form to sign in."""
        query = request.query_params
        return self._floor.pages.render(
            "sign_in", said=query.get("said", ""), to=self._floor.safe_path(query.get("to", ""))
        )

    async def enter(self, request: Request, form: Form) -> Response:
        """POST: in, or the same refusal whatever was wrong."""
        given = Credentials(
            email=form.get("email", ""),
            password=form.get("password", ""),
            code=form.get("code", ""),
            origin=origin_of(request),
            agent=request.headers.get("user-agent", ""),
        )
        to = self._floor.safe_path(form.get("to", ""))
        token = await self._signin.enter(given, clock.now())
        if token is None:
            return self._floor.pages.render("sign_in", 401, problems=(_REFUSED,), to=to)
        response = self._floor.pages.see(to.removeprefix("/desk"))
        self._floor.browser.keep(response, token)
        return response

    async def leave(self, call: Call) -> Response:
        """POST: out. The session ends here and not only in the browser."""
        async with self._floor.on.database.transaction() as tx:
            await service.end_session(tx, call.visitor.who, call.visitor.session.id, clock.now())
        response = self._floor.pages.see("/sign-in?said=left")
        self._floor.browser.forget(response)
        return response

    async def show_set_up(self, request: Request, _: Form) -> Response:
        """GET: what the app reads, and the form for the password. Changes nothing."""
        secret = request.path_params["secret"]
        async with self._floor.on.database.single_statement() as tx:
            member = await service.setting_up(tx, self._floor.on.seal, secret, clock.now())
        return self._set_up_page(member, secret)

    async def set_up(self, request: Request, form: Form) -> Response:
        """POST: the password and the first code."""
        secret, password = request.path_params["secret"], form.get("password", "")
        on, now = self._floor.on, clock.now()
        async with on.database.single_statement() as tx:
            member = await service.setting_up(tx, on.seal, secret, now)
        if not self._floor.browser.is_form_of(secret, form.get("csrf", "")):
            return self._set_up_page(member, secret, "The form was not ours. Try again.")
        if problem := rules.password_problem(password):
            return self._set_up_page(member, secret, f"The password {problem}.")
        if password != form.get("again", ""):
            return self._set_up_page(member, secret, "The two passwords are not the same.")
        password_hash = await self._passwords.hash(password)
        try:
            async with on.database.transaction() as tx:
                await service.set_up(
                    tx, on.seal, secret, password_hash=password_hash, code=form.get("code", ""),
                    origin=origin_of(request), now=now,
                )  # fmt: skip
        except Invalid:
            return self._set_up_page(member, secret, "The code is not the one that the app shows now.")
        return self._floor.pages.see("/sign-in?said=set_up")

    def _set_up_page(self, member: Staff, secret: str, *problems: str) -> Response:
        seal, settings = self._floor.on.seal, self._floor.on.settings
        uri = rules.totp_uri(seal, member, urlsplit(settings.public_url).hostname or "")
        return self._floor.pages.render(
            "set_up",
            422 if problems else 200,
            member=member,
            csrf=self._floor.browser.form_token(secret),
            square=_square(uri),
            key=rules.totp_secret(seal, member.id, member.totp_generation),
            shortest=rules.SHORTEST_PASSWORD,
            problems=problems,
        )

    async def sessions(self, call: Call) -> Response:
        """GET: where one is signed in."""
        async with self._floor.on.database.single_statement() as tx:
            found = await service.open_sessions(tx, call.visitor.staff.id, clock.now())
        return self._floor.pages.render("sessions", sessions=found, member=call.visitor.staff, **call.common)

    async def end_own(self, call: Call) -> Response:
        """POST: end one of one's own sessions."""
        async with self._floor.on.database.transaction() as tx:
            await service.end_session(
                tx, call.visitor.who, id_in(call.form.get("session", "")), clock.now(), of=call.visitor.staff.id
            )
        return self._floor.pages.see("/sessions?said=session_ended")


class StaffViews:
    """Who works here, their sessions, and what was done: for an admin."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    async def everybody(self, call: Call) -> Response:
        """GET: all members."""
        async with self._floor.on.database.single_statement() as tx:
            members = await store.everybody(tx)
        return self._floor.pages.render("staff", members=members, now=clock.now(), **call.common)

    async def member(self, call: Call) -> Response:
        """GET: one member's sessions and latest acts."""
        member_id = id_in(call.request.path_params["id"])
        async with self._floor.on.database.single_statement() as tx:
            member = next((one for one in await store.everybody(tx) if one.id == member_id), None)
            if member is None:
                raise NotFound("There is no such member of staff.")
            sessions = await service.open_sessions(tx, member.id, clock.now())
            entries = await store.audit(tx, 50, staff_id=member.id)
        return self._floor.pages.render("member", member=member, sessions=sessions, entries=entries, **call.common)

    async def end_session(self, call: Call) -> Response:
        """POST: end one of somebody's sessions."""
        member_id = id_in(call.request.path_params["id"])
        async with self._floor.on.database.transaction() as tx:
            session_id = id_in(call.form.get("session", ""))
            await service.end_session(tx, call.visitor.who, session_id, clock.now(), of=member_id)
        return self._floor.pages.see(f"/staff/{member_id}?said=session_ended")

    async def audit(self, call: Call) -> Response:
        """GET: what was done, newest first, a page at a time."""
        before = forms.line(call.request.query_params, "before", 18)
        async with self._floor.on.database.single_statement() as tx:
            found = await store.audit(tx, 101, before=int(before) if before.isdecimal() else None)
        entries = found[:100]
        more = entries[-1].number if len(found) > 100 else None
        return self._floor.pages.render("audit", entries=entries, more=more, **call.common)


def _square(uri: str) -> Markup:
    """The QR code as SVG that stands in the page itself."""
    drawn = io.BytesIO()
    segno.make(uri, error="m").save(
        drawn, kind="svg", xmldecl=False, svgns=True, scale=5, border=4, dark="#000", light="#fff", omitsize=False
    )
    return Markup(drawn.getvalue().decode())  # noqa: S704 - made by us, of no text but the pattern


def id_in(given: str) -> UUID:
    """The id in an address or a form. Raises `NotFound` for what is none."""
    try:
        return UUID(given)
    except ValueError:
        raise NotFound("There is no such thing.") from None


def done(act: str, merchant_id: UUID, order_id: UUID | None = None, subject: object = None) -> Done:
    """An act on a merchant's order, for the audit log."""
    return Done(act=act, merchant_id=merchant_id, order_id=order_id, subject=None if subject is None else str(subject))
