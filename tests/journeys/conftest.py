"""Deployments to live orders' lives on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tenor.base import migrations
from tests.databases import fresh
from tests.journeys.deployment import Deployment, Served


@pytest.fixture(scope="session")
async def migrated(server_url: str) -> AsyncIterator[str]:
    """The name of a migrated database, to be copied and never used."""
    async with fresh(server_url) as url:
        await asyncio.to_thread(migrations.upgrade, url)
        yield urlsplit(url).path.removeprefix("/")


@pytest.fixture
async def empty_database_url(server_url: str) -> AsyncIterator[str]:
    """A database that was never migrated."""
    async with fresh(server_url) as url:
        yield url


@pytest.fixture
async def deployment(server_url: str, migrated: str, tmp_path: Path) -> AsyncIterator[Deployment]:
    """A deployment on a migrated, empty database of the test's own."""
    async with fresh(server_url, like=migrated) as url:
        yield Deployment(tmp_path, url)


@pytest.fixture(scope="session")
async def shared_database_url(server_url: str, migrated: str) -> AsyncIterator[str]:
    """The database of the server that the tests share."""
    async with fresh(server_url, like=migrated) as url:
        yield url


@pytest.fixture(scope="session")
def served(shared_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One `tenor serve` with its worker for all tests that bring merchants of their own and leave the books clean."""
    with Deployment(tmp_path_factory.mktemp("served"), shared_database_url).serving() as running:
        yield running
