"""What every command does before its own work: settings, database, schema."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer

from tenor import app
from tenor.base import config, logs, migrations
from tenor.base.config import ConfigError, Settings
from tenor.faces.face import Platform

T = TypeVar("T")


def with_platform(work: Callable[[Platform], Awaitable[T]]) -> T:
    """Run a piece of work on the deployment's database, whose schema is looked at first."""
    settings = config.load()
    logs.configure(settings.log_level, settings.log_format)
    with app.database_url(settings) as url:
        prepare(settings, url)

        async def run() -> T:
            async with app.platform(settings, url) as on:
                return await work(on)

        return asyncio.run(run())


def prepare(settings: Settings, url: str, *, migrate_it: bool = False) -> None:
    """Migrate the embedded database, or any other when told so. Raises `ConfigError` when it should be and is not."""
    current, latest = asyncio.run(_current(url)), migrations.latest()
    if current == latest:
        return
    if settings.embedded or migrate_it:
        migrations.upgrade(url)
    else:
        raise ConfigError(
            f"the database's schema is {current or 'not there'}, this release needs {latest}; run `tenor migrate`."
        )


async def _current(url: str) -> str | None:
    """The database's revision. Raises `ConfigError` for one that this release does not know."""
    current, latest = await migrations.current(url), migrations.latest()
    # Revisions are numbers of four digits, so the order of their texts is theirs.
    if current is not None and current > latest:
        raise ConfigError(
            f"the database's schema is {current}, newer than this release's {latest}; use the release that made it."
        )
    return current


def migrate() -> None:
    """Bring the database to this release's schema."""
    settings = config.load()
    with app.database_url(settings) as url:
        before = asyncio.run(_current(url))
        migrations.upgrade(url)
    latest = migrations.latest()
    typer.echo(f"Schema {latest}: nothing to do." if before == latest else f"Schema {before or 'none'} -> {latest}.")
