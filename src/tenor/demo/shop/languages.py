"""Which language a page of the shop speaks."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from tenor.base import texts
from tenor.base.texts import Language

_TEXTS = Path(__file__).parent / "texts"
_COOKIE = "shop_language"


def languages() -> dict[str, Language]:
    """Every language by its code, English first."""
    return texts.spoken(_TEXTS)


def choose(request: Request, usual: str) -> Language:
    """The language that the address asks for, else the one that was asked for before, else the storefront's usual."""
    asked = (request.query_params.get("lang"), request.cookies.get(_COOKIE), usual)
    return next(languages()[code] for code in asked if code in languages())


def remember(request: Request, response: Response, storefront: str) -> None:
    """Let the other pages of a storefront keep the language that the address asks for."""
    asked = request.query_params.get("lang")
    if asked in languages():
        response.set_cookie(_COOKIE, asked, path=f"/{storefront}", httponly=True, samesite="lax")
