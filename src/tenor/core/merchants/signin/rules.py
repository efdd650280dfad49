"""The links, how long they and sessions are good, and how often one may ask for one. Pure; all times are real times."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from tenor.base import seal as text
from tenor.base.seal import Seal
from tenor.core.merchants.model import Merchant
from tenor.core.merchants.signin.model import Link, Session

MAILED_VALID = timedelta(minutes=30)
# One that an operator prints travels by whatever way the two have.
PRINTED_VALID = timedelta(hours=24)

# How many links may be mailed in an hour: to one merchant, and to all, lest the form be used to flood mailboxes.
ASKING = timedelta(hours=1)
LINKS_A_MERCHANT = 5
LINKS_IN_ALL = 200
# So many merchants may share an address and get a letter each.
MERCHANTS_AN_ADDRESS = 5

IDLE = timedelta(hours=1)
LONGEST_SESSION = timedelta(hours=12)

_LINK = "merchant-link"


def link_token(seal: Seal, merchant_id: UUID, link_id: UUID) -> str:
    """The secret part of a link: merchant, link, and a stamp of 256 bits over both."""
    return text.to_text(merchant_id.bytes + link_id.bytes + seal.stamp(_LINK, merchant_id.bytes, link_id.bytes))


def link_url(public_url: str, seal: Seal, merchant_id: UUID, link_id: UUID) -> str:
    """The address of a link."""
    return f"{public_url}/dashboard/enter/{link_token(seal, merchant_id, link_id)}"


def link_of(seal: Seal, token: str) -> tuple[UUID, UUID] | None:
    """The merchant and the link that a token names; None for one that was tampered with."""
    try:
        data = text.from_text(token)
        merchant_id, link_id = UUID(bytes=data[:16]), UUID(bytes=data[16:32])
    except ValueError:
        return None
    ours = seal.matches(data[32:], _LINK, merchant_id.bytes, link_id.bytes)
    return (merchant_id, link_id) if ours else None


def opens(link: Link, merchant: Merchant, now: datetime) -> bool:
    """Whether a link lets in: once, in time, and while the address it was mailed to is still the merchant's."""
    return link.used_at is None and now < link.expires_at and link.recipient in (None, merchant.email)


def may_mail(to_merchant: int, to_all: int) -> bool:
    """Whether one more link may be mailed, after so many in the last hour."""
    return to_merchant < LINKS_A_MERCHANT and to_all < LINKS_IN_ALL


def session_token(merchant_id: UUID, random: bytes) -> str:
    """A session's token. It carries the merchant's id, so that looking it up reads that merchant's rows alone."""
    return text.to_text(merchant_id.bytes + random)


def merchant_of(token: str) -> UUID | None:
    """The merchant whose session a token claims to be; None for what was never issued."""
    try:
        return UUID(bytes=text.from_text(token)[:16])
    except ValueError:
        return None


def is_open(session: Session, merchant: Merchant, now: datetime) -> bool:
    """Whether a session that nobody has ended goes on: used within the hour, not older than 12, and entered by an
    address that is still the merchant's, where it was entered by one.
    """
    in_time = now < session.seen_at + IDLE and now < session.created_at + LONGEST_SESSION
    return in_time and session.entered_by in (None, merchant.email)
