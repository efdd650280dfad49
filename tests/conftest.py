"""One real PostgreSQL for the whole run; every test begins with empty tables.

`TEST_DATABASE_URL` names a server to use instead of the embedded one; its role must be allowed to
create databases.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tenor.base import embedded, migrations
from tenor.base.database import Database
from tests.databases import fresh


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The URL of a PostgreSQL in which databases can be made."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    home = Path(tempfile.mkdtemp(prefix="tenor-tests-"))
    try:
        with embedded.running(home) as url:
            yield url
    finally:
        shutil.rmtree(home)


@pytest.fixture(scope="session")
async def database_url(server_url: str) -> AsyncIterator[str]:
    """The URL of a migrated database of this run's own."""
    async with fresh(server_url) as url:
        # Alembic runs a loop of its own, and there is one here already.
        await asyncio.to_thread(migrations.upgrade, url)
        yield url


@pytest.fixture(scope="session")
async def pool(database_url: str) -> AsyncIterator[Database]:
    """The house's database object on the run's database, shared by all tests."""
    database = await Database.open(database_url, size=10)
    yield database
    await database.close()


# Emptying small tables by DELETE takes a tenth of the time that TRUNCATE takes, which makes and removes files.
# Tables that refer to others were made after them, so the newest is emptied first, but for staff,
# to which older ones were made to refer. The journal and the events
# refuse DELETE by trigger; only a test may look away.
_EMPTY = """
    DO $$ DECLARE one regclass; BEGIN
        FOR one IN SELECT oid FROM pg_class
                    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
                      AND relname NOT IN ('alembic_version', 'order_transitions')
                    ORDER BY relname = 'staff', oid DESC LOOP
            EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', one);
            EXECUTE format('DELETE FROM %s', one);
            EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', one);
        END LOOP;
    END $$
"""


@pytest.fixture
async def database(pool: Database) -> Database:
    """A migrated database with empty tables."""
    async with pool.transaction() as tx:
        await tx.execute(_EMPTY)
    return pool
