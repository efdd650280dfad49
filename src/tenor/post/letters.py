"""The two parts of a letter, plain text and HTML, made of the same words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from css_inline import CSSInliner
from jinja2 import Environment
from markupsafe import Markup, escape

from tenor.base import colours, templates, texts
from tenor.base.texts import Language
from tenor.core.mail.model import Kind
from tenor.post import notices, wording
from tenor.post.notices import Notice
from tenor.post.wording import About

_HERE = Path(__file__).parent

# Many mail programs drop style sheets, so every rule is written into the tags. What can't be, the dark colours, stays.
_inliner = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True)
class Letter:
    """A letter, ready to be sent. The subject is one line."""

    subject: str
    text: str
    html: str


def languages() -> dict[str, Language]:
    """Every language in which letters are written, by its code."""
    return texts.spoken(_HERE / "texts")


def write(kind: Kind, about: About | Notice, *, sandbox: bool) -> Letter:
    """The letter of that kind, to a buyer or a merchant. In a sandbox it says that no money moves."""
    if isinstance(about, Notice):
        said, footer = notices.wording_of(kind, about), notices.footer(about)
    else:
        said, footer = wording.wording_of(kind, about), wording.footer(about)
    values = {"letter": said, "url": about.url, "footer": footer, "sandbox": sandbox} | {
        "light": colours.light(about.merchant.accent) if about.merchant.accent else None,
        "dark": colours.dark(about.merchant.accent) if about.merchant.accent else None,
    }
    environment = _environment(about.language.code)
    return Letter(
        subject=said.subject,
        text=environment.get_template("letter.txt").render(values),
        html=_inliner.inline(environment.get_template("letter.html").render(values)),
    )


@cache
def _environment(code: str) -> Environment:
    environment = templates.environment(_HERE / "templates", languages()[code], keep_trailing_newline=True)
    environment.filters["marked"] = _marked
    return environment


def _marked(text: str) -> Markup:
    """A sentence as HTML. What is kept apart in it is so by a tag, which mail programs know better than the signs."""
    return Markup(str(escape(text)).replace("\u2068", "<bdi>").replace("\u2069", "</bdi>"))  # noqa: S704 - escaped
