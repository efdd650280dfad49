"""No letter says anything that Arabic has no words for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup, Comment, Doctype

from tenor import post
from tenor.faces import checkout

ROOM = Path(post.__file__).parent
PAGES = Path(checkout.__file__).parent
TEMPLATES = sorted(path for path in (ROOM / "templates").iterdir() if path.suffix != ".css")
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def _said() -> set[str]:
    """Every sentence in the templates and in the code."""
    methods = [("templates/**.html", "jinja2.ext:babel_extract"), ("templates/**.txt", "jinja2.ext:babel_extract")]
    found = extract_from_dir(str(ROOM), [*methods, ("**.py", "python")], keywords={"_": None, "gettext": None})
    return {str(words) for _, _, words, _, _ in found}


def _catalogue(folder: Path, code: str) -> Catalog:
    with (folder / "texts" / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def _entries(folder: Path, code: str) -> dict[str, str]:
    return {str(one.id): str(one.string) for one in _catalogue(folder, code) if one.id and not one.pluralizable}


@pytest.mark.parametrize("code", ["en", "ar"])
def test_a_catalogue_lists_what_the_letters_say_and_nothing_else(code: str) -> None:
    assert set(_entries(ROOM, code)) == _said()


def test_every_sentence_has_its_arabic_and_names_what_the_english_names() -> None:
    for english, arabic in _entries(ROOM, "ar").items():
        assert re.search("[\u0600-\u06ff]", arabic), english
        assert set(_PLACEHOLDER.findall(arabic)) == set(_PLACEHOLDER.findall(english)), english


def test_a_sentence_of_the_pages_has_the_same_arabic_in_letters() -> None:
    letters, pages = _entries(ROOM, "ar"), _entries(PAGES, "ar")
    shared = letters.keys() & pages.keys()
    assert {english: letters[english] for english in shared} == {english: pages[english] for english in shared}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_nothing_past_the_catalogues(template: Path) -> None:
    markup = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "", template.read_text(), flags=re.DOTALL)
    texts = BeautifulSoup(markup, "html.parser").find_all(string=True)
    bare = [str(text) for text in texts if not isinstance(text, Comment | Doctype)]
    assert re.findall(r"[^\W\d_]{2,}", " ".join(bare)) == []
