"""Which characters each part of the typeface holds. `tools/typeface.py` cuts by it, and style sheets tell browsers.

Code points in hexadecimal, single or as a range.
"""

from __future__ import annotations

from collections.abc import Mapping

# Every page needs these letters, digits and signs, Arabic ones too; those with accents are a part of their own.
_LATIN = "20-7E A0 A9 AB AE B7 BB D7 2010-2015 2018-201A 201C-201E 2022 2026 20AC 2212"
_ACCENTED = (
    "A1-A8 AA AC-AD AF-B6 B8-BA BC-D6 D8-FF 100-130 131 132-151 152-153 154-17F 18F 192 1A0-1A1 1AF-1B0 1FA-1FF"
    " 218-21B 237 259 2C6 2DA 2DC 1E80-1E85 1E9E 1EF2-1EF3 2020-2021 202F 2030 2039-203A 2044 2122"
)
# Arabic as it is written today, and the letters that Persian and Urdu names add.
_ARABIC = "60C 61B 61F 621-63A 640-655 660-66D 670-671 679 67E 686 688 691 698 6A4 6A9 6AF 6BA 6BE 6C1 6CC 6D2 FDFC"
# Documents have no other typeface to fall back on, so theirs also holds what else it knows of names, units and amounts:
# marks that stand alone, all of Arabic, small digits, currency signs, letterlike signs, fractions, arrows, and signs of
# reckoning.
DOCUMENT = "2BB-2DD 300-328 3C0 600-6FF E3F 2070-2089 20A0-20BF 2100-215E 2190-2193 2200-2265"

PARTS: Mapping[str, str] = {"latin": _LATIN, "accented": _ACCENTED, "arabic": _ARABIC}
WEIGHTS: Mapping[int, str] = {400: "Regular", 600: "SemiBold"}
FAMILY = "Tenor Text"
