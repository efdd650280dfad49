"""The one door to PostgreSQL. Only `Database.transaction()` commits; only `store.py` files write SQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias

import asyncpg

from tenor.base.connections import Connection, Connections

Tx: TypeAlias = Connection
Row: TypeAlias = asyncpg.Record


class Database:
    """A few connections. Few serve better than many: a long queue inside PostgreSQL is unfair to the last."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    @classmethod
    async def open(cls, url: str, size: int = 4) -> Database:
        """Connect. Raises what asyncpg raises when the server can not be reached."""

        async def connect() -> Connection:
            settings = {"application_name": "tenor", "timezone": "UTC"}
            return await asyncpg.connect(url, command_timeout=30, server_settings=settings)

        database = cls(Connections(connect, size))
        async with database.single_statement():
            return database

    async def close(self) -> None:
        """Wait for the work in hand and close."""
        await self._connections.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """All or nothing: commits at the end of the block, rolls back when it raises."""
        async with self._connections.lent() as connection, connection.transaction():
            yield connection

    def single_statement(self) -> AbstractAsyncContextManager[Tx]:
        """For a command that writes with one statement, which is a transaction by itself: two round trips less.

        It serves reads as well. Two writing statements in one block would commit apart, so they belong in
        `transaction()`.
        """
        return self._connections.lent()
