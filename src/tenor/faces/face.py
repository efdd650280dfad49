"""What a face is: one folder that speaks one wire format, or one kind of page, and holds no rule.

`app.py` finds every folder under `faces/` that has a `face` and hangs it in its place, so a third dialect is one
more folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.routing import BaseRoute

from tenor.base.config import Settings
from tenor.base.database import Database
from tenor.base.lifetime import Lifetime
from tenor.base.seal import Seal
from tenor.core.credit.bureau import Bureau
from tenor.core.deliveries.service import Words
from tenor.core.documents.storage import Files
from tenor.core.merchants.directory import Directory
from tenor.core.merchants.model import Programme
from tenor.core.orders.model import Order


@dataclass(frozen=True)
class Departure:
    """How the buyer leaves the hosted pages: with terms, with a request that waits for a person, or with neither.

    `message` says it in words.
    """

    how: Literal["completed", "reviewed", "closed"]
    message: str


@dataclass(frozen=True)
class Dialect:
    """What a wire format adds beyond its calls.

    `return_url` is where the buyer goes when leaving, or None to stay on our page. `programme` is the default of a
    merchant of this flow, by currency. `webhook` says an event in the format's own words to the address that an order
    brought along; without it, orders of this format bring none. `sends_reviewed` is whether the buyer's browser goes
    back to the shop by itself also while the request waits for a person.
    """

    return_url: Callable[[Order, Departure], str | None]
    programme: Callable[[str], Programme]
    webhook: Words | None = None
    sends_reviewed: bool = False


@dataclass(frozen=True)
class Platform:
    """What every face is built on, and what it may know of the others: their dialects and their contracts.

    Without a `bureau` nothing is known of a company but what it says of itself.
    """

    settings: Settings
    database: Database
    seal: Seal
    directory: Directory
    files: Files
    dialects: Mapping[str, Dialect] = field(default_factory=dict)
    contracts: Sequence[Callable[[], Mapping[str, Any]]] = ()
    lifetime: Lifetime = field(default_factory=Lifetime)
    bureau: Bureau | None = None


@dataclass(frozen=True)
class Face:
    """A face: its routes, its part of the OpenAPI document, and its dialect where it is one."""

    name: str
    routes: Callable[[Platform], Sequence[BaseRoute]]
    openapi: Callable[[], Mapping[str, Any]] | None = None
    dialect: Dialect | None = None
