"""Commands on letters. None is sent in the transaction that queues it: the worker does that later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tenor.base.database import Tx
from tenor.base.errors import NotFound, WrongState
from tenor.base.ids import new_id
from tenor.core.dispatch import rules as dispatch_rules
from tenor.core.dispatch import store as dispatch
from tenor.core.dispatch.model import Attempt
from tenor.core.mail import store
from tenor.core.mail.model import ClaimedLetter, Kind, Mail, MailState


async def enqueue(
    tx: Tx,
    merchant_id: UUID,
    order_id: UUID | None,
    kind: Kind,
    *,
    recipient: str,
    language: str | None,
    event_number: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> UUID:
    """Queue a letter in the transaction that makes it true; the row's id.

    `recipient` has passed the rules for addresses. `event_number` is the order's event that causes the letter, if one
    does. `data` is what the letter says beyond the order as it stands; a secret is never in it, because a row can be
    read long after the letter was.
    """
    mail_id = new_id()
    await store.insert(
        tx,
        merchant_id,
        mail_id,
        kind,
        order_id=order_id,
        event_number=event_number,
        recipient=recipient,
        language=language,
        data=data or {},
    )
    return mail_id


async def claim(tx: Tx, now: datetime, *, limit: int, held: Sequence[UUID] = ()) -> list[ClaimedLetter]:
    """Take letters that are due: from the commit on they are ours to send until the lease is over."""
    until = now + dispatch_rules.LEASE
    rows = await store.take_due(tx, now, limit, held) if limit > 0 else []
    if rows:
        await dispatch.claim(tx, [(row["merchant_id"], row["id"], None) for row in rows], until)
    return [
        ClaimedLetter(
            merchant_id=row["merchant_id"],
            id=row["id"],
            order_id=row["order_id"],
            attempt=row["attempts"] + 1,
            retries=row["retries"] + 1,
            until=until,
            kind=row["letter"],
            recipient=row["recipient"],
            language=row["language"],
            data=store.data_of(row),
        )
        for row in rows
    ]


async def found(tx: Tx, mail_id: UUID) -> Mail:
    """A letter by its id, whosever it is. Raises `NotFound`."""
    mail = await store.find(tx, mail_id)
    if mail is None:
        raise NotFound("There is no such letter; `tenor mail list` shows their ids.")
    return mail


async def attempts(tx: Tx, mail: Mail) -> list[Attempt]:
    """What came of each try to send a letter, first to last."""
    return await dispatch.attempts_of(tx, mail.merchant_id, mail.id)


async def retry(tx: Tx, mail_id: UUID, now: datetime) -> Mail:
    """Make a letter that was given up due again, with all of its attempts before it. `now` is the real time.

    Raises `NotFound`, or `WrongState` for a letter that waits, was sent or was called off.
    """
    mail = await found(tx, mail_id)
    if mail.state != MailState.FAILED:
        raise WrongState(_REFUSALS[mail.state])
    await dispatch.make_due(tx, mail.merchant_id, mail.id, now)
    return await found(tx, mail_id)


_REFUSALS = {
    MailState.QUEUED: "The letter waits to be sent already.",
    MailState.SENT: "The letter was sent already.",
    MailState.CANCELED: "The letter was called off, and is not sent any more.",
}
