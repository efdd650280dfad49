"""The SQL of merchants' links, sessions and acts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from tenor.base.database import Row, Tx
from tenor.core.merchants.signin.model import Act, Done, Link, Session

_SESSION = "merchant_id, id, entered_by, origin, agent, created_at, seen_at"


async def hold(tx: Tx) -> None:
    """Let nobody else ask for a mailed link until the transaction ends, so that no limit is passed by a race."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended('merchant links', 0))")


async def with_email(tx: Tx, email: str, limit: int) -> list[UUID]:
    """The merchants that have an address (lower case), the oldest first."""
    rows = await tx.fetch("SELECT id FROM merchants WHERE lower(email) = $1 ORDER BY id LIMIT $2", email, limit)
    return [row["id"] for row in rows]


async def insert_link(tx: Tx, link: Link) -> None:
    """Write a new link."""
    await tx.execute(
        "INSERT INTO merchant_links (merchant_id, id, recipient, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        link.merchant_id, link.id, link.recipient, link.created_at, link.expires_at,
    )  # fmt: skip


async def find_link(tx: Tx, merchant_id: UUID, link_id: UUID) -> Link | None:
    """One link of a merchant's."""
    row = await tx.fetchrow("SELECT * FROM merchant_links WHERE merchant_id = $1 AND id = $2", merchant_id, link_id)
    return Link(**dict(row)) if row else None


async def use_link(tx: Tx, merchant_id: UUID, link_id: UUID, now: datetime) -> bool:
    """Note that a link was used. False where it had been."""
    done = await tx.execute(
        "UPDATE merchant_links SET used_at = $3 WHERE merchant_id = $1 AND id = $2 AND used_at IS NULL",
        merchant_id, link_id, now,
    )  # fmt: skip
    return bool(done == "UPDATE 1")


async def mailed_since(tx: Tx, merchant_id: UUID, since: datetime) -> tuple[int, int]:
    """How many links were mailed from a moment on: to one merchant, and to all."""
    row = await tx.fetchrow(
        """
        SELECT count(*) FILTER (WHERE merchant_id = $1) AS own, count(*) AS everybodys
          FROM merchant_links WHERE recipient IS NOT NULL AND created_at > $2
        """,
        merchant_id, since,
    )  # fmt: skip
    assert row is not None
    return row["own"], row["everybodys"]


async def insert_session(tx: Tx, session: Session, token_hash: bytes) -> None:
    """Write a new session."""
    await tx.execute(
        """
        INSERT INTO merchant_sessions (merchant_id, id, token_hash, entered_by, origin, agent, created_at, seen_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        session.merchant_id, session.id, token_hash, session.entered_by, session.origin, session.agent,
        session.created_at, session.seen_at,
    )  # fmt: skip


def _session(row: Row) -> Session:
    return Session(**dict(row))


async def session_of(tx: Tx, merchant_id: UUID, token_hash: bytes) -> Session | None:
    """The session of a token that nobody has ended; its time may be over."""
    row = await tx.fetchrow(
        f"SELECT {_SESSION} FROM merchant_sessions WHERE merchant_id = $1 AND token_hash = $2 AND ended_at IS NULL",
        merchant_id, token_hash,
    )  # fmt: skip
    return _session(row) if row else None


async def touch(tx: Tx, merchant_id: UUID, session_id: UUID, now: datetime) -> None:
    """Note that a session is in use."""
    await tx.execute(
        "UPDATE merchant_sessions SET seen_at = $3 WHERE merchant_id = $1 AND id = $2 AND seen_at < $3",
        merchant_id, session_id, now,
    )  # fmt: skip


async def sessions_of(tx: Tx, merchant_id: UUID) -> list[Session]:
    """A merchant's sessions that nobody has ended, newest first; those whose time is over are among them."""
    rows = await tx.fetch(
        f"""
        SELECT {_SESSION} FROM merchant_sessions WHERE merchant_id = $1 AND ended_at IS NULL
         ORDER BY created_at DESC, id DESC
        """,
        merchant_id,
    )
    return [_session(row) for row in rows]


async def end_session(tx: Tx, merchant_id: UUID, session_id: UUID, now: datetime) -> None:
    """End one session."""
    await tx.execute(
        "UPDATE merchant_sessions SET ended_at = $3 WHERE merchant_id = $1 AND id = $2 AND ended_at IS NULL",
        merchant_id, session_id, now,
    )  # fmt: skip


async def end_sessions(tx: Tx, merchant_id: UUID, now: datetime) -> int:
    """End all of a merchant's sessions, and let no link open that is on its way. Returns how many sessions."""
    await tx.execute(
        "UPDATE merchant_links SET used_at = $2 WHERE merchant_id = $1 AND used_at IS NULL", merchant_id, now
    )
    done = await tx.execute(
        "UPDATE merchant_sessions SET ended_at = $2 WHERE merchant_id = $1 AND ended_at IS NULL", merchant_id, now
    )
    return int(done.split()[-1])


async def note(tx: Tx, merchant_id: UUID, done: Done) -> None:
    """Write an entry of the log, in the transaction that does what it tells."""
    await tx.execute(
        "INSERT INTO merchant_acts (merchant_id, at, act, subject, detail, origin) VALUES ($1, $2, $3, $4, $5, $6)",
        merchant_id, done.at, done.act, done.subject, msgspec.json.encode(done.detail).decode(), done.origin,
    )  # fmt: skip


async def acts(tx: Tx, merchant_id: UUID, limit: int) -> list[Done]:
    """What was last done on a merchant's pages, newest first."""
    rows = await tx.fetch(
        """
        SELECT at, act, subject, detail, origin FROM merchant_acts
         WHERE merchant_id = $1 ORDER BY number DESC LIMIT $2
        """,
        merchant_id, limit,
    )  # fmt: skip
    return [Done(**{**dict(row), "act": Act(row["act"]), "detail": msgspec.json.decode(row["detail"])}) for row in rows]


async def forget_old(tx: Tx, before: datetime) -> int:
    """Delete the links and sessions that began before a moment. Returns how many."""
    links = await tx.execute("DELETE FROM merchant_links WHERE created_at < $1", before)
    sessions = await tx.execute("DELETE FROM merchant_sessions WHERE created_at < $1", before)
    return int(links.split()[-1]) + int(sessions.split()[-1])
