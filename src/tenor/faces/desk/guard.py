"""The guard before every page: who is there, whether they may, and whether a form is ours."""

from __future__ import annotations

import re
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from tenor.base import clock
from tenor.base.errors import Invalid, NotFound, TenorError, TooLarge, UnsupportedMedia
from tenor.base.http import read_body
from tenor.base.logs import logger
from tenor.core.staff import service
from tenor.core.staff.model import Act, Session, Staff, Who
from tenor.core.staff.permissions import may
from tenor.faces.desk import forms
from tenor.faces.desk.browser import Browser, origin_of
from tenor.faces.desk.forms import Form
from tenor.faces.desk.pages import HEADERS, Pages
from tenor.faces.face import Platform

_LIMIT = 16 * 1024
_PATH = re.compile(r"/desk(/[A-Za-z0-9_-]+)*")


@dataclass(frozen=True)
class Visitor:
    """Whoever is signed in."""

    staff: Staff
    session: Session
    origin: str

    @property
    def who(self) -> Who:
        """As the audit log names them."""
        return service.who(self.staff, self.origin)

    def may(self, act: str) -> bool:
        """Whether the role allows it."""
        return may(self.staff.role, Act(act))


@dataclass(frozen=True)
class Call:
    """A request that has passed the guard. `form` is empty for one that sends none."""

    request: Request
    visitor: Visitor
    form: Form
    csrf: str

    @property
    def common(self) -> dict[str, Any]:
        """What every page is rendered with."""
        return {"visitor": self.visitor, "csrf": self.csrf, "said": self.request.query_params.get("said", "")}


Handler = Callable[[Call], Awaitable[Response]]
OpenHandler = Callable[[Request, Form], Awaitable[Response]]


@dataclass(frozen=True)
class Floor:
    """What the pages stand on."""

    on: Platform
    pages: Pages
    browser: Browser


class Answering:
    """An endpoint whose every answer carries the headers, and whose every failure is a page."""

    def __init__(self, floor: Floor, methods: set[str]) -> None:
        self.floor = floor
        self._methods = methods | ({"HEAD"} if "GET" in methods else set())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        response = await self._answer(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        await response(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        """What the page does; the method is one of its own."""
        raise NotImplementedError

    async def _answer(self, request: Request) -> Response:
        pages = self.floor.pages
        if not self.floor.browser.is_safe:
            return pages.message(
                "The desk needs https", "Set TENOR_PUBLIC_URL to an https address, or use this machine's own.", 403
            )
        try:
            if request.method not in self._methods:
                refusal = pages.message("This can not be done here", "The page knows no such method.", 405)
                refusal.headers["Allow"] = ", ".join(sorted(self._methods))
                return refusal
            return await self.answer(request)
        except NotFound as error:
            return pages.message("There is no such page", error.message, 404)
        except (TooLarge, UnsupportedMedia) as error:
            return pages.message("The form could not be read", error.message, 400)
        except Invalid as error:
            return pages.message("Something is missing or wrong", error.message, 422)
        except TenorError as error:
            return pages.message("This was refused", error.message, 409)
        except ClientDisconnect:
            return Response(status_code=400)  # Nobody is there to read it.
        except Exception as error:
            _log(request, error)
            return pages.message("Something went wrong", "It is our fault, and it is noted in the log.", 500)

    async def form(self, request: Request) -> Form:
        """The form that was sent; an empty one for a request that sends none."""
        if request.method != "POST":
            return {}
        return forms.read(await read_body(request, _LIMIT, "application/x-www-form-urlencoded"))

    def foreign(self) -> Response:
        """The answer to a form that is not ours."""
        return self.floor.pages.message(
            "The form was not taken",
            "It was sent from another site, or from a page that was opened before you signed in. Nothing was done."
            " Open the page again.",
            403,
        )


class Open(Answering):
    """A page for whoever comes: signing in and setting up."""

    def __init__(self, floor: Floor, **handlers: OpenHandler) -> None:
        super().__init__(floor, {name.upper() for name in handlers})
        self._handlers = handlers

    async def answer(self, request: Request) -> Response:
        """Look whether a form comes from a page of ours, and answer."""
        if request.method == "POST" and not self.floor.browser.is_ours(request):
            return self.foreign()
        handler = self._handlers["get" if request.method == "HEAD" else request.method.lower()]
        return await handler(request, await self.form(request))


class Guarded(Answering):
    """A page for those who are signed in and whose role allows it. `acts` names what each method does."""

    def __init__(self, floor: Floor, acts: Mapping[str, tuple[Act, Handler]]) -> None:
        super().__init__(floor, set(acts))
        self.acts = acts

    async def answer(self, request: Request) -> Response:
        """Let in, look at the role and at the form, and answer."""
        browser, token = self.floor.browser, self.floor.browser.token(request)
        visitor = await self._visitor(request, token)
        if visitor is None:
            return self._sign_in(request, had=bool(token))
        act, handler = self.acts["GET" if request.method == "HEAD" else request.method]
        if not may(visitor.staff.role, act):
            return self.floor.pages.message(
                "Your role does not allow this",
                f"It is not among what the role “{visitor.staff.role.replace('_', ' ')}” may do. Nothing was done.",
                403,
                visitor=visitor,
                csrf=browser.form_token(token),
            )
        form = await self.form(request)
        if request.method == "POST" and not (
            browser.is_ours(request) and browser.is_form_of(token, form.get("csrf", ""))
        ):
            return self.foreign()
        return await handler(Call(request, visitor, form, browser.form_token(token)))

    async def _visitor(self, request: Request, token: str) -> Visitor | None:
        if not token:
            return None
        async with self.floor.on.database.transaction() as tx:
            known = await service.resume(tx, self.floor.on.seal, token, clock.now())
        return Visitor(*known, origin_of(request)) if known else None

    def _sign_in(self, request: Request, *, had: bool) -> Response:
        """On to the sign-in, and from there back to the page that was asked for."""
        query = {"said": "ended"} if had else {}
        if request.method == "GET" and (to := safe_path(request.url.path.removeprefix(self.floor.pages.prefix))):
            query["to"] = to
        response = RedirectResponse(f"{self.floor.pages.prefix}/desk/sign-in?{urlencode(query)}", 303)
        # Without a token there may still be one: the browser keeps it back from a link on another site.
        if had:
            self.floor.browser.forget(response)
        return response


def safe_path(given: str) -> str:
    """A path of the desk's to go on to, or nothing: no other site, and no sign that means something in an address."""
    return given if _PATH.fullmatch(given) else ""


def _log(request: Request, error: Exception) -> None:
    """Tell where it broke. A message or a local variable may hold what was typed: none of them is logged."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    logger().error("page failed", method=request.method, error=type(error).__name__, exception=frames)
