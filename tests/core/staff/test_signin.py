"""Signing in: once a code, five tries, the same refusal for everything."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pyotp
import pytest

from tenor.base.database import Database
from tenor.base.errors import Duplicate, Invalid, NotFound
from tenor.base.seal import Seal
from tenor.core.staff import rules, service, store
from tenor.core.staff.model import OPERATOR, Done, Staff
from tenor.core.staff.passwords import Passwords
from tenor.core.staff.signin import REFUSAL_SECONDS, Credentials, SignIn

NOW = datetime(2026, 4, 15, 12, tzinfo=UTC)
SEAL = Seal("s" * 32)
PASSWORD = "correct horse battery"
EMAIL = "noor@example.com"


class Door:
    """The door with a clock of its own; `waited` holds the pauses, `compared` what passwords were compared with."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.waited: list[float] = []
        self.compared: list[str | None] = []
        door = self

        class Watched(Passwords):
            async def matches(self, kept: str | None, typed: str) -> bool:
                door.compared.append(kept)
                return await super().matches(kept, typed)

        async def sleep(seconds: float) -> None:
            self.waited.append(seconds)

        self.passwords = Watched()
        self.took = 0.0
        self.signin = SignIn(database, SEAL, self.passwords, sleep, lambda: self._later())

    def _later(self) -> float:
        """A clock by which everything takes a little longer than what was before it."""
        self.took += 0.25
        return self.took

    async def member(self, email: str = EMAIL) -> Staff:
        """A member whose set-up is done, a minute ago."""
        async with self.database.transaction() as tx:
            made, secret = await service.create(
                tx, SEAL, OPERATOR, name="Noor", email=email, role="credit_officer", now=NOW
            )
        before = NOW - timedelta(minutes=1)
        async with self.database.transaction() as tx:
            return await service.set_up(
                tx,
                SEAL,
                secret,
                password_hash=await self.passwords.hash(PASSWORD),
                code=code(made, before),
                origin="192.0.2.1",
                now=before,
            )

    async def enter(
        self, typed: str, *, password: str = PASSWORD, email: str = EMAIL, now: datetime = NOW
    ) -> str | None:
        """A try."""
        given = Credentials(email=email, password=password, code=typed, origin="192.0.2.1", agent="Browser")
        return await self.signin.enter(given, now)


def code(staff: Staff, now: datetime) -> str:
    return pyotp.TOTP(rules.totp_secret(SEAL, staff.id, staff.totp_generation)).at(now)


@pytest.fixture
def door(database: Database) -> Door:
    return Door(database)


async def test_address_password_and_code_together_open_a_session(door: Door) -> None:
    staff = await door.member()
    token = await door.enter(code(staff, NOW), email=" Noor@Example.com ")
    assert token is not None
    async with door.database.transaction() as tx:
        resumed = await service.resume(tx, SEAL, token, NOW)
        kept = await tx.fetchval("SELECT token_hash FROM staff_sessions")
    assert resumed is not None
    assert resumed[0].email == EMAIL
    assert token.encode() not in kept
    assert door.waited == []


async def test_a_code_is_good_once(door: Door) -> None:
    staff = await door.member()
    assert await door.enter(code(staff, NOW))
    assert await door.enter(code(staff, NOW)) is None
    later = NOW + timedelta(seconds=30)
    assert await door.enter(code(staff, later), now=later)


async def test_a_code_older_than_one_that_was_used_is_refused(door: Door) -> None:
    staff = await door.member()
    assert await door.enter(code(staff, NOW + timedelta(seconds=30)))
    assert await door.enter(code(staff, NOW)) is None


async def test_a_code_that_came_with_a_wrong_password_is_not_used_up(door: Door) -> None:
    staff = await door.member()
    assert await door.enter(code(staff, NOW), password="something else") is None
    assert await door.enter(code(staff, NOW))


async def test_after_five_tries_even_the_right_answer_has_to_wait_and_the_wait_doubles(door: Door) -> None:
    staff = await door.member()
    for _ in range(5):
        assert await door.enter("000000", password="a wrong password") is None
    assert await door.enter(code(staff, NOW)) is None
    almost, after = NOW + timedelta(seconds=59), NOW + timedelta(seconds=60)
    assert await door.enter(code(staff, almost), now=almost) is None
    assert await door.enter("000000", now=after) is None
    almost, after = after + timedelta(seconds=119), after + timedelta(seconds=120)
    assert await door.enter(code(staff, almost), now=almost) is None
    assert await door.enter(code(staff, after), now=after)
    assert (await _row(door)).failures == 0


async def test_a_hundred_tries_at_once_are_five(door: Door) -> None:
    await door.member()
    await asyncio.gather(*[door.enter("000000") for _ in range(20)])
    assert (await _row(door)).failures == 5
    assert sum(kept is not None for kept in door.compared) == 5


async def test_every_refusal_does_the_same_work_and_lasts_the_same(door: Door) -> None:
    staff = await door.member()
    refused: list[str | None] = [
        await door.enter(code(staff, NOW), email="nobody@example.com"),
        await door.enter(code(staff, NOW), password="a wrong password"),
        await door.enter("000000"),
    ]
    async with door.database.transaction() as tx:
        await service.lock(tx, OPERATOR, EMAIL, NOW)
    refused.append(await door.enter(code(staff, NOW)))

    assert refused == [None] * 4
    assert len(door.compared) == 4, "a password is compared each time, also where there is none"
    assert door.waited == [REFUSAL_SECONDS - 0.25] * 4, "each is filled up to a second"


