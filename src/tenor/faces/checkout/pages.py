"""Pages: templates in the buyer's language, under headers that let nothing in from outside and nothing out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from tenor.base import looks, smtp, templates
from tenor.base.config import Settings
from tenor.faces.checkout.frames import Frame, Script
from tenor.faces.checkout.languages import Language, languages
from tenor.faces.face import Departure

_HERE = Path(__file__).parent

# Our style sheet, forms that come back to us, and nothing else. Browsers hold every redirect that answers a form to
# `form-action` too, so no form of ours ends at a shop: it ends at a page of ours that leads there.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "form-action 'self'; frame-ancestors {ancestors}; base-uri 'none'"
)

# The address of a page is a secret, so no other site may learn it and no cache may keep what it opens.
_HEADERS: Mapping[str, str] = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def headers(frame: Frame | None) -> Mapping[str, str]:
    """What every answer says. Only a page in a shop's frame may be framed and has a script."""
    policy = _POLICY.format(ancestors="'none'")
    if frame is not None:
        policy = f"{_POLICY.format(ancestors=' '.join(frame.origins))}; script-src 'self'"
    return {"Content-Security-Policy": policy, **_HEADERS}


class Pages:
    """Renders the templates. `prefix` is the path of the public URL: it precedes every address of ours."""

    def __init__(self, settings: Settings) -> None:
        self.prefix = urlsplit(settings.public_url).path.rstrip("/")
        self.style = looks.style(self.prefix, "page", (_HERE / "static" / "page.css").read_text())
        self.script = Script.load()
        self._environments = {code: self._environment(one, settings) for code, one in languages().items()}

    def _environment(self, language: Language, settings: Settings) -> Environment:
        environment = templates.environment(_HERE / "templates", language)
        environment.filters["bdi"] = bdi
        environment.filters["whole"] = whole
        environment.filters["marked"] = marked
        environment.globals.update(
            others=[other for other in languages().values() if other is not language],
            style=f"{self.prefix}/order/static/{self.style.name}",
            script=f"{self.prefix}/order/static/{self.script.name}",
            icon=looks.icon(self.prefix),
            fonts=looks.preloads(self.prefix, language.code),
            sandbox=settings.environment == "sandbox",
            letters=f"{self.prefix}/sandbox/mail" if _shows_letters(settings) else "",
            contact=smtp.sender_of(settings.mail_from).addr_spec if settings.mail_from else "",
        )
        return environment

    def render(
        self,
        name: str,
        language: Language,
        status: int = 200,
        *,
        frame: Frame | None = None,
        departure: Departure | None = None,
        stays: bool = False,
        **values: Any,
    ) -> Response:
        """A page from its template.

        It offers the other languages unless `switch` is false, as on the answer to a form that has no address of its
        own; `keep` is what the address has to go on saying then, such as `&proof=…`. A page from which the buyer leaves
        names the `departure`: within a shop's frame that is told to the shop, at once unless the buyer `stays`, and
        outside of one the page leads `forward` by itself. `look` is the merchant's.
        """
        given: dict[str, Any] = {"switch": True, "keep": "", "notice": "", "corrections": (), "forward": ""}
        given |= {"back": None, "look": None, **values}
        given["framed"] = frame is not None
        given["marks"] = frame.marks(departure, stays=stays) if frame else {}
        if frame is not None:
            given["keep"] += frame.query
        return HTMLResponse(self._environments[language.code].get_template(f"{name}.html").render(given), status)


def _shows_letters(settings: Settings) -> bool:
    """Whether a visitor finds the letters at /sandbox/mail: nothing sends them away, and whoever is here may read."""
    here = urlsplit(settings.public_url).hostname in ("127.0.0.1", "localhost", "::1")
    return settings.environment == "sandbox" and not settings.smtp_url and (here or settings.sandbox_mail == "public")


def bdi(text: str) -> Markup:
    """A text of somebody else's, escaped and kept from turning around what stands beside it."""
    return Markup("<bdi>{}</bdi>").format(text)


def whole(text: str) -> Markup:
    """A day or an amount of ours, escaped and kept on one line."""
    return Markup('<span class="whole">{}</span>').format(text)


def marked(sentence: str) -> Markup:
    """A sentence of ours, escaped, in which what is kept apart is so by a tag."""
    return Markup(str(escape(sentence)).replace("\u2068", "<bdi>").replace("\u2069", "</bdi>"))  # noqa: S704 - escaped
