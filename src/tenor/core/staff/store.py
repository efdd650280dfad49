"""The SQL of staff, their sessions and the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tenor.base.database import Row, Tx
from tenor.core.staff.model import Done, Entry, Role, Session, Staff, Who

_STAFF = """id, name, email, role, state, password_hash, totp_generation, totp_step, setup_expires_at, failures,
    blocked_until, created_at"""
_SESSION = "s.id, s.staff_id, s.origin, s.agent, s.created_at, s.seen_at"


def _staff(row: Row) -> Staff:
    return Staff(**{**dict(row), "role": Role(row["role"])})


async def insert(tx: Tx, staff: Staff, setup_hash: bytes) -> bool:
    """Write a new member. False where somebody has that address."""
    made = await tx.execute(
        """
        INSERT INTO staff (id, name, email, role, setup_hash, setup_expires_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (email) DO NOTHING
        """,
        staff.id, staff.name, staff.email, staff.role, setup_hash, staff.setup_expires_at, staff.created_at,
    )  # fmt: skip
    return bool(made == "INSERT 0 1")


async def by_email(tx: Tx, email: str, *, lock: bool = False) -> Staff | None:
    """One member by the address (lower case)."""
    row = await tx.fetchrow(f"SELECT {_STAFF} FROM staff WHERE email = $1{' FOR UPDATE' if lock else ''}", email)
    return _staff(row) if row else None


async def lock(tx: Tx, staff_id: UUID) -> Staff | None:
    """One member, locked until the transaction ends."""
    row = await tx.fetchrow(f"SELECT {_STAFF} FROM staff WHERE id = $1 FOR UPDATE", staff_id)
    return _staff(row) if row else None


async def by_setup(tx: Tx, setup_hash: bytes, *, lock: bool = False) -> Staff | None:
    """Whoever a set-up link was made for."""
    row = await tx.fetchrow(
        f"SELECT {_STAFF} FROM staff WHERE setup_hash = $1{' FOR UPDATE' if lock else ''}", setup_hash
    )
    return _staff(row) if row else None


async def everybody(tx: Tx) -> list[Staff]:
    """All members by name."""
    return [_staff(row) for row in await tx.fetch(f"SELECT {_STAFF} FROM staff ORDER BY name, email")]


async def save(tx: Tx, staff: Staff) -> None:
    """Write how a member that this transaction has locked now stands; without `setup_expires_at` the link is gone."""
    await tx.execute(
        """
        UPDATE staff
           SET state = $2, password_hash = $3, totp_generation = $4, totp_step = $5, setup_expires_at = $6,
               setup_hash = CASE WHEN $6::timestamptz IS NULL THEN NULL ELSE setup_hash END,
               failures = $7, blocked_until = $8
         WHERE id = $1
        """,
        staff.id, staff.state, staff.password_hash, staff.totp_generation, staff.totp_step, staff.setup_expires_at,
        staff.failures, staff.blocked_until,
    )  # fmt: skip


async def give_setup(tx: Tx, staff_id: UUID, setup_hash: bytes, expires_at: datetime) -> None:
    """Write the hash of a new set-up link; the one before opens nothing any more."""
    await tx.execute(
        "UPDATE staff SET setup_hash = $2, setup_expires_at = $3 WHERE id = $1", staff_id, setup_hash, expires_at
    )


async def insert_session(tx: Tx, session: Session, token_hash: bytes) -> None:
    """Write a new session."""
    await tx.execute(
        """
        INSERT INTO staff_sessions (id, staff_id, token_hash, origin, agent, created_at, seen_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        session.id, session.staff_id, token_hash, session.origin, session.agent, session.created_at, session.seen_at,
    )  # fmt: skip


async def session_of(tx: Tx, token_hash: bytes) -> tuple[Staff, Session] | None:
    """The session of a token that nobody has ended, and whose it is."""
    row = await tx.fetchrow(
        f"""
        SELECT {_SESSION}, to_jsonb(p) - 'setup_hash' AS person FROM staff_sessions s JOIN staff p ON p.id = s.staff_id
         WHERE s.token_hash = $1 AND s.ended_at IS NULL
        """,
        token_hash,
    )
    if row is None:
        return None
    kept = dict(row)
    return msgspec.json.decode(kept.pop("person"), type=Staff), Session(**kept)


async def touch(tx: Tx, session_id: UUID, now: datetime) -> None:
    """Note that a session is in use."""
    await tx.execute("UPDATE staff_sessions SET seen_at = $2 WHERE id = $1 AND seen_at < $2", session_id, now)


async def sessions_of(tx: Tx, staff_id: UUID) -> list[Session]:
    """Somebody's sessions that nobody has ended, newest first; those whose time is over are among them."""
    rows = await tx.fetch(
        f"""
        SELECT {_SESSION} FROM staff_sessions s WHERE s.staff_id = $1 AND s.ended_at IS NULL
         ORDER BY s.created_at DESC
        """,
        staff_id,
    )
    return [Session(**dict(row)) for row in rows]


async def end_session(tx: Tx, session_id: UUID, now: datetime) -> UUID | None:
    """End one session. Returns whose it was; None where it had ended, or there is none."""
    whose: UUID | None = await tx.fetchval(
        "UPDATE staff_sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL RETURNING staff_id", session_id, now
    )
    return whose


async def end_sessions(tx: Tx, staff_id: UUID, now: datetime) -> int:
    """End all of somebody's sessions. Returns how many."""
    done = await tx.execute(
        "UPDATE staff_sessions SET ended_at = $2 WHERE staff_id = $1 AND ended_at IS NULL", staff_id, now
    )
    return int(done.split()[-1])


async def note(tx: Tx, who: Who, done: Done, now: datetime) -> None:
    """Write an entry of the audit log, in the transaction that does what it tells."""
    await tx.execute(
        """
        INSERT INTO staff_audit (at, staff_id, who, act, merchant_id, order_id, buyer_id, subject, detail, origin)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        now, who.id, who.name, done.act, done.merchant_id, done.order_id, done.buyer_id, done.subject,
        msgspec.json.encode(done.detail).decode(), who.origin,
    )  # fmt: skip


async def audit(
    tx: Tx,
    limit: int,
    *,
    before: int | None = None,
    staff_id: UUID | None = None,
    order: tuple[UUID, UUID] | None = None,
) -> list[Entry]:
    """Entries of the audit log, newest first: all, those of one member, or those on one order (merchant and id)."""
    merchant_id, order_id = order or (None, None)
    rows = await tx.fetch(
        """
        SELECT number, at, staff_id, who, act, merchant_id, order_id, buyer_id, subject, detail, origin
          FROM staff_audit
         WHERE ($2::bigint IS NULL OR number < $2) AND ($3::uuid IS NULL OR staff_id = $3)
           AND ($5::uuid IS NULL OR (merchant_id = $4 AND order_id = $5))
         ORDER BY number DESC LIMIT $1
        """,
        limit, before, staff_id, merchant_id, order_id,
    )  # fmt: skip
    return [_entry(dict(row)) for row in rows]


def _entry(kept: dict[str, Any]) -> Entry:
    return Entry(
        number=kept["number"],
        at=kept["at"],
        who=Who(id=kept["staff_id"], name=kept["who"], origin=kept["origin"]),
        done=Done(
            act=kept["act"],
            merchant_id=kept["merchant_id"],
            order_id=kept["order_id"],
            buyer_id=kept["buyer_id"],
            subject=kept["subject"],
            detail=msgspec.json.decode(kept["detail"]),
        ),
    )
