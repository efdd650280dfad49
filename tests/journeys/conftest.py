"""Deployments to live orders' lives on."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from tenor.base import migrations
from tests.databases import drop
from tests.journeys.deployment import Deployment, Served


def _on(server_url: str, database: str) -> str:
    return urlunsplit(urlsplit(server_url)._replace(path=f"/{database}"))


async def _make(server_url: str, name: str, like: str = "template1") -> None:
    server = await asyncpg.connect(server_url)
    try:
        await server.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
    finally:
        await server.close()


async def _drop(server_url: str, name: str) -> None:
    server = await asyncpg.connect(server_url)
    try:
        await drop(server, name)
    finally:
        await server.close()


def _name() -> str:
    return f"tenor_journey_{secrets.token_hex(4)}"


@pytest.fixture(scope="session")
async def migrated(server_url: str) -> AsyncIterator[str]:
    """The name of a migrated database, to be copied and never used."""
    name = _name()
    await _make(server_url, name)
    await asyncio.to_thread(migrations.upgrade, _on(server_url, name))
    yield name
    await _drop(server_url, name)


@pytest.fixture
async def empty_database_url(server_url: str) -> AsyncIterator[str]:
    """A database that was never migrated."""
    name = _name()
    await _make(server_url, name)
    yield _on(server_url, name)
    await _drop(server_url, name)


@pytest.fixture
async def deployment(server_url: str, migrated: str, tmp_path: Path) -> AsyncIterator[Deployment]:
    """A deployment on a migrated, empty database of the test's own."""
    name = _name()
    await _make(server_url, name, like=migrated)
    yield Deployment(tmp_path, _on(server_url, name))
    await _drop(server_url, name)


@pytest.fixture(scope="session")
async def shared_database_url(server_url: str, migrated: str) -> AsyncIterator[str]:
    """The database of the server that the tests share."""
    name = _name()
    await _make(server_url, name, like=migrated)
    yield _on(server_url, name)
    await _drop(server_url, name)


@pytest.fixture(scope="session")
def served(shared_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One `tenor serve` with its worker for all tests that bring merchants of their own and leave the books clean."""
    with Deployment(tmp_path_factory.mktemp("served"), shared_database_url).serving() as running:
        yield running
