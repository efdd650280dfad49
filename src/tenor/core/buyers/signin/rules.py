"""The code, how long it is good, and how often one may ask and guess. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tenor.base.seal import Seal
from tenor.core.buyers.signin.model import Challenge

DIGITS = 6
VALID = timedelta(minutes=15)

# How many codes may be asked for in an hour: for one order and address, and for one order with whatever addresses,
# lest a link be used to send mail to strangers.
ASKING = timedelta(hours=1)
CODES_AN_ADDRESS = 5
CODES_AN_ORDER = 20

# Wrong codes are counted over a day and over all codes of one order and address, so that asking for another code gives
# no more guesses. After the free ones each further guess has to wait, twice as long as the one before.
GUESSING = timedelta(days=1)
FREE_TRIES = 5
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=4)

_PURPOSE = "sign-in-code"
_LONGEST_TYPED = 40


def code_of(seal: Seal, challenge_id: UUID) -> str:
    """The six digits of a challenge, the same ones every time. Only the deployment's secret can derive them."""
    stamp = seal.stamp(_PURPOSE, challenge_id.bytes)
    return f"{int.from_bytes(stamp, 'big') % 10**DIGITS:0{DIGITS}d}"


def digits_in(typed: str) -> str:
    """The digits of what a buyer typed, as 0 to 9: Arabic keyboards write others, and people put blanks between."""
    return "".join(str(unicodedata.decimal(one)) for one in typed[:_LONGEST_TYPED] if one.isdecimal())


def may_ask(of_order: Sequence[Challenge], email: str, now: datetime) -> bool:
    """Whether one more code may be mailed to an address, after the order's challenges of before."""
    recent = [one for one in of_order if one.created_at > now - ASKING]
    to_address = [one for one in recent if one.email == email]
    return len(recent) < CODES_AN_ORDER and len(to_address) < CODES_AN_ADDRESS


def may_guess(of_address: Sequence[Challenge], now: datetime) -> bool:
    """Whether a code may be tried now, after the wrong ones given for one order and address."""
    recent = [one for one in of_address if one.tried_at is not None and one.tried_at > now - GUESSING]
    tries = sum(one.tries for one in recent)
    last = max((one.tried_at for one in recent if one.tried_at is not None), default=None)
    return last is None or now >= last + pause_after(tries)


def pause_after(tries: int) -> timedelta:
    """How long the next guess has to wait after so many wrong ones: nothing at first, then 1, 2, 4, … minutes."""
    beyond = tries - FREE_TRIES
    return timedelta(0) if beyond < 0 else min(_FIRST_PAUSE * 2 ** min(beyond, 16), _LONGEST_PAUSE)
