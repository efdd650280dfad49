"""The events: how the shop takes its webhooks in, and the page that shows them as they arrive."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tenor.base import clock
from tenor.demo.catalogue import Dialect
from tenor.demo.inbox import Inbox
from tenor.demo.shop import wording
from tenor.demo.shop.languages import choose
from tenor.demo.shop.pages import Pages
from tenor.demo.subscribing import PATH

_LONGEST_BODY = 1024 * 1024
_LONGEST_WAIT = 20
_SHOWN = 100


class Events:
    """Where webhooks come in, and where they are read."""

    def __init__(self, inbox: Inbox, pages: Pages) -> None:
        self._inbox = inbox
        self._pages = pages

    def routes(self) -> list[Route]:
        """The pages, and an address for the webhooks of each dialect."""
        hooks = [Route(path, self._hook(dialect), methods=["POST"]) for dialect, path in PATH.items()]
        return [*hooks, Route("/log", self.log), Route("/log/wait", self.wait)]

    def _hook(self, dialect: Dialect) -> Callable[[Request], Awaitable[Response]]:
        async def hook(request: Request) -> Response:
            """Note it and answer at once. Who can't sign is told so and changes nothing."""
            body = bytearray()
            async for part in request.stream():
                body += part
                if len(body) > _LONGEST_BODY:
                    return Response(status_code=413)
            arrival = self._inbox.take(dialect, request.headers, bytes(body), clock.now())
            return Response(status_code=204 if arrival.verified else 401)

        return hook

    async def log(self, request: Request) -> Response:
        """All events of both storefronts, the latest first."""
        language = choose(request, "en")
        latest = self._inbox.all()[::-1][:_SHOWN]
        events = [wording.event(language, one) for one in latest]
        return self._pages.render(request, "log", None, live=True, version=self._inbox.version, events=events)

    async def wait(self, request: Request) -> Response:
        """Answer as soon as there is more than the page knows, or after a while."""
        known = request.query_params.get("version", "")
        version = int(known) if known.isascii() and known.isdecimal() and len(known) <= 9 else -1
        version = await self._inbox.wait(version, _LONGEST_WAIT)
        return Response(msgspec.json.encode({"version": version}), media_type="application/json")
