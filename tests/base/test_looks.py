"""The typeface and the tokens of all pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from tenor.base import looks
from tenor.base.looks.parts import FAMILY, PARTS, WEIGHTS

FILES = Path(looks.__file__).parent / "typeface"


def _points(part: str) -> set[int]:
    found: set[int] = set()
    for one in PARTS[part].split():
        first, _, last = one.partition("-")
        found |= set(range(int(first, 16), int(last or first, 16) + 1))
    return found


def test_no_character_is_in_two_parts() -> None:
    together = sum(len(_points(part)) for part in PARTS)
    assert len(set.union(*(_points(part) for part in PARTS))) == together


@pytest.mark.parametrize("weight", WEIGHTS)
def test_a_document_can_say_all_that_a_page_can(weight: int) -> None:
    font = TTFont(looks.document_font(weight))
    held = set(font.getBestCmap())
    # What IBM's typeface never had stays away; the letters that every Arabic and English word needs do not.
    assert set(range(0x20, 0x7F)) <= held
    assert set(range(0x621, 0x63B)) | set(range(0x641, 0x64B)) <= held
    assert {ord(one) for one in "éüñçÅøßŁ€−×،؟پگ"} <= held
    # A page finds these in another typeface; a document has no other one.
    assert {ord(one) for one in "₪₹₩₫₱№½⅓≤ۆێە\u0301\u2126"} <= held


@pytest.mark.parametrize("weight", WEIGHTS)
def test_a_changed_font_bears_another_name_and_keeps_its_licence(weight: int) -> None:
    names = TTFont(looks.document_font(weight))["name"]
    given = {record.nameID: str(record) for record in names.names}
    assert not any("plex" in given[number].lower() for number in (1, 3, 4, 6, 16))
    assert given[16] == FAMILY
    assert "SIL Open Font License" in given[13]
    assert "IBM" in given[0]
    assert 'Reserved Font Name "Plex"' in (FILES / "OFL.txt").read_text()


@pytest.mark.parametrize("weight", WEIGHTS)
def test_figures_are_equally_wide_so_that_amounts_stand_in_columns(weight: int) -> None:
    font = TTFont(looks.document_font(weight))
    widths = {font["hmtx"][font.getBestCmap()[ord(digit)]][0] for digit in "0123456789"}
    assert len(widths) == 1


def test_a_style_sheet_names_only_files_that_are_there_and_no_one_elses() -> None:
    sheet = looks.style("/pay", "page", "body { margin: 0 }").content.decode()
    addresses = re.findall(r'url\("([^"]*)"\)', sheet)
    assert len(addresses) == len(PARTS) * len(WEIGHTS)
    assert {address.removeprefix("/pay/assets/") for address in addresses} < set(looks.files())
    assert sheet.endswith("body { margin: 0 }")
    assert "//" not in re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_what_is_loaded_first_is_what_the_style_sheet_asks_for(language: str) -> None:
    sheet = looks.style("", "page", "").content.decode()
    assert all(f'url("{address}")' in sheet for address in looks.preloads("", language))


def test_a_name_changes_with_the_content() -> None:
    one, other = looks.style("", "page", "a"), looks.style("", "page", "b")
    assert one.name != other.name
    assert one.name == looks.style("", "page", "a").name
