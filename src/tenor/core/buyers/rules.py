"""What a buyer's name and e-mail address must look like. Pure."""

from __future__ import annotations

import re

from tenor.base.wire import FORBIDDEN

_EMAIL = re.compile(r"[^@\s<>()\[\],;:\\\"]{1,64}@[^@\s<>()\[\],;:\\\"]{1,190}", re.ASCII)
_DOMAIN = re.compile(r"(?=.{3,190}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}", re.ASCII | re.IGNORECASE)

# A name stands on one line, also in a mail's header.
_LINE_BREAK = re.compile("[\t\n\r\u2028\u2029]")


def is_email(text: str) -> bool:
    """Whether a text is an address that mail can go to: one `@`, a local part, a domain with a dot (RFC 5321 sizes)."""
    if not text.isprintable() or not _EMAIL.fullmatch(text):
        return False
    local, _, domain = text.rpartition("@")
    return all(local.split(".")) and _DOMAIN.fullmatch(domain) is not None


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
