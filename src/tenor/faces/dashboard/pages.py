"""Pages: templates in the merchant's language, with times as the merchant's clocks show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

import msgspec
from jinja2 import Environment
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tenor.base import looks, templates, texts
from tenor.base.config import Settings
from tenor.base.texts import Language
from tenor.core.deliveries import troubles
from tenor.faces import languages
from tenor.faces.dashboard import wording

_HERE = Path(__file__).parent
_YEAR = 365 * 24 * 60 * 60
_LANGUAGE = "tenor_language"


def spoken() -> dict[str, Language]:
    """Every language by its code, English first."""
    return texts.spoken(_HERE / "texts")


def language_of(request: Request) -> Language:
    """The language asked for in the address, else the one that was chosen before, else the browser's."""
    asked = request.query_params.get("lang") or request.cookies.get(_LANGUAGE)
    return languages.choose(spoken(), asked, request.headers.get("accept-language", ""))


@dataclass(frozen=True)
class Times:
    """Times in a merchant's own zone."""

    zone: ZoneInfo

    def show(self, at: datetime) -> Markup:
        """`2026-04-15 20:00:05`; what it is in UTC stands in the tag, and is shown to whoever points at it."""
        utc = at.astimezone(UTC)
        return Markup('<time datetime="{}" title="{} UTC" dir="ltr">{}</time>').format(
            f"{utc:%Y-%m-%dT%H:%M:%SZ}", f"{utc:%Y-%m-%d %H:%M:%S}", f"{at.astimezone(self.zone):%Y-%m-%d %H:%M:%S}"
        )

    def field(self, at: datetime) -> str:
        """As a field for date and time takes it, to the minute."""
        return f"{at.astimezone(self.zone):%Y-%m-%dT%H:%M}"

    def read(self, typed: str) -> datetime | None:
        """The time in UTC that somebody typed in such a field; None for what is no time. An hour that comes twice when
        clocks go back is the first of the two.
        """
        try:
            read = datetime.fromisoformat(typed)
        except ValueError:
            return None
        local = read if read.tzinfo else read.replace(tzinfo=self.zone)
        # What lies beyond the calendar in UTC is no time either.
        return local.astimezone(UTC) if 1970 <= local.year <= 9000 else None


class Pages:
    """Renders the templates. `prefix` is the path of the public URL: it precedes every address of ours."""

    def __init__(self, settings: Settings) -> None:
        self.prefix = urlsplit(settings.public_url).path.rstrip("/")
        self.root = f"{self.prefix}/dashboard"
        self.style = looks.style(self.prefix, "dashboard", (_HERE / "static" / "dashboard.css").read_text())
        self._secure = settings.public_url.startswith("https:")
        self._environments = {code: self._environment(one, settings) for code, one in spoken().items()}

    def _environment(self, language: Language, settings: Settings) -> Environment:
        environment = templates.environment(_HERE / "templates", language)
        environment.filters.update(
            decoded=templates.decoded,
            pretty=_pretty,
            short=_short,
            code=_code,
            state=lambda one: wording.states(language)[one],
        )
        environment.globals.update(
            others=[other for other in spoken().values() if other is not language],
            root=self.root,
            style=f"{self.root}/static/{self.style.name}",
            icon=looks.icon(self.prefix),
            fonts=looks.preloads(self.prefix, language.code),
            sandbox=settings.environment == "sandbox",
            wording=wording,
            told_by=troubles.told_by,
        )
        return environment

    def render(self, request: Request, name: str, status: int = 200, **values: Any) -> Response:
        """A page from its template. `visitor` is who is signed in, `times` how their clocks show times.

        Where the address asks for a language, the browser keeps the choice.
        """
        language = language_of(request)
        given = {"visitor": None, "csrf": "", "problem": "", "times": Times(ZoneInfo("UTC")), **values}
        given["said"] = wording.said(language).get(request.query_params.get("said", ""), "")
        given["switched"] = {one.code: _in(request, one) for one in spoken().values()}
        response = HTMLResponse(self._environments[language.code].get_template(f"{name}.html").render(given), status)
        if request.query_params.get("lang") == language.code:
            response.set_cookie(
                _LANGUAGE, language.code, _YEAR, path=self.root, secure=self._secure, httponly=True, samesite="lax"
            )
        return response

    def see(self, path: str) -> Response:
        """Go on to a page below /dashboard by GET."""
        return RedirectResponse(f"{self.root}{path}", 303)


def _in(request: Request, language: Language) -> str:
    """The query of the same page in another language."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("lang", "said")]
    return "?" + urlencode([*kept, ("lang", language.code)])


def _pretty(data: bytes) -> str:
    """JSON with a line for each field; what is none stays as it is."""
    try:
        return msgspec.json.format(data, indent=2).decode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return templates.decoded(data)


def _short(url: str) -> str:
    """An address without its scheme, as it stands in a list."""
    return url.partition("://")[2] or url


def _code(text: object) -> Markup:
    """A word for programs, kept from turning around what stands beside it."""
    return Markup('<bdi class="code" dir="ltr">{}</bdi>').format(text)
