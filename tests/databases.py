"""Dropping a test's database."""

from __future__ import annotations

import asyncpg


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
