"""Passwords, codes, pauses after wrong ones, and how long a session lasts. Pure but for the seal's arithmetic."""

from __future__ import annotations

import base64
import hmac
import unicodedata
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

import pyotp

from tenor.base.seal import Seal
from tenor.core.staff.model import Session, Staff

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1000

SETUP_VALID = timedelta(hours=24)
IDLE = timedelta(minutes=30)
LONGEST_SESSION = timedelta(hours=12)

# After the free tries each further one has to wait, twice as long as the one before.
FREE_TRIES = 5
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=4)

# RFC 6238's usual values, which every app knows: six digits, 30 seconds, SHA-1 under a key of 160 bits.
STEP_SECONDS = 30
_DRIFT = 1
_TOTP_BYTES = 20


def normal_password(typed: str) -> str:
    """A password in one way of writing its letters, whatever keyboard it came from (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", typed)


def password_problem(typed: str) -> str | None:
    """Why a text can't be a password, or None. Its length is all that counts."""
    if not SHORTEST_PASSWORD <= len(normal_password(typed)) <= LONGEST_PASSWORD:
        return f"must be {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters"
    return None


def pause_after(failures: int) -> timedelta:
    """How long nobody is let in after so many tries: not at all at first, then 1, 2, 4, … minutes."""
    beyond = failures - FREE_TRIES
    return timedelta(0) if beyond < 0 else min(_FIRST_PAUSE * 2 ** min(beyond, 16), _LONGEST_PAUSE)


def is_blocked(staff: Staff, now: datetime) -> bool:
    """Whether nobody gets in as this person now, whatever is typed."""
    return staff.state != "active" or (staff.blocked_until is not None and now < staff.blocked_until)


def totp_secret(seal: Seal, staff_id: UUID, generation: int) -> str:
    """The secret behind somebody's codes, in base 32. Only the deployment's secret can derive it."""
    stamp = seal.stamp("staff-totp", staff_id.bytes, generation.to_bytes(4, "big"))
    return base64.b32encode(stamp[:_TOTP_BYTES]).decode()


def totp_uri(seal: Seal, staff: Staff, host: str) -> str:
    """What an authenticator app reads (`otpauth://`)."""
    secret = totp_secret(seal, staff.id, staff.totp_generation)
    return pyotp.TOTP(secret).provisioning_uri(name=staff.email, issuer_name=f"Tenor {host}")


def totp_step(seal: Seal, staff: Staff, typed: str, now: datetime) -> int | None:
    """The step of a right code, one step of drift allowed; None for a wrong one, and for one used before."""
    totp = pyotp.TOTP(totp_secret(seal, staff.id, staff.totp_generation))
    digits = "".join(typed.split())
    current = int(now.timestamp()) // STEP_SECONDS
    right = None
    for step in range(current - _DRIFT, current + _DRIFT + 1):
        code = totp.generate_otp(step)
        if hmac.compare_digest(digits.encode(), code.encode()) and (staff.totp_step is None or step > staff.totp_step):
            right = step
    return right


def is_own(staff: Staff, emails: Collection[str | None]) -> bool:
    """Whether somebody's own address is among those of a case: nobody decides on what is theirs."""
    return staff.email in {email.strip().lower() for email in emails if email}


def is_open(session: Session, now: datetime) -> bool:
    """Whether a session that nobody has ended goes on."""
    return now < session.seen_at + IDLE and now < session.created_at + LONGEST_SESSION
