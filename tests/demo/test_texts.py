"""No page of the demo's shop says anything that Arabic has no words for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup, Comment, Doctype, Tag

from tenor.demo import shop
from tenor.demo.catalogue import HARBOR, NAJD, Catalogue

ROOM = Path(shop.__file__).parent
TEMPLATES = sorted((ROOM / "templates").glob("*.html"))
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def _said() -> set[str]:
    methods = [("templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
    found = extract_from_dir(str(ROOM), methods, keywords={"_": None, "gettext": None, "ngettext": (1, 2)})
    return {words if isinstance(words, str) else words[0] for _, _, words, _, _ in found}


def _catalogue(code: str) -> Catalog:
    with (ROOM / "texts" / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def _entries(catalogue: Catalog) -> dict[str, Message]:
    return {entry.id if isinstance(entry.id, str) else entry.id[0]: entry for entry in catalogue if entry.id}


@pytest.mark.parametrize("code", ["en", "ar"])
def test_a_catalogue_lists_what_the_pages_say_and_nothing_else(code: str) -> None:
    assert set(_entries(_catalogue(code))) == _said()


def test_every_sentence_has_its_arabic_and_names_what_the_english_names() -> None:
    arabic = _catalogue("ar")
    for english, entry in _entries(arabic).items():
        said = [entry.string] if isinstance(entry.string, str) else list(entry.string or ())
        assert len(said) == (arabic.num_plurals if entry.pluralizable else 1), english
        for number, form in enumerate(said):
            assert re.search("[\u0600-\u06ff]", form), english
            named = set(_PLACEHOLDER.findall(form))
            # "One" and "two" are words of their own in Arabic and need no digit.
            may_be_bare = entry.pluralizable and number in (1, 2) and not named
            assert may_be_bare or named == set(_PLACEHOLDER.findall(english)), english


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_nothing_past_the_catalogues(template: Path) -> None:
    markup = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "", template.read_text(), flags=re.DOTALL)
    page = BeautifulSoup(markup, "html.parser")
    texts = [node for node in page.find_all(string=True) if not isinstance(node, Comment | Doctype)]
    # The name of a header is the same in every language.
    texts = [text for text in texts if text.strip() != "webhook-id:"]
    labels = [
        str(tag[name])
        for tag in page.find_all(True)
        if isinstance(tag, Tag)
        for name in ("aria-label",)
        if tag.has_attr(name)
    ]
    assert [word for text in [*texts, *labels] for word in re.findall(r"[^\W\d_]{2,}", text)] == []


@pytest.mark.parametrize("goods", [HARBOR, NAJD], ids=lambda one: one.shop)
def test_everything_on_the_shelves_has_its_arabic_name(goods: Catalogue) -> None:
    for product in goods.products:
        assert re.search("[\u0600-\u06ff]", product.called.ar), product.sku
        assert re.search("[\u0600-\u06ff]", product.unit_called.ar), product.sku
