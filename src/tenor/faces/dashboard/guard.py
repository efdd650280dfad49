"""The guard before every page of a merchant's, and the pages that say what went wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from tenor.base import clock
from tenor.base.database import Tx
from tenor.base.errors import NotFound, TenorError
from tenor.core.merchants.model import Merchant
from tenor.core.merchants.signin import service, store
from tenor.core.merchants.signin.model import Act, Done, Session
from tenor.faces import guarding
from tenor.faces.browser import Browser, origin_of
from tenor.faces.dashboard import wording
from tenor.faces.dashboard.pages import Pages, Times, language_of
from tenor.faces.face import Platform
from tenor.faces.guarding import STATUS, Passed, Trouble


@dataclass(frozen=True)
class Visitor:
    """The merchant for whom somebody is signed in."""

    merchant: Merchant
    session: Session
    origin: str

    @property
    def times(self) -> Times:
        """Times as the merchant's clocks show them."""
        return Times(ZoneInfo(self.merchant.programme.time_zone))


class Call(Passed[Visitor]):
    """A request that has passed the guard. Whatever it reads or changes is `merchant_id`'s."""

    @property
    def merchant_id(self) -> UUID:
        """Whose rows it may see."""
        return self.visitor.merchant.id

    @property
    def times(self) -> Times:
        """Times as the merchant's clocks show them."""
        return self.visitor.times

    @property
    def common(self) -> dict[str, Any]:
        """What every page is rendered with."""
        return {"visitor": self.visitor, "csrf": self.csrf, "times": self.times}

    async def note(self, tx: Tx, act: Act, subject: object = None, **detail: Any) -> None:
        """Write down what is done, in the transaction that does it."""
        done = Done(
            at=clock.now(),
            act=act,
            subject=None if subject is None else str(subject),
            detail=detail,
            origin=self.visitor.origin,
        )
        await store.note(tx, self.merchant_id, done)

    def id(self) -> UUID:
        """The id in the address. Raises `NotFound` for what is none."""
        try:
            return UUID(self.request.path_params["id"])
        except ValueError:
            raise NotFound("There is no such thing.") from None


Handler = Callable[[Call], Awaitable[Response]]


class Floor(guarding.Floor[Visitor]):
    """What the pages stand on."""

    def __init__(self, on: Platform) -> None:
        self.on = on
        self.pages = Pages(on.settings)
        self.root, self.prefix = "/dashboard", self.pages.prefix
        # A developer comes by the link in a letter, which another site may show.
        self.browser = Browser(on.settings, on.seal, "dashboard", "lax")

    def trouble(self, request: Request, trouble: Trouble, error: TenorError | None) -> Response:
        """The page that says what went wrong, in the reader's language and not in the core's words."""
        heading, words = wording.troubles(language_of(request))[trouble]
        return self.pages.render(request, "message", STATUS[trouble], heading=heading, words=words)

    async def visitor(self, request: Request, token: str) -> Visitor | None:
        """Whoever holds a token."""
        async with self.on.database.transaction() as tx:
            known = await service.resume(tx, self.on.seal, token, clock.now())
        return Visitor(*known, origin_of(request)) if known else None


class Open(guarding.Open[Floor]):
    """A page for whoever comes: signing in."""


class Guarded(guarding.Guarded[Floor, Visitor]):
    """A page for those who are signed in."""

    def __init__(self, floor: Floor, **handlers: Handler) -> None:
        super().__init__(floor, {name.upper() for name in handlers})
        self._handlers = handlers

    async def handle(self, method: str, call: Passed[Visitor]) -> Response:
        """What the page does."""
        return await self._handlers[method.lower()](Call(call.request, call.visitor, call.form, call.csrf))
