"""The pages: a list of letters, one letter, and its HTML part in a frame that can do nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from tenor.base import looks, templates
from tenor.base.config import Settings
from tenor.faces.face import Platform
from tenor.faces.sandbox import letters
from tenor.faces.sandbox.access import may_read
from tenor.faces.sandbox.letters import Letter
from tenor.post.transport import folder

_HERE = Path(__file__).parent

# The letters hold secrets: no other site may learn an address of these pages, and no cache may keep one.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; frame-src 'self';"
        " frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# A letter may bring colours of its own and nothing else: no script, no image, no form, no way out.
_LETTER_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'"

Handler = Callable[[Request], Awaitable[Response]]


def routes(platform: Platform) -> Sequence[BaseRoute]:
    """The pages below /sandbox/mail, which only a sandbox has."""
    if platform.settings.environment != "sandbox":
        return []
    views = Views(platform)
    return [
        Route("/sandbox/mail", Guarded(platform.settings, views.all)),
        Route("/sandbox/mail/page.css", Guarded(platform.settings, views.style)),
        Route("/sandbox/mail/{id}", Guarded(platform.settings, views.show)),
        Route("/sandbox/mail/{id}/html", Guarded(platform.settings, views.html)),
    ]


class Guarded:
    """A page for those who may read letters. To others, whatever they ask, it looks like what does not exist."""

    def __init__(self, settings: Settings, handler: Handler) -> None:
        self._settings = settings
        self._handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if request.method not in ("GET", "HEAD") or not may_read(self._settings, request):
            raise HTTPException(404)
        response = await self._handler(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        await response(scope, receive, send)


class Views:
    """The handlers, on one platform."""

    def __init__(self, platform: Platform) -> None:
        self._folder = folder(platform.settings)
        prefix = urlsplit(platform.settings.public_url).path.rstrip("/")
        self._style = looks.style(prefix, "page", (_HERE / "static" / "page.css").read_text())
        self._templates = templates.environment(_HERE / "templates")
        self._templates.globals.update(
            prefix=prefix,
            icon=looks.icon(prefix),
            fonts=looks.preloads(prefix, "en"),
            sends=bool(platform.settings.smtp_url),
            folder=str(self._folder),
        )

    async def all(self, request: Request) -> Response:
        """GET /sandbox/mail: the newest letters."""
        return self._page("list", letters=await asyncio.to_thread(letters.newest, self._folder))

    async def show(self, request: Request) -> Response:
        """GET /sandbox/mail/{id}: headers, text, and the HTML part in a frame."""
        return self._page("letter", letter=await self._letter(request))

    async def html(self, request: Request) -> Response:
        """GET /sandbox/mail/{id}/html: the HTML part alone, as a mail program would show it."""
        letter = await self._letter(request)
        return HTMLResponse(letter.html, headers={"Content-Security-Policy": _LETTER_POLICY})

    async def style(self, request: Request) -> Response:
        """GET /sandbox/mail/page.css."""
        return Response(self._style.content, media_type="text/css")

    async def _letter(self, request: Request) -> Letter:
        found = await asyncio.to_thread(letters.find, self._folder, request.path_params["id"])
        if found is None:
            raise HTTPException(404)
        return found

    def _page(self, name: str, **values: object) -> Response:
        return HTMLResponse(self._templates.get_template(f"{name}.html").render(values))
