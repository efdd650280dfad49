"""What a buyer's name and e-mail address must look like. Pure."""

from __future__ import annotations

import re

from tenor.base.mailbox import is_email
from tenor.base.wire import FORBIDDEN

__all__ = ["company_name_problem", "is_email", "normal_email"]

# What stands in the place of a name, an address or a number that was erased. It is none of them.
ERASED = "[erased]"

# A name stands on one line, also in a mail's header.
_LINE_BREAK = re.compile("[\t\n\r\u2028\u2029]")


def normal_email(text: str) -> str:
    """The address as buyers are known by it: trimmed and in lower case."""
    return text.strip().lower()


def company_name_problem(text: str) -> str | None:
    """Why a text can't be a company's name, or None."""
    if not 2 <= len(text) <= 200:
        return "must be 2 to 200 characters"
    if FORBIDDEN.search(text) or _LINE_BREAK.search(text) or not any(character.isalnum() for character in text):
        return "must be a name in letters or digits"
    return None
