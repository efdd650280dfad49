"""`tenor doctor`: what is wrong with this deployment, and what to do about it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from typing import Annotated

import asyncpg
import typer
from msgspec import inspect

from tenor import app
from tenor.base import config, embedded, migrations, smtp
from tenor.base.config import Settings
from tenor.base.database import Database
from tenor.cli import production
from tenor.cli.findings import Finding, Weight
from tenor.core.mail import store as mail_store
from tenor.post.message import sender
from tenor.post.transport import Server, Unsent, folder

_SECRET = {"TENOR_SECRET", "TENOR_DATABASE_URL", "TENOR_SMTP_URL"}
_OLDEST = 140000


def doctor(
    settings: Annotated[bool, typer.Option("--settings", help="List every setting, its value and meaning")] = False,
) -> None:
    """Check settings, database, mail, and what production needs. Exit status 1 where something has to be done."""
    if settings:
        _list_settings()
        return
    findings = list(_examine())
    for finding in findings:
        typer.echo(f"{finding.weight:4} {finding.what}")
    if any(finding.weight is Weight.DO for finding in findings):
        raise typer.Exit(1)


def _list_settings() -> None:
    shape = inspect.type_info(Settings)
    assert isinstance(shape, inspect.StructType)
    for field in shape.fields:
        name = field.encode_name
        given = os.environ.get(name, "")
        value = "(set)" if given and name in _SECRET else given or f"{field.default!r} (default)"
        meaning = (field.type.extra_json_schema or {}) if isinstance(field.type, inspect.Metadata) else {}
        typer.echo(f"{name} = {value}\n    {meaning.get('description', '')}")


def _examine() -> Iterator[Finding]:
    try:
        settings = config.load()
    except config.ConfigError as error:
        yield Finding.of(False, str(error))
        return
    yield Finding.of(True, f"settings: {settings.environment}, links begin with {settings.public_url}")
    if settings.environment == "production":
        yield from production.of_settings(settings)
    try:
        with app.database_url(settings) as url:
            yield from asyncio.run(_examine_database(settings, url))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        yield Finding.of(False, f"database: {error}. Is it running, and is TENOR_DATABASE_URL right?")
    except embedded.EmbeddedPostgresError as error:
        yield Finding.of(False, f"database: {error}")
    yield asyncio.run(_examine_mail(settings))


async def _examine_mail(settings: Settings) -> Finding:
    """Whether letters can leave. A mail server is connected to as for a letter, sign-in included."""
    if not settings.smtp_url:
        where = f"mail: TENOR_SMTP_URL is not set, so letters are written to {folder(settings)}"
        if settings.environment == "production":
            return Finding.of(False, f"{where} and reach nobody")
        return Finding.of(True, where)
    server = smtp.server_of(settings.smtp_url)
    try:
        await Server(server, sender(settings).domain).check()
    except Unsent as unsent:
        advice = "letters wait; is it running, and is TENOR_SMTP_URL right?"
        return Finding.of(False, f"mail: {server.host}:{server.port} can not be used ({unsent.reason}): {advice}")
    return Finding.of(True, f"mail: {server.host}:{server.port} takes letters from {sender(settings).addr_spec}")


async def _examine_database(settings: Settings, url: str) -> list[Finding]:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        number = int(await connection.fetchval("SHOW server_version_num"))
        version = await connection.fetchval("SHOW server_version")
        durable = await connection.fetchval("SHOW fsync") == "on" and await connection.fetchval(
            "SHOW synchronous_commit"
        ) not in ("off", "local")
    finally:
        await connection.close()
    where = "embedded" if settings.embedded else "yours"
    findings = [
        Finding.of(number >= _OLDEST, f"database: PostgreSQL {version}, {where}; 14 or newer is needed"),
        Finding.of(durable, "database: fsync and synchronous_commit must be on, or a power cut loses orders"),
    ]
    current, latest = await migrations.current(url), migrations.latest()
    advice = "up to date" if current == latest else f"{current or 'none'}, {latest} is needed: run `tenor migrate`"
    findings.append(Finding.of(current == latest or settings.embedded, f"schema: {advice}"))
    return [*findings, *await _look_inside(settings, url)] if current == latest else findings


async def _look_inside(settings: Settings, url: str) -> list[Finding]:
    """What the rows tell, where the schema is this release's."""
    findings = []
    database = await Database.open(url, 1)
    try:
        async with database.single_statement() as tx:
            if failed := await mail_store.count_failed(tx):
                letters = f"mail: {failed} letters were given up; `tenor mail list --failed`"
                findings.append(Finding(Weight.LOOK, letters))
            if settings.environment == "production":
                has_bureau = app.bureau_of(settings) is not None
                findings += production.of_standing(await production.read(tx), has_bureau=has_bureau)
    finally:
        await database.close()
    return findings
