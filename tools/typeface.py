"""Makes the typeface of Tenor's pages and documents from IBM Plex Sans Arabic. `make fonts` runs it.

The source is the npm package @ibm/plex-sans-arabic, unpacked in the folder that is the one argument. Each weight is cut
into a Latin, an accented Latin and an Arabic part, so that a page loads what its words need, and into one TrueType file
for documents, which have to bring every sign along. Hinting goes: phones do not use it, and it is a fifth of the size.

IBM's licence (SIL OFL 1.1, kept beside the files) reserves the name "Plex", so what is changed here bears another name.
The same source and tools give the same bytes: no time of day gets into a file.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

# Straight from its folder, so that nothing of Tenor has to be installed beside fontTools.
from parts import DOCUMENT, FAMILY, PARTS, WEIGHTS

OUT = Path(__file__).parents[1] / "src" / "tenor" / "base" / "looks" / "typeface"
FEATURES = ["ccmp", "locl", "mark", "mkmk", "kern", "liga", "calt", "rlig", "init", "medi", "fina"]
# Copyright, names, version, licence (OpenType, name IDs).
_KEPT_NAMES = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17]


def code_points(text: str) -> list[int]:
    """The code points of ranges such as `20-7E A0`."""
    found: list[int] = []
    for part in text.split():
        first, _, last = part.partition("-")
        found += range(int(first, 16), int(last or first, 16) + 1)
    return found


def cut(source: Path, style: str, points: list[int], flavour: str | None, target: Path) -> None:
    """Write the part of a font that holds these characters, under our name."""
    options = subset.Options(layout_features=FEATURES, hinting=False, flavor=flavour, notdef_outline=True)
    options.name_IDs = _KEPT_NAMES
    options.name_languages = [0x409]
    font = TTFont(source, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=points)
    cutter.subset(font)
    rename(font, style)
    font.flavor = flavour
    font.save(target, reorderTables=False)


def rename(font: TTFont, style: str) -> None:
    """Call a font by our family's name; copyright and licence stay."""
    whole = f"{FAMILY} {style}"
    given = {1: FAMILY if style == "Regular" else whole, 2: "Regular", 3: whole, 4: whole, 16: FAMILY, 17: style}
    given[6] = whole.replace(" ", "")[: -len(style)] + f"-{style}"
    names = font["name"]
    for record in list(names.names):
        if record.nameID in given:
            names.removeNames(record.nameID, record.platformID, record.platEncID, record.langID)
    for number, text in given.items():
        names.setName(text, number, 3, 1, 0x409)


def main() -> None:
    """Write every file."""
    package = Path(sys.argv[1])
    OUT.mkdir(parents=True, exist_ok=True)
    for weight, style in WEIGHTS.items():
        source = package / "fonts" / "complete" / "woff2" / f"IBMPlexSansArabic-{style}.woff2"
        for part, ranges in PARTS.items():
            cut(source, style, code_points(ranges), "woff2", OUT / f"{part}-{weight}.woff2")
        whole = code_points(" ".join([*PARTS.values(), DOCUMENT]))
        cut(source, style, whole, None, OUT / f"document-{weight}.ttf")
    shutil.copyfile(package / "LICENSE.txt", OUT / "OFL.txt")
    for path in sorted(OUT.iterdir()):
        print(f"{path.stat().st_size:8,} {path.name}")  # noqa: T201 - it is a command


if __name__ == "__main__":
    main()
