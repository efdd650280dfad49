"""How a merchant's pages look: its logo, and a style sheet of its own for the accent colour. Pure.

The pages' policy allows no style but ours, so a colour comes as a style sheet. It is made of the colour alone and
carries its mark in its name, as the logo does, so that browsers keep each for good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from tenor.base import colours, looks
from tenor.base.colours import Shades
from tenor.base.errors import NotFound
from tenor.base.looks import Asset
from tenor.core.merchants.model import LogoMark, Merchant

# The tallest that a logo is shown, in CSS pixels.
_SHOWN = 40
_WIDEST = 160

# What has its content's mark in its name never changes.
LASTING: Mapping[str, str] = {"Cache-Control": "public, max-age=31536000, immutable"}


@dataclass(frozen=True)
class Look:
    """What a page shows of its merchant. `style` and `logo` are addresses, or empty; `width` and `height` are shown."""

    name: str
    style: str = ""
    logo: str = ""
    width: int = 0
    height: int = 0


def of(prefix: str, merchant: Merchant) -> Look:
    """The look of a merchant's pages. `prefix` is the path of the public URL."""
    style = logo = ""
    width = height = 0
    accent = sheet(merchant.accent) if merchant.accent else None
    if accent:
        style = f"{prefix}/order/static/{accent.name}"
    if merchant.logo:
        logo = f"{prefix}/order/static/logo/{merchant.id.hex}.{mark_of(merchant.logo)}"
        scale = min(1, _SHOWN / merchant.logo.height, _WIDEST / merchant.logo.width)
        width = max(1, round(merchant.logo.width * scale))
        height = max(1, round(merchant.logo.height * scale))
    return Look(merchant.name, style, logo, width, height)


@lru_cache(maxsize=256)
def sheet(accent: str) -> Asset | None:
    """The style sheet of a colour in its normal form; None for what is none. The shades of it follow by the tokens."""
    if colours.normal(accent) != accent:
        return None
    light, dark = _tokens(colours.light(accent)), _tokens(colours.dark(accent))
    css = f":root {{{light}}}\n@media (prefers-color-scheme: dark) {{ :root {{{dark}}} }}\n"
    return looks.asset(f"accent.{accent[1:]}", "css", css.encode(), "text/css")


def _tokens(shades: Shades) -> str:
    return f" --accent: {shades.accent}; --on-accent: {shades.on_accent}; "


def mark_of(logo: LogoMark) -> str:
    """The part of a logo's name that changes with its content."""
    return logo.sha256.hex()[:16]


def named(name: str) -> tuple[UUID, str]:
    """The merchant and the mark in a logo's name. Raises `NotFound`."""
    merchant, _, mark = name.partition(".")
    try:
        return UUID(hex=merchant), mark
    except ValueError:
        raise NotFound("There is no such logo.") from None
