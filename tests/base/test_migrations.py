"""What stood in the database before a release stands there after it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import pytest

from tenor.base import clock, migrations
from tenor.base.database import Database
from tenor.base.ids import new_id
from tenor.core.mail import service as mail
from tenor.core.mail import store
from tenor.core.mail.model import Kind, MailState
from tests.databases import fresh

Server: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@pytest.fixture
async def old(server_url: str) -> AsyncIterator[tuple[str, Server]]:
    """A database as it was before letters became deliveries."""
    async with _as_it_was_at("0008", server_url) as old:
        yield old


@pytest.fixture
async def staffless(server_url: str) -> AsyncIterator[tuple[str, Server]]:
    """A database as it was before votes and decisions had to name a member of staff."""
    async with _as_it_was_at("0009", server_url) as old:
        yield old


@asynccontextmanager
async def _as_it_was_at(revision: str, server_url: str) -> AsyncIterator[tuple[str, Server]]:
    async with fresh(server_url) as url:
        await asyncio.to_thread(migrations.upgrade, url, revision)
        connection = await asyncpg.connect(url)
        yield url, connection
        await connection.close()


async def _order(connection: Server) -> tuple[UUID, UUID]:
    merchant, order = new_id(), new_id()
    await connection.execute(
        """
        INSERT INTO merchants (id, name, country, currency, flow, origins, created_at)
        VALUES ($1, 'Harbor Supply', 'US', 'USD', 'backd', '{}', now())
        """,
        merchant,
    )
    await connection.execute(
        """
        INSERT INTO orders (merchant_id, id, number, face, reference, state, version, currency, total, subtotal, tax,
                            shipping, discount, detail, fingerprint, created_at, updated_at, expires_at)
        VALUES ($1, $2, 'N-1', 'backd', 'PO-1', 'new', 1, 'USD', 100, 100, 0, 0, 0, '{"items": []}', '', now(), now(),
                now() + interval '7 days')
        """,
        merchant, order,
    )  # fmt: skip
    return merchant, order


async def _letter(connection: Server, order: tuple[UUID, UUID], **given: Any) -> UUID:
    row = {"kind": "order_link", "recipient": "ana@example.com", "created_at": clock.now(), "id": new_id()} | given
    names = ", ".join(row)
    places = ", ".join(f"${number}" for number in range(3, 3 + len(row)))
    await connection.execute(
        f"INSERT INTO mail_outbox (merchant_id, order_id, {names}) VALUES ($1, $2, {places})",  # noqa: S608 - of these tests
        *order, *row.values(),
    )  # fmt: skip
    return UUID(str(row["id"]))


async def test_no_letter_of_the_outbox_is_lost_sent_twice_or_forgotten(old: tuple[str, Server]) -> None:
    url, connection = old
    order = await _order(connection)
    # The database dates what is due at once a little later than we do.
    now = clock.now() + timedelta(seconds=10)
    soon, claim = now + timedelta(minutes=5), now + timedelta(seconds=30)
    fresh = await _letter(connection, order)
    tried = await _letter(connection, order, attempts=2, due_at=soon, last_error="451 Come back later", language="ar",
                          data=json.dumps({"offer": {"code": "net30"}}), kind="approved")  # fmt: skip
    claimed = await _letter(connection, order, attempts=1, claimed_until=claim)
    retried = await _letter(connection, order, attempts=0, last_error="550 No such mailbox")
    sent = await _letter(connection, order, state="sent", sent_at=now, attempts=1)
    failed = await _letter(connection, order, state="failed", attempts=11, last_error="550 No such mailbox")

    await asyncio.to_thread(migrations.upgrade, url)

    database = await Database.open(url, size=1)
    try:
        async with database.transaction() as tx:
            after = {one.id: one for one in await store.of_order(tx, *order)}
            assert [one.id for one in await mail.claim(tx, now, limit=10)] == [fresh, retried]
            later = await mail.claim(tx, claim, limit=10)
        assert set(after) == {fresh, tried, claimed, retried, sent, failed}
        assert {one: after[one].state for one in after} == {
            fresh: MailState.QUEUED, tried: MailState.QUEUED, claimed: MailState.QUEUED, retried: MailState.QUEUED,
            sent: MailState.SENT, failed: MailState.FAILED,
        }  # fmt: skip
        # The next worker goes on where the last one stopped: same id, same claim, same count.
        assert [(one.id, one.attempt, one.retries) for one in later] == [(claimed, 2, 2)]
        waiting = after[tried]
        assert (waiting.attempts, waiting.due_at, waiting.last_error) == (2, soon, "451 Come back later")
        assert (waiting.kind, waiting.language, waiting.data) == (Kind.APPROVED, "ar", {"offer": {"code": "net30"}})
        assert (after[sent].sent_at, after[sent].last_error) == (now, None)
        assert (after[failed].attempts, after[failed].last_error) == (11, "550 No such mailbox")
        async with database.transaction() as tx:
            assert (await mail.retry(tx, failed, now)).state == MailState.QUEUED
            # The attempt that is noted next must not meet the one that was carried over.
            numbers = [one.attempt for one in await mail.claim(tx, now, limit=10)]
        assert numbers == [12]
    finally:
        await database.close()


async def test_the_database_refuses_what_is_neither_an_event_nor_a_letter(database: Database) -> None:
    refused = [
        "(merchant_id, letter) VALUES (gen_random_uuid(), 'approved')",
        "(merchant_id, recipient) VALUES (gen_random_uuid(), 'ana@example.com')",
        "(merchant_id, endpoint_id, letter, recipient) VALUES"
        " (gen_random_uuid(), gen_random_uuid(), 'approved', 'ana@example.com')",
        "(merchant_id, letter, recipient, body) VALUES (gen_random_uuid(), 'approved', 'ana@example.com', 'Dear Ana')",
        "(merchant_id, letter, recipient, event_number) VALUES (gen_random_uuid(), 'approved', 'ana@example.com', 1)",
    ]
    for row in refused:
        with pytest.raises(asyncpg.CheckViolationError):
            async with database.transaction() as tx:
                await tx.execute(f"INSERT INTO deliveries {row}")
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with database.transaction() as tx:
            await tx.execute(
                """
                INSERT INTO deliveries (merchant_id, order_id, letter, recipient)
                VALUES (gen_random_uuid(), gen_random_uuid(), 'sign_in_code', 'ana@example.com')
                """
            )


async def _vote(connection: Server, order: tuple[UUID, UUID], staff: UUID, name: str) -> None:
    await connection.execute(
        "INSERT INTO credit_votes VALUES ($1, $2, $3, $4, 'approve', 100, '', now())", *order, staff, name
    )


async def _hire(connection: Server, name: str) -> UUID:
    staff = new_id()
    await connection.execute(
        "INSERT INTO staff (id, name, email, role, created_at) VALUES ($1, $2, $3, 'credit_officer', now())",
        staff, name, f"{name.lower()}@example.com",
    )  # fmt: skip
    return staff


async def test_whoever_voted_before_there_were_accounts_gets_a_locked_one(staffless: tuple[str, Server]) -> None:
    url, connection = staffless
    order, stranger, member = await _order(connection), new_id(), await _hire(connection, "Mona")
    await _vote(connection, order, stranger, "Badr")
    await _vote(connection, order, member, "Mona")
    await asyncio.to_thread(migrations.upgrade, url)
    rows = await connection.fetch("SELECT id, name, state, password_hash FROM staff ORDER BY name")
    assert [tuple(row) for row in rows] == [(stranger, "Badr", "locked", None), (member, "Mona", "active", None)]
    checked = "SELECT bool_and(convalidated) FROM pg_constraint WHERE conname LIKE 'credit_%_staff_id_fkey'"
    assert await connection.fetchval(checked) is True


async def test_decisions_go_on_while_the_old_ones_are_held_to_staff(staffless: tuple[str, Server]) -> None:
    url, connection = staffless
    order, member = await _order(connection), await _hire(connection, "Mona")
    # Somebody is in the middle of a decision: the check of the old rows must not wait for it, nor it for the check.
    await asyncio.to_thread(migrations.upgrade, url, "0011")
    async with connection.transaction():
        await _vote(connection, order, member, "Mona")
        await asyncio.wait_for(asyncio.to_thread(migrations.upgrade, url), 30)


async def test_two_programs_that_migrate_at_once_both_succeed(staffless: tuple[str, Server]) -> None:
    url, _ = staffless
    migrate = "import sys; from tenor.base import migrations; migrations.upgrade(sys.argv[1])"
    programs = [await asyncio.create_subprocess_exec(sys.executable, "-c", migrate, url) for _ in range(2)]
    assert [await one.wait() for one in programs] == [0, 0]
    assert await migrations.current(url) == migrations.latest()


async def test_a_member_who_voted_can_not_be_deleted_and_nobody_else_can_vote(staffless: tuple[str, Server]) -> None:
    url, connection = staffless
    await asyncio.to_thread(migrations.upgrade, url)
    order, member = await _order(connection), await _hire(connection, "Mona")
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await _vote(connection, order, new_id(), "Nobody")
    await _vote(connection, order, member, "Mona")
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await connection.execute("DELETE FROM staff")
