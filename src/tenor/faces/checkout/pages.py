"""Pages: templates in the buyer's language, under headers that let nothing in from outside and nothing out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from tenor.base.config import Settings
from tenor.faces.checkout.languages import Language, languages

_HERE = Path(__file__).parent
_YEAR = 365 * 24 * 60 * 60


def content_security_policy(forms_lead_to: Iterable[str] = ()) -> str:
    """The policy of a page: our style sheet, forms that come back to us, and nothing else.

    Browsers hold the redirect that answers a form to `form-action` too, so the origins where the forms of a page may
    end have to be named.
    """
    targets = " ".join(["'self'", *sorted(set(forms_lead_to))])
    return (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
        f"form-action {targets}; frame-ancestors 'none'; base-uri 'none'"
    )


# The address of a page is a secret, so no other site may learn it and no cache may keep what it opens.
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": content_security_policy(),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Pages:
    """Renders the templates. `prefix` is the path of the public URL: it precedes every address of ours."""

    def __init__(self, settings: Settings) -> None:
        self.prefix = urlsplit(settings.public_url).path.rstrip("/")
        self._style = (_HERE / "static" / "page.css").read_bytes()
        # The name changes with the content, so that browsers may keep each version for good.
        self.style_name = f"page.{hashlib.sha256(self._style).hexdigest()[:16]}.css"
        self._environments = {code: self._environment(one, settings) for code, one in languages().items()}

    def _environment(self, language: Language, settings: Settings) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.install_gettext_translations(language.sentences, newstyle=True)  # type: ignore[attr-defined]
        environment.filters["bdi"] = bdi
        environment.globals.update(
            language=language,
            others=[other for other in languages().values() if other is not language],
            style=f"{self.prefix}/order/static/{self.style_name}",
            sandbox=settings.environment == "sandbox",
        )
        return environment

    def render(
        self,
        name: str,
        language: Language,
        status: int = 200,
        *,
        switch: bool = True,
        forms_lead_to: Iterable[str] = (),
        **values: Any,
    ) -> Response:
        """A page from its template. `switch` offers the other languages: not on the answer to a form, which has no
        address of its own to open again.
        """
        text = self._environments[language.code].get_template(f"{name}.html").render(switch=switch, **values)
        return HTMLResponse(text, status, headers={"Content-Security-Policy": content_security_policy(forms_lead_to)})

    def style(self) -> Response:
        """The style sheet, for good: another version has another name."""
        headers = {"Cache-Control": f"public, max-age={_YEAR}, immutable"}
        return Response(self._style, media_type="text/css", headers=headers)


def bdi(text: str) -> Markup:
    """A text of somebody else's, escaped and kept from turning around what stands beside it."""
    return Markup("<bdi>{}</bdi>").format(text)
