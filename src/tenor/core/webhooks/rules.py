"""What is signed, and with which secrets (https://www.standardwebhooks.com). Pure; time is real time."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

# After a rotation both secrets sign for so long.
OVERLAP = timedelta(hours=24)


def secret_text(secret: bytes) -> str:
    """A signing secret as merchants are shown it."""
    return "whsec_" + base64.b64encode(secret).decode()


def signatures(secrets: Sequence[bytes], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks; each secret signs, so that a rotation breaks nothing."""
    timestamp = str(int(at.timestamp()))
    signed = f"{message_id}.{timestamp}.".encode() + body
    codes = (base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode() for secret in secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{code}" for code in codes),
    }


def generations(generation: int, rotated_at: datetime | None, now: datetime) -> tuple[int, ...]:
    """The generations of an endpoint's secret that sign now, the newest first."""
    if generation > 1 and rotated_at is not None and now < rotated_at + OVERLAP:
        return generation, generation - 1
    return (generation,)
