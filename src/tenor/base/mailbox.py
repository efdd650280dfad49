"""What an e-mail address must look like. Pure."""

from __future__ import annotations

import re

_EMAIL = re.compile(r"[^@\s<>()\[\],;:\\\"]{1,64}@[^@\s<>()\[\],;:\\\"]{1,190}", re.ASCII)
_DOMAIN = re.compile(r"(?=.{3,190}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}", re.ASCII | re.IGNORECASE)


def is_email(text: str) -> bool:
    """Whether a text is an address that mail can go to: one `@`, a local part, a domain with a dot (RFC 5321 sizes)."""
    if not text.isprintable() or not _EMAIL.fullmatch(text):
        return False
    local, _, domain = text.rpartition("@")
    return all(local.split(".")) and _DOMAIN.fullmatch(domain) is not None
