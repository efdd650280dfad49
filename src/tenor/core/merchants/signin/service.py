"""Asking for a link, opening it, and the session that follows. Times are real times, never a sandbox's."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from tenor.base.database import Tx
from tenor.base.errors import NotFound
from tenor.base.ids import new_id
from tenor.base.seal import Seal
from tenor.core.mail import service as mail
from tenor.core.mail.model import Kind
from tenor.core.merchants import store as merchants
from tenor.core.merchants.model import Merchant
from tenor.core.merchants.signin import rules, store
from tenor.core.merchants.signin.model import Act, Done, Link, Session

_SESSION = "merchant-session"

# A session's last use is written once in so long: a row that is written with each page would be for nothing.
_SEEN_EVERY = timedelta(minutes=1)
# Links and sessions are of no use after hours; for so long they can be looked up.
KEPT = timedelta(days=7)


async def ask(tx: Tx, email: str, *, language: str, to: str, now: datetime) -> None:
    """Mail a link to each merchant that has this address, as long as there were not too many within the hour.

    Nothing tells whether there was one. The letter is in `language`; `to` is the page that the link leads to in the
    end, an address of the dashboard's own, or nothing.
    """
    await store.hold(tx)
    for merchant_id in await store.with_email(tx, email.strip().lower(), rules.MERCHANTS_AN_ADDRESS):
        if rules.may_mail(*await store.mailed_since(tx, merchant_id, now - rules.ASKING)):
            await _mail(tx, merchant_id, language, to, now)


async def _mail(tx: Tx, merchant_id: UUID, language: str, to: str, now: datetime) -> None:
    merchant = await merchants.find(tx, merchant_id)
    assert merchant is not None, "it was found by its address"
    assert merchant.email is not None, "it was found by its address"
    link = await _new_link(tx, merchant_id, merchant.email, now, rules.MAILED_VALID)
    await mail.enqueue(
        tx,
        merchant_id,
        None,
        Kind.MERCHANT_LINK,
        recipient=merchant.email,
        language=language,
        data={"link": str(link.id), "to": to},
    )


async def print_link(tx: Tx, merchant_id: UUID, now: datetime) -> Link:
    """A link for an operator to hand over, good once and for 24 hours."""
    return await _new_link(tx, merchant_id, None, now, rules.PRINTED_VALID)


async def _new_link(tx: Tx, merchant_id: UUID, recipient: str | None, now: datetime, valid: timedelta) -> Link:
    link = Link(merchant_id=merchant_id, id=new_id(), recipient=recipient, created_at=now, expires_at=now + valid)
    await store.insert_link(tx, link)
    return link


async def opened(tx: Tx, seal: Seal, token: str, now: datetime) -> tuple[Merchant, Link]:
    """Whose pages a link opens. Raises `NotFound` for one that is used, over or none, all the same."""
    named = rules.link_of(seal, token)
    link = await store.find_link(tx, *named) if named else None
    merchant = await merchants.find(tx, link.merchant_id) if link else None
    if link is None or merchant is None or not rules.opens(link, merchant, now):
        raise _no_link()
    return merchant, link


def _no_link() -> NotFound:
    return NotFound("The link was used already, or its time is over.")


async def enter(tx: Tx, seal: Seal, token: str, *, origin: str, agent: str, now: datetime) -> str:
    """Use a link up, and begin a session. Returns its token, of which only a keyed hash is kept. Raises `NotFound`."""
    merchant, link = await opened(tx, seal, token, now)
    if not await store.use_link(tx, merchant.id, link.id, now):
        raise _no_link()
    session_token = rules.session_token(merchant.id, secrets.token_bytes(32))
    session = Session(
        merchant_id=merchant.id,
        id=new_id(),
        entered_by=link.recipient,
        origin=origin,
        agent=_line(agent, 200),
        created_at=now,
        seen_at=now,
    )
    await store.insert_session(tx, session, _hash(seal, session_token))
    await store.note(tx, merchant.id, Done(at=now, act=Act.SIGNED_IN, subject=link.recipient, origin=origin))
    return session_token


def _hash(seal: Seal, session_token: str) -> bytes:
    return seal.stamp(_SESSION, session_token.encode())


def _line(text: str, longest: int) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)[:longest]


async def resume(tx: Tx, seal: Seal, token: str, now: datetime) -> tuple[Merchant, Session] | None:
    """The merchant for whom a token's holder is signed in, if the session goes on; see `rules.is_open`."""
    merchant_id = rules.merchant_of(token)
    session = await store.session_of(tx, merchant_id, _hash(seal, token)) if merchant_id else None
    merchant = await merchants.find(tx, session.merchant_id) if session else None
    if session is None or merchant is None or not rules.is_open(session, merchant, now):
        return None
    if now >= session.seen_at + _SEEN_EVERY:
        await store.touch(tx, session.merchant_id, session.id, now)
    return merchant, session


async def open_sessions(tx: Tx, merchant: Merchant, now: datetime) -> list[Session]:
    """A merchant's sessions that go on, newest first."""
    return [one for one in await store.sessions_of(tx, merchant.id) if rules.is_open(one, merchant, now)]


async def leave(tx: Tx, session: Session, origin: str, now: datetime) -> None:
    """End a session."""
    await store.end_session(tx, session.merchant_id, session.id, now)
    await store.note(tx, session.merchant_id, Done(at=now, act=Act.SIGNED_OUT, origin=origin))


async def leave_everywhere(tx: Tx, merchant_id: UUID, origin: str, now: datetime) -> None:
    """End all of a merchant's sessions, and let no link open that is on its way."""
    ended = await store.end_sessions(tx, merchant_id, now)
    done = Done(at=now, act=Act.SIGNED_OUT_EVERYWHERE, detail={"sessions": ended}, origin=origin)
    await store.note(tx, merchant_id, done)
