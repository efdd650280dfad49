"""The schema's history. Alembic runs it; the SQL stands in plain files beside each version.

Alembic is loaded by whoever migrates: every command looks whether it has to, and hardly any does.
"""

from __future__ import annotations

from importlib import resources

import asyncpg


def upgrade(url: str, to: str = "head") -> None:
    """Bring the database to this release's schema, or to an earlier one. Safe to run twice, and by two at once."""

    async def connect() -> asyncpg.Connection[asyncpg.Record]:
        return await asyncpg.connect(url, statement_cache_size=0)

    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "tenor.base:migrations")
    config.attributes["connect"] = connect
    command.upgrade(config, to)


def latest() -> str:
    """The revision that this release needs: the number of its last version, as the files' names begin with them."""
    versions = resources.files(__package__) / "versions"
    return max(file.name.partition("_")[0] for file in versions.iterdir() if file.name.endswith(".sql"))


async def current(url: str) -> str | None:
    """The database's revision, or None for one that was never migrated."""
    connection = await asyncpg.connect(url)
    try:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        revision: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return revision
    finally:
        await connection.close()
