"""How all pages of ours look: one typeface for Latin and Arabic, and the tokens of colour, space and type.

A page takes one style sheet from `style`, which begins with both and with the ground that all pages stand on, and goes
on with what the page adds, and the links of `preloads`. The files hang at /assets (the face of that name), under names
that change with their content. Documents take the TrueType files from `document_font`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.responses import Response

from tenor.base.compression import packed_for
from tenor.base.looks.parts import FAMILY, PARTS, WEIGHTS

_HERE = Path(__file__).parent
_YEAR = 365 * 24 * 60 * 60

# What a page needs before it is drawn, by its language. The other parts come when a name on it needs them.
_FIRST: Mapping[str, tuple[str, ...]] = {"en": ("latin",), "ar": ("latin", "arabic")}


@dataclass(frozen=True)
class Asset:
    """A file of ours that browsers may keep for good: another version has another name."""

    name: str
    content: bytes
    media_type: str

    def response(self, accept_encoding: str = "") -> Response:
        """The answer with its content, packed where the browser unpacks. Fonts are packed in themselves."""
        headers = {
            "Cache-Control": f"public, max-age={_YEAR}, immutable",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        response = Response(self.content, media_type=self.media_type, headers=headers)
        return packed_for(accept_encoding, response) if self.media_type.startswith("text/") else response


def asset(stem: str, suffix: str, content: bytes, media_type: str) -> Asset:
    """An asset under a name that its content makes."""
    return Asset(f"{stem}.{hashlib.sha256(content).hexdigest()[:16]}.{suffix}", content, media_type)


@cache
def files() -> Mapping[str, Asset]:
    """What hangs at /assets by its name there: the parts of the typeface, and the icon."""
    found = [_icon(), *(_font(part, weight) for part in PARTS for weight in WEIGHTS)]
    return {one.name: one for one in found}


@cache
def _icon() -> Asset:
    return asset("icon", "svg", (_HERE / "icon.svg").read_bytes(), "image/svg+xml")


def icon(prefix: str) -> str:
    """The address of the icon that browsers show beside a page's title."""
    return f"{prefix}/assets/{_icon().name}"


@cache
def _font(part: str, weight: int) -> Asset:
    stem = f"{part}-{weight}"
    return asset(stem, "woff2", (_HERE / "typeface" / f"{stem}.woff2").read_bytes(), "font/woff2")


def document_font(weight: int) -> Path:
    """The TrueType file of weight 400 or 600 with all characters, for documents that carry their type along."""
    return _HERE / "typeface" / f"document-{weight}.ttf"


def preloads(prefix: str, language: str) -> tuple[str, ...]:
    """The addresses of the fonts that a page in a language begins with. `prefix` is the path of the public URL."""
    return tuple(f"{prefix}/assets/{_font(part, weight).name}" for part in _FIRST[language] for weight in WEIGHTS)


def style(prefix: str, stem: str, own: str) -> Asset:
    """A page's style sheet: the typeface, the tokens, the ground that all pages stand on, and the page's own rules."""
    faces = "".join(_face(prefix, part, weight) for part in PARTS for weight in WEIGHTS)
    begun = "".join((_HERE / name).read_text() for name in ("tokens.css", "ground.css"))
    return asset(stem, "css", f"{faces}{begun}{own}".encode(), "text/css")


def _face(prefix: str, part: str, weight: int) -> str:
    """A font as style sheets name it.

    `optional` lets a font be used from the first drawing on or not before the next page, so that no text ever moves.
    """
    ranges = ",".join(f"U+{one}" for one in PARTS[part].split())
    return (
        f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};font-display:optional;'
        f'src:url("{prefix}/assets/{_font(part, weight).name}") format("woff2");unicode-range:{ranges}}}\n'
    )
