"""Identifiers: UUIDv7 for rows, short unguessable numbers for what people read aloud."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

# Crockford's alphabet: no I, L, O or U, so that a number survives a telephone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): sorted by time of creation, so that indexes grow at one end."""
    return uuid7()


def order_number(now: datetime) -> str:
    """A number such as `20260416-7K3M9QWZ2TXA`: the day in UTC and 60 random bits.

    It tells a stranger the day and nothing else, least of all how many orders there are (`spec/backd.md`).
    """
    return f"{now:%Y%m%d}-{random_text(12)}"


def random_text(length: int) -> str:
    """`length` characters of Crockford's base 32, five random bits each."""
    bits = secrets.randbits(5 * length)
    return "".join(ALPHABET[(bits >> 5 * place) & 31] for place in range(length))
