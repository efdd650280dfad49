"""The commands on staff: made, set up, locked, reset; and sessions resumed and ended. Signing in is `signin`'s."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from tenor.base.database import Tx
from tenor.base.errors import Duplicate, Invalid, NotFound, Problem
from tenor.base.ids import new_id
from tenor.base.seal import Seal, new_secret
from tenor.core.staff import rules, store
from tenor.core.staff.model import Done, Role, Session, Staff, Who

_SETUP = "staff-setup"
_SESSION = "staff-session"

# A session's last use is written once in so long: a row that is written with each page would be for nothing.
_SEEN_EVERY = timedelta(minutes=1)
_LONGEST_NAME = 100


async def create(tx: Tx, seal: Seal, by: Who, *, name: str, email: str, role: str, now: datetime) -> tuple[Staff, str]:
    """A new member, and the secret of the link by which a password is chosen, good once and for 24 hours.

    `email` has passed the rules for addresses and is in lower case. Raises `Invalid` and `Duplicate`.
    """
    name = " ".join(name.split())
    problems = []
    if not (0 < len(name) <= _LONGEST_NAME and name.isprintable()):
        problems.append(Problem(("name",), "invalid", f"must be 1 to {_LONGEST_NAME} characters on one line"))
    if role not in [one.value for one in Role]:
        problems.append(Problem(("role",), "invalid", f"must be {', '.join(Role)}"))
    if problems:
        raise Invalid(problems)
    secret = new_secret()
    made = Staff(
        id=new_id(),
        name=name,
        email=email,
        role=Role(role),
        setup_expires_at=now + rules.SETUP_VALID,
        created_at=now,
    )
    if not await store.insert(tx, made, seal.stamp(_SETUP, secret.encode())):
        raise Duplicate(f"{email} is a member of staff already.")
    await store.note(tx, by, Done(act="staff_created", subject=email, detail={"role": role}), now)
    return made, secret


async def found(tx: Tx, email: str) -> Staff:
    """A member by the address, locked until the transaction ends. Raises `NotFound`."""
    member = await store.by_email(tx, email.strip().lower(), lock=True)
    if member is None:
        raise NotFound(f"There is no member of staff {email!r}; `tenor staff list` shows them.")
    return member


async def reset(tx: Tx, seal: Seal, by: Who, email: str, now: datetime) -> tuple[Staff, str]:
    """Take somebody's password and codes away, end the sessions, and make a new set-up link. Raises `NotFound`."""
    member = await found(tx, email)
    fresh = msgspec.structs.replace(
        member,
        password_hash=None,
        totp_generation=member.totp_generation + 1,
        totp_step=None,
        failures=0,
        blocked_until=None,
        setup_expires_at=now + rules.SETUP_VALID,
    )
    secret = new_secret()
    await store.give_setup(tx, fresh.id, seal.stamp(_SETUP, secret.encode()), now + rules.SETUP_VALID)
    await store.save(tx, fresh)
    await store.end_sessions(tx, fresh.id, now)
    await store.note(tx, by, Done(act="staff_reset", subject=fresh.email), now)
    return fresh, secret


async def lock(tx: Tx, by: Who, email: str, now: datetime, *, on: bool = True) -> Staff:
    """Let somebody in no more, and end the sessions; or let them in again, without the pause. Raises `NotFound`."""
    member = await found(tx, email)
    after = msgspec.structs.replace(
        member,
        state="locked" if on else "active",
        failures=0,
        blocked_until=None,
        setup_expires_at=None if on else member.setup_expires_at,
    )
    await store.save(tx, after)
    if on:
        await store.end_sessions(tx, member.id, now)
    await store.note(tx, by, Done(act="staff_locked" if on else "staff_unlocked", subject=member.email), now)
    return after


async def setting_up(tx: Tx, seal: Seal, secret: str, now: datetime, *, lock: bool = False) -> Staff:
    """Whose set-up link it is. Raises `NotFound` for one that is used, over or none, all the same."""
    member = await store.by_setup(tx, seal.stamp(_SETUP, secret.encode()), lock=lock)
    if member is None or member.state != "active" or member.setup_expires_at is None or now >= member.setup_expires_at:
        raise NotFound("The set-up link was used already, or its time is over.")
    return member


async def set_up(
    tx: Tx, seal: Seal, secret: str, *, password_hash: str, code: str, origin: str, now: datetime
) -> Staff:
    """Keep the chosen password, once the app shows the right code; the link opens nothing any more.

    `password_hash` is of a password that has passed the rules. Raises `NotFound`, and `Invalid` for a wrong code.
    """
    member = await setting_up(tx, seal, secret, now, lock=True)
    step = rules.totp_step(seal, member, code, now)
    if step is None:
        raise Invalid.field(("code",), "is not the code that the app shows now")
    done = msgspec.structs.replace(
        member,
        password_hash=password_hash,
        totp_step=step,
        setup_expires_at=None,
        failures=0,
        blocked_until=None,
    )
    await store.save(tx, done)
    await store.note(tx, who(member, origin), Done(act="set_up"), now)
    return done


def who(staff: Staff, origin: str) -> Who:
    """A member as the audit log names one, from a network address."""
    return Who(id=staff.id, name=staff.name, origin=origin)


async def begin_session(tx: Tx, seal: Seal, staff: Staff, origin: str, agent: str, now: datetime) -> str:
    """A new session; its token, 256 bits, of which only a keyed hash is kept."""
    token = new_secret()
    session = Session(
        id=new_id(), staff_id=staff.id, origin=origin, agent=_line(agent, 200), created_at=now, seen_at=now
    )
    await store.insert_session(tx, session, seal.stamp(_SESSION, token.encode()))
    await store.note(tx, who(staff, origin), Done(act="signed_in", subject=str(session.id)), now)
    return token


def _line(text: str, longest: int) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)[:longest]


async def resume(tx: Tx, seal: Seal, token: str, now: datetime) -> tuple[Staff, Session] | None:
    """Whoever holds a token, if the session goes on: not ended, not idle for 30 minutes, not older than 12 hours."""
    known = await store.session_of(tx, seal.stamp(_SESSION, token.encode()))
    if known is None:
        return None
    staff, session = known
    if staff.state != "active" or not rules.is_open(session, now):
        return None
    if now >= session.seen_at + _SEEN_EVERY:
        await store.touch(tx, session.id, now)
    return staff, session


async def open_sessions(tx: Tx, staff_id: UUID, now: datetime) -> list[Session]:
    """Somebody's sessions that go on, newest first."""
    return [one for one in await store.sessions_of(tx, staff_id) if rules.is_open(one, now)]


async def end_session(tx: Tx, by: Who, session_id: UUID, now: datetime, *, of: UUID | None = None) -> None:
    """End a session; with `of`, only one of that member's. Raises `NotFound`, and then changes nothing."""
    whose = await store.end_session(tx, session_id, now)
    if whose is None or of not in (None, whose):
        raise NotFound("There is no such session, or it has ended.")
    await store.note(tx, by, Done(act="session_ended", subject=str(session_id), detail={"of": str(whose)}), now)


async def end_sessions(tx: Tx, by: Who, staff_id: UUID, now: datetime) -> int:
    """End all of somebody's sessions. Returns how many."""
    ended = await store.end_sessions(tx, staff_id, now)
    await store.note(tx, by, Done(act="sessions_ended", detail={"of": str(staff_id), "sessions": ended}), now)
    return ended
