"""A colour of somebody's choice, made legible: shades that keep WCAG's contrast on light and on dark pages. Pure.

Contrast is WCAG 2.2's ratio of relative luminances (its 1.4.3 asks for 4.5 to 1 for text).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

CONTRAST = 4.5

# The grounds that our pages and letters put it on, in the light scheme and in the dark one.
LIGHT_GROUND, LIGHT_CARD = "#f4f3ee", "#fffefb"
DARK_GROUND, DARK_CARD = "#101615", "#18201f"

_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
# The shares and the colours by which the pages' tokens (`looks/tokens.css`) mix the shades of an accent.
LIGHT_INK, DARK_INK = "#17211f", "#e9efec"
STRONGER = 0.35
LIGHT_TINT, DARK_TINT = 0.09, 0.14

# Oklab by Björn Ottosson (bottosson.github.io/posts/oklab), as CSS Color 4 has it: linear sRGB to cone responses, whose
# cube roots make the coordinates, and back.
_TO_CONES = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_FROM_CONES = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)


@dataclass(frozen=True)
class Shades:
    """One scheme's: the accent as text and as a button, the same under the pointer, what is written on both, and a tint
    for grounds. All `#rrggbb`.
    """

    accent: str
    strong: str
    on_accent: str
    tint: str


def normal(colour: str) -> str | None:
    """A colour written as `#rgb` or `#rrggbb`, as `#rrggbb` in small letters; None for what is none."""
    found = _HEX.fullmatch(colour)
    if found is None:
        return None
    digits = found[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(2 * one for one in digits))


def contrast(one: str, other: str) -> float:
    """How far two colours are apart, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def on(ground: str) -> str:
    """Black or white, whichever is easier to read on that ground. The better of the two always reaches 4.5."""
    return max("#ffffff", "#000000", key=lambda ink: contrast(ink, ground))


def light(accent: str) -> Shades:
    """The shades for light pages: the accent itself, darkened as far as it takes."""
    return _shades(accent, "#000000", LIGHT_GROUND, LIGHT_CARD, LIGHT_INK, LIGHT_TINT)


def dark(accent: str) -> Shades:
    """The shades for dark pages: the accent itself, lightened as far as it takes."""
    return _shades(accent, "#ffffff", DARK_GROUND, DARK_CARD, DARK_INK, DARK_TINT)


def _shades(accent: str, towards: str, ground: str, card: str, ink: str, share: float) -> Shades:
    for step in range(101):
        shade = mixed(accent, towards, step / 100)
        tint = mixed(card, shade, share)
        if min(contrast(shade, one) for one in (ground, card, tint)) >= CONTRAST:
            break
    return Shades(shade, mixed(shade, ink, STRONGER), on(shade), tint)


def mixed(one: str, other: str, share: float) -> str:
    """One colour with so much of the other in it (0 to 1), as `color-mix(in oklab, one, other share)` makes it."""
    # Cube roots of cone responses are a linear step away from Oklab, so mixing them is mixing there.
    cones = [mine + (theirs - mine) * share for mine, theirs in zip(_cone_roots(one), _cone_roots(other), strict=True)]
    linear = _times(_FROM_CONES, tuple(root**3 for root in cones))
    return "#" + "".join(f"{round(255 * _encoded(min(1.0, max(0.0, channel)))):02x}" for channel in linear)


def _cone_roots(colour: str) -> tuple[float, ...]:
    linear = tuple(_linear(channel / 255) for channel in _channels(colour))
    return tuple(math.cbrt(response) for response in _times(_TO_CONES, linear))


def _times(matrix: tuple[tuple[float, ...], ...], vector: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(sum(factor * value for factor, value in zip(row, vector, strict=True)) for row in matrix)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _encoded(channel: float) -> float:
    return channel * 12.92 if channel <= 0.0031308 else float(1.055 * channel ** (1 / 2.4) - 0.055)
