"""The session of a buyer who has proven an e-mail address: a stamp within the address of each page.

There is no cookie, because a browser may keep none for a page that stands in another site's frame. The stamp is bound
to the merchant, the order's number, the e-mail address and a time, and carries none of them but the time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from tenor.base import seal as text
from tenor.base.seal import Seal
from tenor.faces.checkout.progress import Progress

VALID = timedelta(hours=2)

_PURPOSE = "checkout-session"
_ID, _TIME = 16, 8


def begin(seal: Seal, number: str, progress: Progress, now: datetime) -> str:
    """A session that is good for two hours from now, on the merchant's clock. Safe within a path."""
    head = progress.id.bytes + int((now + VALID).timestamp()).to_bytes(_TIME, "big")
    return text.to_text(head + seal.stamp(_PURPOSE, *_bound_to(number, progress), head))


def progress_id(session: str) -> UUID | None:
    """Whose session it claims to be; None for what was never a session. `ends_at` tells whether the claim is true."""
    try:
        return UUID(bytes=text.from_text(session)[:_ID])
    except ValueError:
        return None


def ends_at(seal: Seal, number: str, progress: Progress, session: str) -> datetime | None:
    """When this progress's session ends or ended; None for a session that is not its own."""
    data = text.from_text(session)
    head, stamp = data[: _ID + _TIME], data[_ID + _TIME :]
    if not seal.matches(stamp, _PURPOSE, *_bound_to(number, progress), head):
        return None
    return datetime.fromtimestamp(int.from_bytes(head[_ID:], "big"), UTC)


def _bound_to(number: str, progress: Progress) -> tuple[bytes, bytes, bytes]:
    return progress.merchant_id.bytes, number.encode(), progress.email.encode()
