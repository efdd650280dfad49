"""Pages: templates in the visitor's language, under headers that let in the shop's own files and nobody else's.

The cart alone lets in Tenor's script and the frame that it opens, from Tenor's address.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from tenor.base import templates
from tenor.base.texts import Language
from tenor.demo.catalogue import HARBOR, NAJD, Catalogue
from tenor.demo.shop.languages import choose, languages, remember

_HERE = Path(__file__).parent
_SHOPS = {one.dialect: one for one in (HARBOR, NAJD)}


class Pages:
    """Renders the templates, which escape whatever came from outside. `tenor_address` is where buyers find Tenor."""

    def __init__(self, tenor_address: str) -> None:
        self._tenor = tenor_address.rstrip("/")
        at = urlsplit(tenor_address)
        self._origin = f"{at.scheme}://{at.netloc}"
        self._environments = {code: _environment(one) for code, one in languages().items()}

    def render(
        self, request: Request, name: str, shop: Catalogue | None, status: int = 200, modal: bool = False, **values: Any
    ) -> Response:
        """A page of a storefront, or of both without one. `modal` lets in what opens the checkout over the shop."""
        usual = shop.language if shop else "en"
        language = choose(request, usual)
        known = {"live": False, "title_in": "", **values}
        text = (
            self._environments[language.code]
            .get_template(f"{name}.html")
            .render(
                shop=shop,
                shops=_SHOPS,
                switches=_switches(request, language),
                tenor=self._tenor,
                widget=f"{self._tenor}/widget.js" if modal else "",
                keep=f"?lang={language.code}" if shop is None and language.code != usual else "",
                **known,
            )
        )
        response = HTMLResponse(text, status, headers=self._headers(modal))
        if shop is not None:
            remember(request, response, shop.dialect)
        return response

    def _headers(self, modal: bool) -> dict[str, str]:
        theirs = f" {self._tenor}/widget.js", f" {self._origin}", f" frame-src {self._origin};"
        script, connect, frame = theirs if modal else ("", "", "")
        # Browsers hold the redirect that answers a form to `form-action` too, and ours leads to the buyer's page.
        return {
            "Content-Security-Policy": f"default-src 'none'; script-src 'self'{script}; connect-src 'self'{connect};"
            f"{frame} style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none';"
            f" form-action 'self' {self._origin}",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }


def _environment(language: Language) -> Environment:
    environment = templates.environment(_HERE / "templates", language)
    environment.filters["bdi"] = lambda text: Markup("<bdi>{}</bdi>").format(text)
    return environment


def _switches(request: Request, language: Language) -> list[tuple[Language, str]]:
    """The other languages, each with the address of this page in it; none where the page answers a form."""
    if request.method != "GET":
        return []
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    others = [one for one in languages().values() if one is not language]
    return [(one, "?" + urlencode([*kept, ("lang", one.code)])) for one in others]
