"""Templates: one way to read a folder of them, for the pages of every face, for letters and for the demo's shop."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from tenor.base.texts import Language


def environment(folder: Path, language: Language | None = None, *, keep_trailing_newline: bool = False) -> Environment:
    """The templates of a folder. What stands in HTML is escaped, and what is not given is an error and no blank.

    With a `language` they are in it, and know it by that name.
    """
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=keep_trailing_newline,
    )
    if language is not None:
        made.add_extension("jinja2.ext.i18n")
        made.install_gettext_translations(language.sentences, newstyle=True)  # type: ignore[attr-defined]
        made.globals["language"] = language
    return made


def decoded(data: bytes) -> str:
    """Somebody's bytes as text, whatever they are."""
    return data.decode(errors="replace")
