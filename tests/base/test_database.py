"""The one door to PostgreSQL, and the schema behind it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

import asyncpg
import pytest

from tenor.base import migrations
from tenor.base.database import Database, Tx
from tenor.base.ids import new_id
from tests.databases import fresh


async def _buyers(database: Database) -> int:
    async with database.single_statement() as tx:
        count: int = await tx.fetchval("SELECT count(*) FROM buyers")
    return count


async def _write(tx: Tx) -> None:
    await tx.execute("INSERT INTO buyers (id, company_name, created_at) VALUES ($1, 'Acme', now())", new_id())


async def test_a_transaction_commits_at_the_end_of_its_block(database: Database) -> None:
    async with database.transaction() as tx:
        await _write(tx)
        assert await _buyers(database) == 0
    assert await _buyers(database) == 1


async def test_a_transaction_that_raises_or_is_canceled_leaves_nothing(database: Database) -> None:
    async def write_and_wait(then: Exception | None) -> None:
        async with database.transaction() as tx:
            await _write(tx)
            if then is not None:
                raise then
            await tx.execute("SELECT pg_sleep(30)")

    with pytest.raises(ZeroDivisionError):
        await write_and_wait(ZeroDivisionError())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(write_and_wait(None), 0.1)
    assert await _buyers(database) == 0


async def test_a_connection_serves_on_after_what_happened_on_it(database_url: str) -> None:
    database = await Database.open(database_url, size=1)
    try:
        for _ in range(3):
            with pytest.raises(asyncpg.UndefinedTableError):
                async with database.transaction() as tx:
                    await tx.execute("SELECT * FROM nothing")
            with pytest.raises(TimeoutError):
                async with database.single_statement() as tx:
                    await asyncio.wait_for(tx.execute("SELECT pg_sleep(30)"), 0.05)
            async with database.single_statement() as tx:
                assert await tx.fetchval("SELECT pg_current_xact_id_if_assigned() IS NULL")
                assert not tx.is_in_transaction()
    finally:
        await database.close()


@pytest.fixture
async def empty_url(server_url: str) -> AsyncIterator[str]:
    """The URL of a database without a schema."""
    async with fresh(server_url) as url:
        yield url


async def test_two_programs_that_migrate_at_once_make_one_schema(empty_url: str) -> None:
    assert await migrations.current(empty_url) is None
    script = "import sys; from tenor.base import migrations; migrations.upgrade(sys.argv[1])"
    programs = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", script, empty_url, stderr=asyncio.subprocess.PIPE)
        for _ in range(2)
    ]
    for program in programs:
        _, errors = await program.communicate()
        assert program.returncode == 0, errors.decode()
    assert await migrations.current(empty_url) == migrations.latest()
    await asyncio.to_thread(migrations.upgrade, empty_url)
    assert await migrations.current(empty_url) == migrations.latest()


async def test_every_table_of_a_merchants_rows_is_led_by_the_merchant(database: Database) -> None:
    nobodys = ("merchants", "order_transitions", "alembic_version", "erasures", "credit_policies")
    async with database.single_statement() as tx:
        keys = await tx.fetch(
            """
            SELECT c.conrelid::regclass::text AS table_name, c.conname AS name, a.attname AS first,
                   c.confrelid::regclass::text AS refers_to
              FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
             WHERE c.connamespace = 'public'::regnamespace AND c.contype IN ('p', 'u', 'f')
            """
        )
    of_merchants = [
        key for key in keys if key["table_name"] not in nobodys and not key["table_name"].startswith(("buyer", "staff"))
    ]
    assert len({key["table_name"] for key in of_merchants}) >= 15
    not_led = [key for key in of_merchants if key["first"] != "merchant_id"]
    crossing = {(key["table_name"], key["refers_to"]) for key in not_led}
    assert crossing == {
        ("orders", "buyers"),
        ("credit_decisions", "buyers"),
        ("credit_decisions", "credit_policies"),
        ("credit_decisions", "staff"),
        ("credit_votes", "staff"),
        ("document_requests", "staff"),
    }, "buyers, policies and staff are no merchant's; nothing else crosses"
