"""No letter says anything that Arabic has no words for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Comment, Doctype

from tenor import post
from tenor.faces import checkout
from tests.sentences import ARABIC, PLACEHOLDER, catalogue, said, without_markup

ROOM = Path(post.__file__).parent
PAGES = Path(checkout.__file__).parent
TEMPLATES = sorted(path for path in (ROOM / "templates").iterdir() if path.suffix != ".css")


def _entries(folder: Path, code: str) -> dict[str, str]:
    return {str(one.id): str(one.string) for one in catalogue(folder, code) if one.id and not one.pluralizable}


@pytest.mark.parametrize("code", ["en", "ar"])
def test_a_catalogue_lists_what_the_letters_say_and_nothing_else(code: str) -> None:
    assert set(_entries(ROOM, code)) == said(ROOM)


def test_every_sentence_has_its_arabic_and_names_what_the_english_names() -> None:
    for english, arabic in _entries(ROOM, "ar").items():
        assert ARABIC.search(arabic), english
        assert set(PLACEHOLDER.findall(arabic)) == set(PLACEHOLDER.findall(english)), english


def test_a_sentence_of_the_pages_has_the_same_arabic_in_letters() -> None:
    letters, pages = _entries(ROOM, "ar"), _entries(PAGES, "ar")
    shared = letters.keys() & pages.keys()
    assert {english: letters[english] for english in shared} == {english: pages[english] for english in shared}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_nothing_past_the_catalogues(template: Path) -> None:
    texts = BeautifulSoup(without_markup(template.read_text()), "html.parser").find_all(string=True)
    bare = [str(text) for text in texts if not isinstance(text, Comment | Doctype)]
    assert re.findall(r"[^\W\d_]{2,}", " ".join(bare)) == []
