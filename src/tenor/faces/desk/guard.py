"""The guard before every page of the desk: who is there, and whether their role allows it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tenor.base import clock
from tenor.base.errors import TenorError
from tenor.core.staff import service
from tenor.core.staff.model import Act, Session, Staff, Who
from tenor.core.staff.permissions import may
from tenor.faces import guarding
from tenor.faces.browser import Browser, origin_of
from tenor.faces.desk.pages import Pages
from tenor.faces.face import Platform
from tenor.faces.guarding import STATUS, Passed, Trouble

# What a page is headed, and what it says where the core has not said it.
_TROUBLES: Mapping[Trouble, tuple[str, str]] = {
    Trouble.UNSAFE: (
        "The desk needs https",
        "Set TENOR_PUBLIC_URL to an https address, or use this machine's own.",
    ),
    Trouble.METHOD: ("This can not be done here", "The page knows no such method."),
    Trouble.MISSING: ("There is no such page", ""),
    Trouble.UNREADABLE: ("The form could not be read", ""),
    Trouble.INVALID: ("Something is missing or wrong", ""),
    Trouble.REFUSED: ("This was refused", ""),
    Trouble.FOREIGN: (
        "The form was not taken",
        "It was sent from another site, or from a page that was opened before you signed in. Nothing was done."
        " Open the page again.",
    ),
    Trouble.FAULT: ("Something went wrong", "It is our fault, and it is noted in the log."),
}


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


class Call(Passed[Visitor]):
    """A request that has passed the guard."""

    @property
    def common(self) -> dict[str, Any]:
        """What every page is rendered with."""
        return {"visitor": self.visitor, "csrf": self.csrf, "said": self.request.query_params.get("said", "")}


Handler = Callable[[Call], Awaitable[Response]]


class Floor(guarding.Floor[Visitor]):
    """What the pages stand on."""

    def __init__(self, on: Platform) -> None:
        self.on = on
        self.pages = Pages(on.settings)
        self.root, self.prefix = "/desk", self.pages.prefix
        self.browser = Browser(on.settings, on.seal, "desk")

    def trouble(self, request: Request, trouble: Trouble, error: TenorError | None) -> Response:
        """The page that says what went wrong."""
        heading, words = _TROUBLES[trouble]
        return self.pages.message(heading, error.message if error else words, STATUS[trouble])

    async def visitor(self, request: Request, token: str) -> Visitor | None:
        """The member of staff who holds a token."""
        async with self.on.database.transaction() as tx:
            known = await service.resume(tx, self.on.seal, token, clock.now())
        return Visitor(*known, origin_of(request)) if known else None


class Open(guarding.Open[Floor]):
    """A page for whoever comes: signing in and setting up."""


class Guarded(guarding.Guarded[Floor, Visitor]):
    """A page for those who are signed in and whose role allows it. `acts` names what each method does."""

    def __init__(self, floor: Floor, acts: Mapping[str, tuple[Act, Handler]]) -> None:
        super().__init__(floor, set(acts))
        self.acts = acts

    def forbidden(self, visitor: Visitor, method: str, csrf: str) -> Response | None:
        """The refusal of whoever's role does not allow it."""
        if may(visitor.staff.role, self.acts[method][0]):
            return None
        return self.floor.pages.message(
            "Your role does not allow this",
            f"It is not among what the role “{visitor.staff.role.replace('_', ' ')}” may do. Nothing was done.",
            403,
            visitor=visitor,
            csrf=csrf,
        )

    async def handle(self, method: str, call: Passed[Visitor]) -> Response:
        """What the page does."""
        return await self.acts[method][1](Call(call.request, call.visitor, call.form, call.csrf))
