"""Alembic's entry: one transaction a migration, one migrating program at a time.

A transaction of its own lets a migration give its locks back before the next one reads large tables. One that fails
leaves those before it done and noted, and is tried again by the next run.
"""

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

# Any fixed number: it names "Tenor is migrating" among PostgreSQL's advisory locks.
_MIGRATING = 8_366_712_001


def _migrate(connection: Connection) -> None:
    # The session holds the lock until the connection is closed, beyond the end of each transaction.
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _MIGRATING})
    connection.commit()
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


async def _run() -> None:
    connect = context.config.attributes["connect"]
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
        await connection.commit()
    await engine.dispose()


asyncio.run(_run())
