"""The guard before pages that people sign in to: who is there, and whether a form is ours.

A face says in a `Floor` who holds a token, where one signs in, and how its pages word what goes wrong; all else is
here, once, for every face that has such pages.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from tenor.base.errors import Invalid, NotFound, TenorError, TooLarge, UnsupportedMedia
from tenor.base.http import read_body
from tenor.base.logs import logger, where
from tenor.base.looks import Asset
from tenor.faces import forms
from tenor.faces.browser import Browser
from tenor.faces.forms import Form

_LIMIT = 16 * 1024

# Such pages bring their style sheet, their fonts and the icon, and not even an image beside them; pictures that a page
# shows are part of it (SVG). With `no-referrer` browsers would send forms from nowhere (`Origin: null`), and we could
# not tell our own.
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self';"
        " frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}

V = TypeVar("V")


class Trouble(Enum):
    """Why a request is answered by a page that says so."""

    UNSAFE = auto()
    METHOD = auto()
    MISSING = auto()
    UNREADABLE = auto()
    INVALID = auto()
    REFUSED = auto()
    FOREIGN = auto()
    FAULT = auto()


STATUS: Mapping[Trouble, int] = {
    Trouble.UNSAFE: 403,
    Trouble.METHOD: 405,
    Trouble.MISSING: 404,
    Trouble.UNREADABLE: 400,
    Trouble.INVALID: 422,
    Trouble.REFUSED: 409,
    Trouble.FOREIGN: 403,
    Trouble.FAULT: 500,
}


class Floor(ABC, Generic[V]):
    """What the pages of a face stand on. `browser` is what they ask of one.

    `root` is where the face hangs, such as `/desk`, and `prefix` the path of the public URL, which precedes it.
    """

    browser: Browser
    root: str
    prefix: str

    @abstractmethod
    def trouble(self, request: Request, trouble: Trouble, error: TenorError | None) -> Response:
        """The page that says what went wrong; `error` is what the core said, where it said something."""

    @abstractmethod
    async def visitor(self, request: Request, token: str) -> V | None:
        """Whoever holds a token, if the session goes on."""

    def sign_in(self, request: Request, *, had: bool) -> Response:
        """On to where one signs in, and from there to the page that was asked for; `had`: there was a session."""
        query = {"said": "ended"} if had else {}
        if request.method == "GET" and (to := self.safe_path(request.url.path.removeprefix(self.prefix))):
            query["to"] = to
        return RedirectResponse(f"{self.prefix}{self.root}/sign-in?{urlencode(query)}", 303)

    def safe_path(self, given: str) -> str:
        """A path of the face's to go on to, or nothing: no other site, no sign that means something in an address."""
        return given if re.fullmatch(rf"{self.root}(/[A-Za-z0-9_-]+)*", given) else ""


F = TypeVar("F", bound=Floor[Any])


@dataclass(frozen=True)
class Passed(Generic[V]):
    """A request that has passed the guard. `form` is empty for one that sends none."""

    request: Request
    visitor: V
    form: Form
    csrf: str


class Answering(Generic[F]):
    """An endpoint whose every answer carries the headers, and whose every failure is a page. `methods` are its own."""

    def __init__(self, floor: F, methods: set[str]) -> None:
        self.floor: F = floor
        self.methods = methods
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
        if not self.floor.browser.is_safe:
            return self.floor.trouble(request, Trouble.UNSAFE, None)
        try:
            if request.method not in self._methods:
                refusal = self.floor.trouble(request, Trouble.METHOD, None)
                refusal.headers["Allow"] = ", ".join(sorted(self._methods))
                return refusal
            return await self.answer(request)
        except NotFound as error:
            return self.floor.trouble(request, Trouble.MISSING, error)
        except (TooLarge, UnsupportedMedia) as error:
            return self.floor.trouble(request, Trouble.UNREADABLE, error)
        except Invalid as error:
            return self.floor.trouble(request, Trouble.INVALID, error)
        except TenorError as error:
            return self.floor.trouble(request, Trouble.REFUSED, error)
        except ClientDisconnect:
            return Response(status_code=400)  # Nobody is there to read it.
        except Exception as error:
            _log(request, error)
            return self.floor.trouble(request, Trouble.FAULT, None)

    async def form(self, request: Request) -> Form:
        """The form that was sent; an empty one for a request that sends none."""
        if request.method != "POST":
            return {}
        return forms.read(await read_body(request, _LIMIT, "application/x-www-form-urlencoded"))


OpenHandler = Callable[[Request, Form], Awaitable[Response]]


class Open(Answering[F]):
    """A page for whoever comes, such as the one to sign in."""

    def __init__(self, floor: F, **handlers: OpenHandler) -> None:
        super().__init__(floor, {name.upper() for name in handlers})
        self._handlers = handlers

    async def answer(self, request: Request) -> Response:
        """Look whether a form comes from a page of ours, and answer."""
        if request.method == "POST" and not self.floor.browser.is_ours(request):
            return self.floor.trouble(request, Trouble.FOREIGN, None)
        handler = self._handlers["get" if request.method == "HEAD" else request.method.lower()]
        return await handler(request, await self.form(request))


class Guarded(Answering[F], Generic[F, V]):
    """A page for those who are signed in."""

    async def answer(self, request: Request) -> Response:
        """Let in, look at the form, and answer."""
        browser, token = self.floor.browser, self.floor.browser.token(request)
        visitor: V | None = await self.floor.visitor(request, token) if token else None
        if visitor is None:
            return self._sign_in(request, had=bool(token))
        method, csrf = "GET" if request.method == "HEAD" else request.method, browser.form_token(token)
        if refusal := self.forbidden(visitor, method, csrf):
            return refusal
        form = await self.form(request)
        if method == "POST" and not (browser.is_ours(request) and browser.is_form_of(token, form.get("csrf", ""))):
            return self.floor.trouble(request, Trouble.FOREIGN, None)
        return await self.handle(method, Passed(request, visitor, form, csrf))

    def forbidden(self, visitor: V, method: str, csrf: str) -> Response | None:
        """The refusal of somebody who is signed in and may not do this; None for those who may."""
        return None

    async def handle(self, method: str, call: Passed[V]) -> Response:
        """What the page does for those who may."""
        raise NotImplementedError

    def _sign_in(self, request: Request, *, had: bool) -> Response:
        response = self.floor.sign_in(request, had=had)
        # Without a token there may still be one: the browser may keep it back from a link on another site.
        if had:
            self.floor.browser.forget(response)
        return response


def style_sheet(style: Asset) -> OpenHandler:
    """Serves a face's style sheet under its one name."""

    async def serve(request: Request, _: Form) -> Response:
        if request.path_params["name"] != style.name:
            raise NotFound("There is no such style sheet.")
        return style.response(request.headers.get("accept-encoding", ""))

    return serve


async def nothing(_: Passed[Any]) -> Response:
    """Answers for every address that is none."""
    raise NotFound("Nothing is at this address.")


def _log(request: Request, error: Exception) -> None:
    """Tell where it broke. A local variable may hold what was typed: none of them is logged."""
    logger().error("page failed", method=request.method, error=type(error).__name__, exception=where(error))
