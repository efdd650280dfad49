"""Asking for a code and giving it.

A page asks with `start` and keeps the id that it gets, hidden in its form. With `prove` it hands in what the buyer
typed. When that is true, `find` tells which address was proven, and for which order. What the page makes of it is its
own: the hosted checkout begins a session, which is a stamp within the addresses of its pages and no cookie.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from uuid import UUID

from tenor.base.database import Tx
from tenor.base.ids import new_id
from tenor.base.seal import Seal
from tenor.core.buyers.signin import rules, store
from tenor.core.buyers.signin.model import Challenge
from tenor.core.mail import service as mail
from tenor.core.mail.model import Kind


async def start(tx: Tx, merchant_id: UUID, order_id: UUID, *, email: str, language: str, now: datetime) -> UUID:
    """Mail a new code to an address, and return the id of its challenge. The code is good for 15 minutes.

    `email` has passed the buyers' rules and is in lower case; `language` is `en` or `ar`; `now` is the merchant's time.
    At most 5 codes an hour go to one address for one order, and 20 for one order. Whoever asks for more gets an id
    that looks the same, and no mail: the last code that went to that address stays the right one for its 15 minutes.
    """
    await store.hold(tx, merchant_id, order_id)
    earlier = await store.of_order_since(tx, merchant_id, order_id, now - rules.ASKING)
    if not rules.may_ask(earlier, email, now):
        return next((one.id for one in reversed(earlier) if one.email == email), new_id())
    challenge = Challenge(
        merchant_id=merchant_id,
        order_id=order_id,
        id=new_id(),
        email=email,
        language=language,
        created_at=now,
        expires_at=now + rules.VALID,
    )
    await store.insert(tx, challenge)
    data = {"challenge": str(challenge.id)}
    await mail.enqueue(tx, merchant_id, order_id, Kind.SIGN_IN_CODE, recipient=email, language=language, data=data)
    return challenge.id


async def prove(tx: Tx, seal: Seal, merchant_id: UUID, challenge_id: UUID, code: str, now: datetime) -> bool:
    """Whether a code is the challenge's, as the buyer typed it. The same right code again is right again.

    False for an unknown or expired challenge too, and, without looking at the code, while the buyer has to wait: after
    5 wrong codes for one order and address each further one has to wait 1, 2, 4, … minutes. Commit the transaction
    also when the answer is False, because it has counted the wrong code.
    """
    found = await store.find(tx, merchant_id, challenge_id)
    if found is None:
        return False
    await store.hold(tx, merchant_id, found.order_id)
    since = now - rules.GUESSING - rules.VALID
    of_order = await store.of_order_since(tx, merchant_id, found.order_id, since)
    of_address = [one for one in of_order if one.email == found.email]
    if now >= found.expires_at or not rules.may_guess(of_address, now):
        return False
    if not hmac.compare_digest(rules.digits_in(code), rules.code_of(seal, challenge_id)):
        await store.note_wrong(tx, merchant_id, challenge_id, now)
        return False
    await store.note_proven(tx, merchant_id, challenge_id, now)
    return True


async def find(tx: Tx, merchant_id: UUID, challenge_id: UUID) -> Challenge | None:
    """A challenge: its order, its address, and `proven_at` when the right code was given. None where there is none."""
    return await store.find(tx, merchant_id, challenge_id)
