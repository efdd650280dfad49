"""GET /v1/events: the log of a merchant's events, in order, with long polling."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from tenor.base.errors import Invalid, Problem, TenorError
from tenor.base.http import json_response
from tenor.base.idempotency import Answer
from tenor.base.logs import logger
from tenor.core.events.feed import Feed, Query
from tenor.core.events.model import EventType
from tenor.faces.api.auth import merchant_of
from tenor.faces.api.errors import CHALLENGE, refusal, render
from tenor.faces.face import Platform

LARGEST_PAGE = 100
LONGEST_WAIT = 30
USUAL_PAGE = 50


class Events:
    """The call, on one platform."""

    def __init__(self, platform: Platform) -> None:
        self._on = platform
        self._feed = Feed(platform.database)

    async def answer(self, request: Request) -> Response:
        """Answer a request for events, in our own shape whatever it comes to."""
        try:
            answer = await self._page(request)
        except TenorError as error:
            answer = render(error)
        except Exception:
            logger().exception("call failed", method=request.method, route=request.url.path)
            answer = refusal(500, "internal", "Internal server error.")
        response = json_response(answer)
        response.headers["Cache-Control"] = "no-store"
        if answer.status == 401:
            response.headers["WWW-Authenticate"] = CHALLENGE
        if answer.status == 405:
            response.headers["Allow"] = "GET"
        return response

    async def _page(self, request: Request) -> Answer:
        if request.method != "GET":
            return refusal(405, "method_not_allowed", "Events are read by GET.")
        merchant = await merchant_of(request, self._on)
        query, wait = read(request.query_params)

        async def gone() -> bool:
            # Nobody waits for a server that is on its way out.
            return self._on.lifetime.ending or await request.is_disconnected()

        page = await self._feed.wait(merchant.id, query, wait, gone)
        return Answer(200, msgspec.json.encode(page))


def read(parameters: QueryParams) -> tuple[Query, int]:
    """What is asked for, and how many seconds to wait for it. Raises `Invalid` with every wrong parameter."""
    problems: list[Problem] = []
    query = Query(
        after=parameters.get("after") or None,
        order=_order(parameters.get("order") or None, problems),
        types=_types(parameters.getlist("type"), problems),
        limit=_number(parameters, "limit", USUAL_PAGE, range(1, LARGEST_PAGE + 1), problems),
    )
    wait = _number(parameters, "wait", 0, range(LONGEST_WAIT + 1), problems)
    if problems:
        raise Invalid(problems)
    return query, wait


def _order(given: str | None, problems: list[Problem]) -> UUID | None:
    try:
        return UUID(given) if given else None
    except ValueError:
        problems.append(Problem(("order",), "invalid", "must be an order's id, as events have it in order_id"))
        return None


def _types(given: Sequence[str], problems: list[Problem]) -> tuple[EventType, ...]:
    """Types may be given one by one or separated by commas."""
    named = {name for text in given for name in text.split(",") if name}
    if named - set(EventType):
        problems.append(Problem(("type",), "invalid", f"must be of {', '.join(EventType)}"))
    return tuple(event for event in EventType if event in named)


def _number(parameters: QueryParams, name: str, usual: int, allowed: range, problems: list[Problem]) -> int:
    given = parameters.get(name) or str(usual)
    if given.isascii() and given.isdecimal() and len(given) <= 4 and int(given) in allowed:
        return int(given)
    problems.append(Problem((name,), "invalid", f"must be a whole number from {allowed[0]} to {allowed[-1]}"))
    return usual
