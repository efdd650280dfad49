"""Signing in with address, password and code, all three in one step.

Whoever is refused hears the same, after the same time, whatever was wrong: the address, the password, the code, or too
many tries. A try is counted before it is looked at, so that a hundred at once are no more than five.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec

from tenor.base.database import Database, Tx
from tenor.base.seal import Seal
from tenor.core.staff import rules, service, store
from tenor.core.staff.model import Done, Staff
from tenor.core.staff.passwords import Passwords

# Longer than a refusal takes by itself, so that what it was busy with can't be told by a clock.
REFUSAL_SECONDS = 1.0


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What was typed, and from where: the network address and the name that the browser gives itself."""

    email: str
    password: str
    code: str
    origin: str
    agent: str

    def __repr__(self) -> str:
        return "Credentials(…)"


class SignIn:
    """The door. One for a process; `sleep` waits for seconds, and `elapsed` counts them from no particular moment."""

    def __init__(
        self,
        database: Database,
        seal: Seal,
        passwords: Passwords,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._seal = seal
        self._passwords = passwords
        self._sleep = sleep
        self._elapsed = elapsed

    async def enter(self, given: Credentials, now: datetime) -> str | None:
        """The token of a new session, or None for a refusal, which takes a second. `now` is the real time."""
        began = self._elapsed()
        token = await self._enter(given, now)
        if token is None:
            await self._sleep(max(0.0, began + REFUSAL_SECONDS - self._elapsed()))
        return token

    async def _enter(self, given: Credentials, now: datetime) -> str | None:
        async with self._database.transaction() as tx:
            staff = await _counted(tx, given, now)
        # Nobody's password is compared as well, and so is a locked one's: it takes the same time.
        right = await self._passwords.matches(staff.password_hash if staff else None, given.password)
        if staff is None or staff.password_hash is None or not right:
            return None
        outdated = self._passwords.is_outdated(staff.password_hash)
        renewed = await self._passwords.hash(given.password) if outdated else staff.password_hash
        async with self._database.transaction() as tx:
            return await self._welcome(tx, staff, renewed, given, now)

    async def _welcome(
        self, tx: Tx, before: Staff, password_hash: str, given: Credentials, now: datetime
    ) -> str | None:
        """A session, if the code is right and nothing has changed since the try was counted."""
        staff = await store.lock(tx, before.id)
        if staff is None or staff.state != "active" or staff.password_hash != before.password_hash:
            return None
        step = rules.totp_step(self._seal, staff, given.code, now)
        if step is None:
            return None
        welcome = msgspec.structs.replace(
            staff, totp_step=step, failures=0, blocked_until=None, password_hash=password_hash
        )
        await store.save(tx, welcome)
        return await service.begin_session(tx, self._seal, staff, given.origin, given.agent, now)


async def _counted(tx: Tx, given: Credentials, now: datetime) -> Staff | None:
    """Whoever it claims to be, with this try counted as one that failed; None for nobody, and for one to wait."""
    staff = await store.by_email(tx, given.email.strip().lower()[:320], lock=True)
    if staff is None or rules.is_blocked(staff, now):
        return None
    failures = staff.failures + 1
    counted = msgspec.structs.replace(staff, failures=failures, blocked_until=now + rules.pause_after(failures))
    await store.save(tx, counted)
    # A try that goes well is followed by `signed_in` at once; one that is alone was refused.
    await store.note(tx, service.who(staff, given.origin), Done(act="sign_in_tried", detail={"try": failures}), now)
    return staff