async def test_whoever_has_not_set_up_gets_in_with_nothing(door: Door) -> None:
    async with door.database.transaction() as tx:
        made, _ = await service.create(tx, SEAL, OPERATOR, name="New", email=EMAIL, role="support", now=NOW)
    assert await door.enter(code(made, NOW), password="") is None
    assert await door.enter(code(made, NOW), password="of nobody") is None


async def test_a_set_up_link_is_good_once_and_for_a_day(door: Door) -> None:
    async with door.database.transaction() as tx:
        made, secret = await service.create(tx, SEAL, OPERATOR, name="New", email=EMAIL, role="support", now=NOW)
    late = NOW + timedelta(hours=24)
    async with door.database.transaction() as tx:
        with pytest.raises(NotFound):
            await service.setting_up(tx, SEAL, secret, late)
        with pytest.raises(NotFound):
            await service.setting_up(tx, SEAL, secret + "x", NOW)

    async def set_up(typed: str) -> Staff:
        async with door.database.transaction() as tx:
            return await service.set_up(tx, SEAL, secret, password_hash="h", code=typed, origin="", now=NOW)

    with pytest.raises(Invalid, match="code"):
        await set_up("000000")
    await set_up(code(made, NOW))
    with pytest.raises(NotFound):
        await set_up(code(made, NOW))


async def test_a_reset_ends_sessions_and_makes_other_codes(door: Door) -> None:
    staff = await door.member()
    token = await door.enter(code(staff, NOW))
    assert token is not None
    async with door.database.transaction() as tx:
        after, _ = await service.reset(tx, SEAL, OPERATOR, EMAIL, NOW)
        assert await service.resume(tx, SEAL, token, NOW) is None
    assert code(after, NOW) != code(staff, NOW)
    assert await door.enter(code(after, NOW)) is None, "there is no password until the set-up is done"


async def test_a_locked_member_is_out_at_once(door: Door) -> None:
    staff = await door.member()
    token = await door.enter(code(staff, NOW))
    assert token is not None
    async with door.database.transaction() as tx:
        await service.lock(tx, OPERATOR, EMAIL, NOW)
        assert await service.resume(tx, SEAL, token, NOW) is None
        await service.lock(tx, OPERATOR, EMAIL, NOW, on=False)
        assert await service.resume(tx, SEAL, token, NOW) is None, "what was ended stays ended"
    later = NOW + timedelta(seconds=30)
    assert await door.enter(code(staff, later), now=later)


async def test_a_session_is_kept_alive_by_use_and_only_so(door: Door) -> None:
    staff = await door.member()
    token = await door.enter(code(staff, NOW))
    assert token is not None

    async def resumed(minutes: int) -> bool:
        async with door.database.transaction() as tx:
            return await service.resume(tx, SEAL, token, NOW + timedelta(minutes=minutes)) is not None

    assert await resumed(29)
    assert await resumed(58)
    assert not await resumed(88)


async def test_nobody_ends_a_session_of_another_ones_by_its_id(door: Door) -> None:
    staff, other = await door.member(), await door.member("other@example.com")
    assert await door.enter(code(staff, NOW))
    async with door.database.transaction() as tx:
        (session,) = await service.open_sessions(tx, staff.id, NOW)
    with pytest.raises(NotFound):
        async with door.database.transaction() as tx:
            await service.end_session(tx, service.who(other, ""), session.id, NOW, of=other.id)
    async with door.database.transaction() as tx:
        assert await service.open_sessions(tx, staff.id, NOW) == [session]


async def test_an_address_is_one_members(door: Door) -> None:
    await door.member()
    with pytest.raises(Duplicate):
        await door.member()


@pytest.mark.parametrize(
    "statement", ["UPDATE staff_audit SET who = 'x'", "DELETE FROM staff_audit", "TRUNCATE staff_audit"]
)
async def test_the_audit_log_is_append_only(door: Door, statement: str) -> None:
    async with door.database.transaction() as tx:
        await store.note(tx, OPERATOR, Done(act="tried"), NOW)
    with pytest.raises(asyncpg.CheckViolationError, match="append-only"):
        async with door.database.transaction() as tx:
            await tx.execute(statement)


async def test_what_staff_do_is_told_with_who_and_from_where(door: Door) -> None:
    staff = await door.member()
    assert await door.enter("000000") is None
    assert await door.enter(code(staff, NOW))
    async with door.database.transaction() as tx:
        told = await store.audit(tx, 10)
    acts = [(one.done.act, one.who.name, one.who.origin) for one in reversed(told)]
    assert acts == [
        ("staff_created", "operator", "command line"),
        ("set_up", "Noor", "192.0.2.1"),
        ("sign_in_tried", "Noor", "192.0.2.1"),
        ("sign_in_tried", "Noor", "192.0.2.1"),
        ("signed_in", "Noor", "192.0.2.1"),
    ]


async def _row(door: Door) -> Staff:
    async with door.database.transaction() as tx:
        return await service.found(tx, EMAIL)
