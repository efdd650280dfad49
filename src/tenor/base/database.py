"""The one door to PostgreSQL. Only `Database.transaction()` commits; only `store.py` files write SQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias

import asyncpg

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Tx: TypeAlias = PoolConnectionProxy[asyncpg.Record] | asyncpg.Connection[asyncpg.Record]
else:
    Tx = object

Row: TypeAlias = asyncpg.Record


class Database:
    """A small pool. Few connections serve better than many: a long queue inside PostgreSQL is unfair to the last."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, url: str, size: int = 4) -> Database:
        """Connect. Raises what asyncpg raises when the server can not be reached."""
        pool = await asyncpg.create_pool(
            url,
            min_size=min(size, 1),
            max_size=size,
            reset=_leave_as_is,
            command_timeout=30,
            server_settings={"application_name": "tenor", "timezone": "UTC"},
        )
        return cls(pool)

    async def close(self) -> None:
        """Wait for the work in hand and close."""
        await self._pool.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """All or nothing: commits at the end of the block, rolls back when it raises."""
        async with self._pool.acquire() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def single_statement(self) -> AsyncIterator[Tx]:
        """For a command that writes with one statement, which is a transaction by itself: two round trips less.

        It serves reads as well. Two writing statements in one block would commit apart, so they belong in
        `transaction()`.
        """
        async with self._pool.acquire() as connection:
            yield connection


async def _leave_as_is(connection: object) -> None:
    """Tenor never changes a session's state, so a connection goes back as it came, without a round trip."""
