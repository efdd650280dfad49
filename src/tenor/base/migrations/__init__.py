"""The schema's history. Alembic runs it; the SQL stands in plain files beside each version."""

from __future__ import annotations

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory


def upgrade(url: str, to: str = "head") -> None:
    """Bring the database to this release's schema, or to an earlier one. Safe to run twice, and by two at once."""

    async def connect() -> asyncpg.Connection[asyncpg.Record]:
        return await asyncpg.connect(url, statement_cache_size=0)

    config = _config()
    config.attributes["connect"] = connect
    command.upgrade(config, to)


def latest() -> str:
    """The revision that this release needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None, "the wheel carries the migrations"
    return head


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


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "tenor.base:migrations")
    return config
