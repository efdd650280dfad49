"""A page of purchase orders: what was asked for, and the addresses of the pages before and after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from tenor.base import seal
from tenor.base.errors import Invalid, Problem
from tenor.base.wire import FORBIDDEN
from tenor.core.orders.model import Order, State
from tenor.faces.buildnow.mapping import STATUS, states

Direction = Literal["older", "newer"]

_PAGE = 20
_LARGEST_PAGE = 100
_MARK: dict[Direction, bytes] = {"older": b"o", "newer": b"n"}


class Cursor(NamedTuple):
    """Where a page begins: at the orders that are older, or newer, than one order."""

    direction: Direction
    order_id: UUID


class Query(NamedTuple):
    """What a list was asked for."""

    reference: str | None
    states: list[State] | None
    limit: int
    cursor: Cursor | None

    @property
    def older_than(self) -> UUID | None:
        """The order before whose time the page begins."""
        return self.cursor.order_id if self.cursor and self.cursor.direction == "older" else None

    @property
    def newer_than(self) -> UUID | None:
        """The order after whose time the page ends."""
        return self.cursor.order_id if self.cursor and self.cursor.direction == "newer" else None


def read(parameters: Mapping[str, str]) -> Query:
    """The query's parameters; an empty one counts as left out. Raises `Invalid` with every wrong one."""
    problems: list[Problem] = []
    given = {name: value for name, value in parameters.items() if value}
    reference = given.get("partner_order_reference")
    if reference is not None and FORBIDDEN.search(reference):
        problems.append(_wrong("partner_order_reference", "must not hold control characters"))
    wanted = states(given["status"]) if "status" in given else None
    if wanted == []:
        problems.append(_wrong("status", f"must be one of {', '.join(dict.fromkeys(STATUS.values()))}"))
    limit = _limit(given.get("limit", str(_PAGE)))
    if limit is None:
        problems.append(_wrong("limit", f"must be a whole number from 1 to {_LARGEST_PAGE}"))
    cursor = _cursor(given["cursor"]) if "cursor" in given else None
    if cursor is None and "cursor" in given:
        problems.append(_wrong("cursor", "must be taken from the next or previous address of a page"))
    if problems:
        raise Invalid(problems)
    return Query(reference, wanted, limit or _PAGE, cursor)


def _wrong(name: str, message: str) -> Problem:
    return Problem((name,), "invalid", message)


def _limit(text: str) -> int | None:
    if not (text.isascii() and text.isdecimal() and len(text) <= 3):
        return None
    return int(text) if 1 <= int(text) <= _LARGEST_PAGE else None


def _cursor(text: str) -> Cursor | None:
    try:
        data = seal.from_text(text)
        order_id = UUID(bytes=data[1:])
    except ValueError:
        return None
    return next((Cursor(way, order_id) for way, mark in _MARK.items() if mark == data[:1]), None)


class Turned(NamedTuple):
    """The orders of a page, newest first, and where its neighbours begin, if it has any."""

    orders: Sequence[Order]
    next: Cursor | None
    previous: Cursor | None


def turn(query: Query, found: Sequence[Order]) -> Turned:
    """Make a page of up to `limit + 1` orders: the one too many only tells that there are more beyond."""
    more = len(found) > query.limit
    if query.newer_than is not None:
        orders = found[-query.limit :]
        older, newer = True, more
    else:
        orders = found[: query.limit]
        older, newer = more, query.older_than is not None
    return Turned(
        orders,
        next=Cursor("older", orders[-1].id) if orders and older else None,
        previous=Cursor("newer", orders[0].id) if orders and newer else None,
    )


def address(base: str, parameters: Mapping[str, str], cursor: Cursor | None) -> str | None:
    """The address of a neighbouring page: the same question, from another place."""
    if cursor is None:
        return None
    kept = {name: parameters[name] for name in ("partner_order_reference", "status", "limit") if parameters.get(name)}
    mark = seal.to_text(_MARK[cursor.direction] + cursor.order_id.bytes)
    return f"{base}?{urlencode(kept | {'cursor': mark})}"
