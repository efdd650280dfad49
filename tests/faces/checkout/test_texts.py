"""No page says anything that Arabic has no words for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup, Comment, Doctype, Tag

from tenor.faces import checkout

FACE = Path(checkout.__file__).parent
TEMPLATES = sorted((FACE / "templates").glob("*.html"))
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_READ_ALOUD = ("alt", "aria-label", "content", "placeholder", "title", "value")


def _forms(entry: Message) -> list[str]:
    return [entry.string] if isinstance(entry.string, str) else list(entry.string or ())


def _said() -> set[str]:
    """Every sentence in the templates and in the code, by its English singular."""
    found = extract_from_dir(
        str(FACE),
        [("templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")],
        keywords={"_": None, "gettext": None, "ngettext": (1, 2)},
    )
    return {words if isinstance(words, str) else words[0] for _, _, words, _, _ in found}


def _catalogue(code: str) -> Catalog:
    with (FACE / "texts" / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def _entries(catalogue: Catalog) -> dict[str, Message]:
    return {entry.id if isinstance(entry.id, str) else entry.id[0]: entry for entry in catalogue if entry.id}


@pytest.mark.parametrize("code", ["en", "ar"])
def test_a_catalogue_lists_what_the_pages_say_and_nothing_else(code: str) -> None:
    assert set(_entries(_catalogue(code))) == _said()


def test_every_sentence_has_its_arabic() -> None:
    arabic = _catalogue("ar")
    for english, entry in _entries(arabic).items():
        forms = _forms(entry)
        assert len(forms) == (arabic.num_plurals if entry.pluralizable else 1), english
        assert all(form.strip() for form in forms), f"no Arabic for: {english}"
        assert not entry.fuzzy, english
        assert re.search("[\u0600-\u06ff]", forms[-1]), english


def test_a_translation_names_what_its_sentence_names() -> None:
    for english, entry in _entries(_catalogue("ar")).items():
        wanted = set(_PLACEHOLDER.findall(english))
        if not entry.pluralizable:
            assert set(_PLACEHOLDER.findall(str(entry.string))) == wanted, english
            continue
        # "One" and "two" are words of their own in Arabic and need no digit.
        for number, form in enumerate(_forms(entry)):
            named = set(_PLACEHOLDER.findall(form))
            assert named == wanted or (number in (1, 2) and not named), english


def _bare(template: str) -> Iterator[str]:
    """Words in a template that do not pass through a catalogue: in its text, or in an attribute that is read aloud."""
    markup = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "", template, flags=re.DOTALL)
    page = BeautifulSoup(markup, "html.parser")
    texts = [node for node in page.find_all(string=True) if not isinstance(node, Comment | Doctype)]
    for tag in page.find_all(True):
        # These are for programs: a form's fields, and the page's own settings.
        if isinstance(tag, Tag) and tag.name not in ("input", "meta"):
            texts += [str(tag[name]) for name in _READ_ALOUD if tag.has_attr(name)]  # type: ignore[misc]
    for text in texts:
        yield from re.findall(r"[^\W\d_]{2,}", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_nothing_past_the_catalogues(template: Path) -> None:
    assert list(_bare(template.read_text())) == []


def test_a_bare_sentence_would_be_found() -> None:
    assert list(_bare('<p>{{ _("Fine") }}</p><p>Not {{ name }} fine</p>')) == ["Not", "fine"]
    assert list(_bare('<nav aria-label="Language"></nav>')) == ["Language"]
