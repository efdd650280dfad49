"""The addresses of an order's pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import quote, urlencode

from starlette.requests import Request

from tenor.faces.checkout.frames import Frame, frame_in
from tenor.faces.checkout.languages import Language

Step = Literal["order", "you", "business", "terms", "agreement"]
Outcome = Literal["done", "review", "declined"]
STEPS: tuple[Step, ...] = ("order", "you", "business", "terms", "agreement")


@dataclass(frozen=True)
class Way:
    """Where an order's pages are, in one language, in a frame or not, and with the session where the buyer has one.

    `prefix` is the path of the public URL.
    """

    prefix: str
    number: str
    token: str
    language: str
    session: str = ""
    frame: Frame | None = None

    @classmethod
    def of(cls, prefix: str, request: Request, language: Language) -> Way:
        """The way that a request is on."""
        path = request.path_params
        return cls(prefix, path["number"], path["token"], language.code, path.get("session", ""), frame_in(request))

    def to(self, page: str, **query: str) -> str:
        """A page of the buyer's session; without one, of the link."""
        if page == "order" and not self.session:
            page = ""
        return self._address(self.session, page, query)

    def outside(self, page: str, **query: str) -> str:
        """A page of the link, whether or not there is a session."""
        return self._address("", page, query)

    def entered(self, session: str) -> Way:
        """The same way, within a session."""
        return replace(self, session=session)

    def _address(self, session: str, page: str, query: Mapping[str, str]) -> str:
        parts = [self.prefix, "order", self.number, self.token, session, *page.split("/")]
        path = "/".join([quote(part, safe="") if part != self.prefix else part for part in parts if part])
        carried = self.frame.parameters if self.frame else {}
        return f"{'' if self.prefix else '/'}{path}?{urlencode({'lang': self.language, **carried, **query})}"
