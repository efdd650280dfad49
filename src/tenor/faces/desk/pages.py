"""Pages: the desk's templates, and what they say after a form was sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse, RedirectResponse, Response

from tenor.base import looks, money, templates
from tenor.base.config import Settings
from tenor.base.errors import Forbidden, Invalid, TenorError

_HERE = Path(__file__).parent

# What a page says first after a form was sent, by the code in its address.
NOTICES: Mapping[str, str] = {
    "set_up": "Your password is set. Sign in with it and with the next code that the app shows.",
    "ended": "Your session has ended. Sign in again.",
    "left": "You are signed out.",
    "replayed": "The delivery goes out with the worker's next round.",
    "replayed_since": "Everything since then goes out with the worker's next rounds.",
    "retried": "The letter goes out with the worker's next sweep.",
    "session_ended": "The session is ended.",
    "approved": "Your approval is noted, and the order goes on.",
    "seconded": "Your approval is noted. A second person has to agree before the order goes on.",
    "declined": "The order is declined.",
    "merged": "The two are one company from now on: the next decision counts what they owe together.",
    "unmerged": "The merge is undone. Each counts by itself again.",
    "dismissed": "Noted: these are two companies. The pair waits no more.",
    "asked": "The buyer gets a letter with a link to hand the document in.",
}


class Pages:
    """Renders the templates. `prefix` is the path of the public URL: it precedes every address of ours."""

    def __init__(self, settings: Settings) -> None:
        self.prefix = urlsplit(settings.public_url).path.rstrip("/")
        self.style = looks.style(self.prefix, "desk", (_HERE / "static" / "desk.css").read_text())
        self._templates = templates.environment(_HERE / "templates")
        self._templates.filters.update(
            money=_money,
            amount=_amount,
            time=_time,
            day=date.isoformat,
            words=_words,
            decoded=templates.decoded,
            age=_age,
        )
        self._templates.globals.update(
            desk=f"{self.prefix}/desk",
            style=f"{self.prefix}/desk/static/{self.style.name}",
            icon=looks.icon(self.prefix),
            fonts=looks.preloads(self.prefix, "en"),
            sandbox=settings.environment == "sandbox",
        )

    def render(self, name: str, status: int = 200, **values: Any) -> Response:
        """A page from its template. `visitor` is who is signed in, `said` the code of a notice."""
        given = {"visitor": None, "csrf": "", "problems": (), **values}
        given["said"] = NOTICES.get(values.get("said", ""), "")
        return HTMLResponse(self._templates.get_template(f"{name}.html").render(given), status)

    def message(self, heading: str, words: str, status: int, **values: Any) -> Response:
        """A page that says one thing."""
        return self.render("message", status, heading=heading, words=words, **values)

    def see(self, path: str) -> Response:
        """Go on to a page below /desk by GET."""
        return RedirectResponse(f"{self.prefix}/desk{path}", 303)


def status_of(refusal: TenorError | None) -> int:
    """The status of a page that shows what stood in the way, if anything did."""
    if refusal is None:
        return 200
    return 403 if isinstance(refusal, Forbidden) else 422 if isinstance(refusal, Invalid) else 409


def _money(minor: int, currency: str) -> str:
    """`1,150.00 SAR`."""
    return f"{_amount(minor, currency)}\u00a0{currency}"


def _amount(minor: int, currency: str) -> str:
    """`1,150.00`, where the currency stands beside it."""
    return f"{money.to_decimal(minor, currency):,}"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}\u00a0UTC"


def _age(lasted: timedelta) -> str:
    """`3 days`, or `5 hours`."""
    hours = int(lasted.total_seconds() // 3600)
    count, unit = (hours // 24, "day") if hours >= 48 else (hours, "hour")
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _words(code: str) -> str:
    """`order_placed` as people read it."""
    return code.replace("_", " ").replace(".", " ")
