"""A letter as the bytes that travel (RFC 5322, MIME)."""

from __future__ import annotations

from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from tenor.base import smtp
from tenor.base.config import Settings
from tenor.post.letters import Letter

_LONGEST_WORD = 66


class _Policy(EmailPolicy):
    """Python's own, but for subjects, and for senders in other letters than ASCII's: folding them, it loses blanks, and
    before a subject that only just does not fit on its line it adds one.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        plain = value.isascii() and "=?" not in value
        if name not in ("Subject", "From") or (name == "From" and plain):
            return super().fold_binary(name, value)
        words, rest = str(value), ""
        if name == "From":
            (address,) = value.addresses
            words, rest = address.display_name, f"{self.linesep} <{address.addr_spec}>"
        # A word that fills a line by itself can be broken only where it is written as code.
        charset = "us-ascii" if plain and max(map(len, words.split(" "))) <= _LONGEST_WORD else "utf-8"
        folded = Header(words, charset, header_name=name).encode(linesep=self.linesep)
        return f"{name}: {folded}{rest}{self.linesep}".encode("ascii")


# Lines end as they do on the wire.
_POLICY = _Policy(linesep="\r\n")


def sender(settings: Settings) -> Address:
    """Who letters are from: TENOR_MAIL_FROM or, where letters only become files, nobody at the public URL's host."""
    if settings.mail_from:
        return smtp.sender_of(settings.mail_from)
    host = urlsplit(settings.public_url).hostname or "localhost"
    return Address("Tenor", "no-reply", host if any(one.isalpha() for one in host) and ":" not in host else "localhost")


def message_id(mail_id: UUID, sent_by: Address) -> str:
    """The same one at every attempt, so that a letter that arrives twice is recognised as one."""
    return f"<{mail_id}@{sent_by.domain}>"


def message(
    letter: Letter, *, mail_id: UUID, sent_by: Address, recipient: str, language: str, now: datetime
) -> EmailMessage:
    """The message with both parts. `now` is the real time. No header can hold a line break: the policy refuses it."""
    local, _, domain = recipient.rpartition("@")
    made = EmailMessage(policy=_POLICY)
    made["From"] = sent_by
    made["To"] = Address(username=local, domain=domain)
    made["Subject"] = letter.subject
    made["Date"] = format_datetime(now)
    made["Message-ID"] = message_id(mail_id, sent_by)
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(letter.text)
    made.add_alternative(letter.html, subtype="html")
    # Set last: the headers of that family which stand there before become those of the first part.
    made["Content-Language"] = language
    return made
