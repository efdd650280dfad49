"""Doors: one path each, its methods, and a page for whatever goes wrong behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from tenor.base.compression import packed_for
from tenor.base.errors import NotFound, TooLarge, UnsupportedMedia
from tenor.base.logs import logger, where
from tenor.faces.checkout.frames import Framing, frame_in
from tenor.faces.checkout.languages import Language, choose
from tenor.faces.checkout.pages import Pages, headers
from tenor.faces.checkout.views import WayBack
from tenor.faces.checkout.visits import Closed, SessionEnded
from tenor.faces.checkout.ways import Way
from tenor.faces.face import Departure

Back = Callable[[Request, Closed, Departure], Awaitable[WayBack | None]]
Handler = Callable[[Request, Language], Awaitable[Response]]


class Door:
    """An endpoint of any method. HEAD is answered like GET; a method without a handler gets a page that says so."""

    def __init__(self, pages: Pages, framing: Framing, back: Back, **handlers: Handler) -> None:
        self._pages = pages
        self._framing = framing
        self._back = back
        self._handlers = {name.upper(): handler for name, handler in handlers.items()}
        if "GET" in self._handlers:
            self._handlers["HEAD"] = self._handlers["GET"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        request.state.frame = None
        language = choose(request.query_params.get("lang"), request.headers.get("accept-language", ""))
        response = await self._answer(request, language)
        if response.media_type == "text/html":
            # Nobody who does not know a page's secret address can ask for it, so its length tells nobody anything.
            response = packed_for(request.headers.get("accept-encoding", ""), response)
        for name, value in headers(frame_in(request)).items():
            response.headers.setdefault(name, value)
        await response(scope, receive, send)

    async def _answer(self, request: Request, language: Language) -> Response:
        try:
            request.state.frame = await self._framing(request)
            return await self._handle(request, language)
        except NotFound:
            return self._page(request, language, "unknown", 404)
        except Closed as closed:
            return await self._closed(request, language, closed)
        except SessionEnded:
            return RedirectResponse(self._way(request, language).outside("you", notice="ended"), 303)
        except TooLarge:
            return self._page(request, language, "too_large", 413)
        except UnsupportedMedia:
            return self._page(request, language, "unreadable", 415)
        except ClientDisconnect:
            return Response(status_code=400)  # Nobody is there to read it.
        except Exception as error:
            _log(request, error)
            return self._page(request, language, "failed", 500)

    async def _closed(self, request: Request, language: Language, closed: Closed) -> Response:
        told = self._way(request, language).outside("you") if closed.told else ""
        departure = Departure("closed", closed.message)
        back = await self._back(request, closed, departure)
        return self._page(request, language, closed.why, 410, departure=departure, stays=True, told=told, back=back)

    async def _handle(self, request: Request, language: Language) -> Response:
        if not self._handlers:
            raise NotFound("There is no such page.")
        handler = self._handlers.get(request.method)
        if handler is None:
            refusal = self._page(request, language, "unreadable", 405)
            refusal.headers["Allow"] = ", ".join(self._handlers)
            return refusal
        return await handler(request, language)

    def _way(self, request: Request, language: Language) -> Way:
        return Way.of(self._pages.prefix, request, language)

    def _page(self, request: Request, language: Language, name: str, status: int, **values: Any) -> Response:
        switch = request.method in ("GET", "HEAD")
        return self._pages.render(name, language, status, frame=frame_in(request), switch=switch, **values)


def _log(request: Request, error: Exception) -> None:
    """Tell where it broke. The path holds the link's secret, and a local variable may hold what the buyer typed: none
    of them is logged.
    """
    logger().error("page failed", method=request.method, error=type(error).__name__, exception=where(error))
