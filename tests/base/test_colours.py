"""Whatever colour a merchant chooses, the pages and letters stay legible."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenor.base import colours, looks

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
CSS = (Path(looks.__file__).parent / "tokens.css").read_text()


@settings(deadline=None)
@given(COLOURS)
def test_every_accent_is_legible_in_both_schemes(accent: str) -> None:
    for shades, ground, card in (
        (colours.light(accent), colours.LIGHT_GROUND, colours.LIGHT_CARD),
        (colours.dark(accent), colours.DARK_GROUND, colours.DARK_CARD),
    ):
        for under in (ground, card, shades.tint):
            assert colours.contrast(shades.accent, under) >= 4.5
            assert colours.contrast(shades.strong, under) >= 4.5
        assert colours.contrast(shades.on_accent, shades.accent) >= 4.5
        assert colours.contrast(shades.on_accent, shades.strong) >= 4.5


@settings(deadline=None)
@given(COLOURS)
def test_what_stands_on_a_tint_is_legible(accent: str) -> None:
    light, dark = CSS.split("prefers-color-scheme: dark", 1)
    for style, tint in ((light, colours.light(accent).tint), (dark, colours.dark(accent).tint)):
        for token in ("ink", "soft"):
            (ink,) = re.findall(rf"--{token}: (#[0-9a-f]{{6}});", style)[:1]
            assert colours.contrast(ink, tint) >= 4.5


@settings(deadline=None)
@given(COLOURS)
def test_black_or_white_is_always_legible(ground: str) -> None:
    assert colours.contrast(colours.on(ground), ground) >= 4.5


def test_the_grounds_are_the_pages_own() -> None:
    light, dark = CSS.split("prefers-color-scheme: dark", 1)
    assert f"--ground: {colours.LIGHT_GROUND};" in light
    assert f"--card: {colours.LIGHT_CARD};" in light
    assert f"--ground: {colours.DARK_GROUND};" in dark
    assert f"--card: {colours.DARK_CARD};" in dark


def test_shades_are_mixed_as_the_pages_mix_them() -> None:
    light, dark = CSS.split("prefers-color-scheme: dark", 1)
    assert f"--ink: {colours.LIGHT_INK};" in light
    assert f"--ink: {colours.DARK_INK};" in dark
    strong = f"--accent-strong: color-mix(in oklab, var(--accent), var(--ink) {colours.STRONGER:.0%});"
    assert CSS.count("--accent-strong:") == 1
    assert strong in light
    for style, share in ((light, colours.LIGHT_TINT), (dark, colours.DARK_TINT)):
        assert f"--tint: color-mix(in oklab, var(--accent) {share:.0%}, var(--card));" in style


# What Chromium computes for `color-mix(in oklab, …)`.
@pytest.mark.parametrize(
    ("one", "other", "share", "seen"),
    [
        ("#ffffff", "#000000", 0.5, "#636363"),
        ("#0000ff", "#ffff00", 0.5, "#6cabc7"),
        ("#fffefb", "#0c5a50", 0.09, "#e9eeea"),
        ("#7fd3c2", "#e9efec", 0.35, "#a7ddd1"),
    ],
)
def test_colours_are_mixed_as_browsers_mix_them(one: str, other: str, share: float, seen: str) -> None:
    assert colours.mixed(one, other, share) == seen


def test_a_legible_accent_stays_as_it_was_chosen() -> None:
    assert colours.light("#0c5a50").accent == "#0c5a50"
    assert colours.dark("#7fd3c2").accent == "#7fd3c2"


@pytest.mark.parametrize(
    ("given_", "kept"),
    [("#0A7", "#00aa77"), ("#00aa77", "#00aa77"), ("0a7", None), ("#0a77", None), ("red", None), ("#0a7;", None)],
)
def test_a_colour_is_three_or_six_digits(given_: str, kept: str | None) -> None:
    assert colours.normal(given_) == kept
