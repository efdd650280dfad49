"""What a room says to people, and what its message catalogues have of it."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
ARABIC = re.compile("[\u0600-\u06ff]")

_METHODS = [
    ("templates/**.html", "jinja2.ext:babel_extract"),
    ("templates/**.txt", "jinja2.ext:babel_extract"),
    ("**.py", "python"),
]


def said(room: Path) -> set[str]:
    """Every sentence in a room's templates and code, by its English singular."""
    found = extract_from_dir(str(room), _METHODS, keywords={"_": None, "gettext": None, "ngettext": (1, 2)})
    return {words if isinstance(words, str) else words[0] for _, _, words, _, _ in found}


def catalogue(room: Path, code: str) -> Catalog:
    """A room's catalogue of a language. Raises where it can not be read."""
    with (room / "texts" / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def entries(catalogue: Catalog) -> dict[str, Message]:
    """A catalogue's entries by their English singular."""
    return {entry.id if isinstance(entry.id, str) else entry.id[0]: entry for entry in catalogue if entry.id}


def forms(entry: Message) -> list[str]:
    """What an entry says, one form a number where it has numbers."""
    return [entry.string] if isinstance(entry.string, str) else list(entry.string or ())


def without_markup(template: str) -> str:
    """A template without what Jinja2 reads."""
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "", template, flags=re.DOTALL)
