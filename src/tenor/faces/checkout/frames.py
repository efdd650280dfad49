"""The pages in a shop's frame: who may hold them, and what they tell the page around them.

The widget names its page's origin in the address of the frame (`?frame=https://shop.example.com`), and every address of
ours carries it on, because there is no cookie. It counts only while it stands on the merchant's list: the pages then
let themselves be framed by that list, bring one script along, and tell that origin, and no other, how the buyer leaves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from tenor.core.merchants import store as merchants
from tenor.core.orders import links
from tenor.faces.face import Departure, Platform

_SCRIPT = Path(__file__).parent / "static" / "frame.js"
_YEAR = 365 * 24 * 60 * 60


@dataclass(frozen=True)
class Script:
    """The script of the framed pages, under a name that changes with its content, so that browsers may keep it."""

    name: str
    content: bytes

    @classmethod
    def load(cls) -> Script:
        """The script as `make widget` has built it."""
        content = _SCRIPT.read_bytes()
        return cls(f"frame.{hashlib.sha256(content).hexdigest()[:16]}.js", content)

    def response(self) -> Response:
        """The script, for good: another version has another name."""
        headers = {"Cache-Control": f"public, max-age={_YEAR}, immutable"}
        return Response(self.content, media_type="text/javascript", headers=headers)


@dataclass(frozen=True)
class Frame:
    """The origin of the page that holds ours, and the origins that may."""

    parent: str
    origins: tuple[str, ...]

    @property
    def parameters(self) -> dict[str, str]:
        """What every address of ours carries on."""
        return {"frame": self.parent}

    @property
    def query(self) -> str:
        """The same, to stand behind other parameters."""
        return f"&{urlencode(self.parameters)}"

    def marks(self, departure: Departure | None, *, stays: bool) -> Mapping[str, str]:
        """What the script reads from the page: whom to tell, and how the buyer leaves from here.

        `stays` is whether there is something to read first.
        """
        marks = {"data-parent": self.parent}
        if departure is not None:
            marks |= {"data-how": departure.how, "data-message": departure.message}
            marks |= {"data-stays": "yes"} if stays else {}
        return marks


Framing = Callable[[Request], Awaitable[Frame | None]]


def framing(platform: Platform) -> Framing:
    """Tells in which frame a request's page is to stand; None where it has to stand alone."""

    async def frame_of(request: Request) -> Frame | None:
        parent = request.query_params.get("frame")
        number, token = (request.path_params.get(name) for name in ("number", "token"))
        if not parent or number is None or token is None:
            return None
        merchant_id = links.merchant_of(platform.seal, number, token)
        if merchant_id is None:
            return None
        async with platform.database.single_statement() as tx:
            merchant = await merchants.find(tx, merchant_id)
        if merchant is None or parent not in merchant.origins:
            return None
        return Frame(parent, merchant.origins)

    return frame_of


def frame_in(request: Request) -> Frame | None:
    """The frame that the request's door has found."""
    frame: Frame | None = request.state.frame
    return frame
