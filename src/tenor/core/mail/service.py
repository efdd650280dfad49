"""Commands on the outbox. No letter is sent in the transaction that queues it: the worker does that later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tenor.base.database import Tx
from tenor.base.errors import NotFound, WrongState
from tenor.base.ids import new_id
from tenor.core.mail import store
from tenor.core.mail.model import Kind, Mail, MailState


async def enqueue(
    tx: Tx,
    merchant_id: UUID,
    order_id: UUID,
    kind: Kind,
    *,
    recipient: str,
    language: str | None,
    now: datetime,
    data: Mapping[str, Any] | None = None,
) -> UUID:
    """Queue a letter in the transaction that makes it true; the row's id.

    `recipient` has passed the buyers' rules. `now` is the merchant's time. `data` is what the letter says beyond the
    order as it stands; a secret is never in it, because a row can be read long after the letter was.
    """
    mail_id = new_id()
    await store.insert(tx, merchant_id, order_id, mail_id, kind, recipient, language, data or {}, now)
    return mail_id


async def retry(tx: Tx, mail_id: UUID, now: datetime) -> Mail:
    """Make a letter that was given up due again, with all of its attempts before it. `now` is the real time.

    Raises `NotFound`, or `WrongState` for a letter that waits or was sent.
    """
    mail = await store.find(tx, mail_id)
    if mail is None:
        raise NotFound("There is no such letter; `tenor mail list` shows their ids.")
    again = await store.requeue(tx, mail.merchant_id, mail.id, now)
    if again is None:
        waits = mail.state == MailState.QUEUED
        raise WrongState("The letter waits to be sent already." if waits else "The letter was sent already.")
    return again
