"""Reading a form. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

from tenor.base.wire import FORBIDDEN

Form = Mapping[str, str]

_MOST_FIELDS = 20


def read(body: bytes) -> Form:
    """The fields of an urlencoded body by name, as they were typed. What is no form reads as one left empty.

    A field that came twice, or that holds characters which can't be kept, counts as not filled in.
    """
    try:
        sent = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except (ValueError, UnicodeDecodeError):
        return {}
    return {name: one[0] for name, one in sent.items() if len(one) == 1 and not FORBIDDEN.search(one[0])}


def line(form: Form, name: str, longest: int = 200) -> str:
    """A field on one line, blanks tidy, cut at `longest`."""
    return " ".join(form.get(name, "").split())[:longest]
