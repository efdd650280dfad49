"""No page says anything that Arabic has no words for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Comment, Doctype, Tag

from tenor.faces import checkout, dashboard
from tests.sentences import ARABIC, PLACEHOLDER, catalogue, entries, forms, said, without_markup

FACES = [Path(checkout.__file__).parent, Path(dashboard.__file__).parent]
TEMPLATES = sorted(path for face in FACES for path in (face / "templates").glob("*.html"))
each_face = pytest.mark.parametrize("face", FACES, ids=lambda path: path.name)
_READ_ALOUD = ("alt", "aria-label", "content", "placeholder", "title", "value")


@each_face
@pytest.mark.parametrize("code", ["en", "ar"])
def test_a_catalogue_lists_what_the_pages_say_and_nothing_else(face: Path, code: str) -> None:
    assert set(entries(catalogue(face, code))) == said(face)


@each_face
def test_every_sentence_has_its_arabic(face: Path) -> None:
    arabic = catalogue(face, "ar")
    for english, entry in entries(arabic).items():
        translated = forms(entry)
        assert len(translated) == (arabic.num_plurals if entry.pluralizable else 1), english
        assert all(form.strip() for form in translated), f"no Arabic for: {english}"
        assert not entry.fuzzy, english
        assert ARABIC.search(translated[-1]), english


@each_face
def test_a_translation_names_what_its_sentence_names(face: Path) -> None:
    for english, entry in entries(catalogue(face, "ar")).items():
        wanted = set(PLACEHOLDER.findall(english))
        if not entry.pluralizable:
            assert set(PLACEHOLDER.findall(str(entry.string))) == wanted, english
            continue
        # "One" and "two" are words of their own in Arabic and need no digit.
        for number, form in enumerate(forms(entry)):
            named = set(PLACEHOLDER.findall(form))
            assert named == wanted or (number in (1, 2) and not named), english


def _bare(template: str) -> Iterator[str]:
    """Words in a template that do not pass through a catalogue: in its text, or in an attribute that is read aloud."""
    page = BeautifulSoup(without_markup(template), "html.parser")
    # What stands there is for programs, or in somebody else's words.
    for apart in page.select("pre, bdi"):
        apart.decompose()
    texts = [node for node in page.find_all(string=True) if not isinstance(node, Comment | Doctype)]
    for tag in page.find_all(True):
        # These are for programs: a form's fields, and the page's own settings.
        if isinstance(tag, Tag) and tag.name not in ("input", "meta", "option"):
            texts += [str(tag[name]) for name in _READ_ALOUD if tag.has_attr(name)]  # type: ignore[misc]
    for text in texts:
        yield from re.findall(r"[^\W\d_]{2,}", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: f"{path.parents[1].name}/{path.name}")
def test_a_template_says_nothing_past_the_catalogues(template: Path) -> None:
    assert list(_bare(template.read_text())) == []


def test_a_bare_sentence_would_be_found() -> None:
    assert list(_bare('<p>{{ _("Fine") }}</p><p>Not {{ name }} fine</p>')) == ["Not", "fine"]
    assert list(_bare('<nav aria-label="Language"></nav>')) == ["Language"]
