"""Databases of a test's own."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import asyncpg


@asynccontextmanager
async def fresh(server_url: str, like: str = "template1") -> AsyncIterator[str]:
    """The URL of a new database, dropped in the end; `like` names the one that it is a copy of."""
    name = f"tenor_test_{secrets.token_hex(4)}"
    server = await asyncpg.connect(server_url)
    try:
        await server.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
        try:
            yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
        finally:
            await drop(server, name)
    finally:
        await server.close()


async def drop(server: asyncpg.Connection[asyncpg.Record], name: str) -> None:
    """Drop a database, whoever of our own role is still connected to it.

    Not WITH (FORCE): that is refused to us while autovacuum, which is the superuser's, works there; a plain drop ends
    autovacuum by itself and waits for the others to be gone.
    """
    await server.execute(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = $1 AND usename = current_user AND pid <> pg_backend_pid()
        """,
        name,
    )
    await server.execute(f"DROP DATABASE {name}")
