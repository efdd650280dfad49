"""A letter as the bytes that travel (RFC 5322, MIME)."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit
from uuid import UUID

from tenor.base import smtp
from tenor.base.config import Settings
from tenor.post.letters import Letter


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
    made = EmailMessage(policy=SMTP)
    made["From"] = sent_by
    made["To"] = Address(username=local, domain=domain)
    made["Subject"] = letter.subject
    made["Date"] = format_datetime(now)
    made["Message-ID"] = message_id(mail_id, sent_by)
    made["Auto-Submitted"] = "auto-generated"
    made["Content-Language"] = language
    made.set_content(letter.text)
    made.add_alternative(letter.html, subtype="html")
    return made
