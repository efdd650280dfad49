"""No page of the demo's shop says anything that Arabic has no words for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Comment, Doctype, Tag

from tenor.demo import shop
from tenor.demo.catalogue import HARBOR, NAJD, Catalogue
from tests.sentences import ARABIC, PLACEHOLDER, catalogue, entries, forms, said, without_markup

ROOM = Path(shop.__file__).parent
TEMPLATES = sorted((ROOM / "templates").glob("*.html"))


@pytest.mark.parametrize("code", ["en", "ar"])
def test_a_catalogue_lists_what_the_pages_say_and_nothing_else(code: str) -> None:
    assert set(entries(catalogue(ROOM, code))) == said(ROOM)


def test_every_sentence_has_its_arabic_and_names_what_the_english_names() -> None:
    arabic = catalogue(ROOM, "ar")
    for english, entry in entries(arabic).items():
        translated = forms(entry)
        assert len(translated) == (arabic.num_plurals if entry.pluralizable else 1), english
        for number, form in enumerate(translated):
            assert ARABIC.search(form), english
            named = set(PLACEHOLDER.findall(form))
            # "One" and "two" are words of their own in Arabic and need no digit.
            may_be_bare = entry.pluralizable and number in (1, 2) and not named
            assert may_be_bare or named == set(PLACEHOLDER.findall(english)), english


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_nothing_past_the_catalogues(template: Path) -> None:
    page = BeautifulSoup(without_markup(template.read_text()), "html.parser")
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
        assert ARABIC.search(product.called.ar), product.sku
        assert ARABIC.search(product.unit_called.ar), product.sku
