"""A real `tenor serve` and a real Chromium, shared by all; every test has a context, which is a browser of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

from tenor import app
from tenor.base import config, migrations
from tests.browser import chromium
from tests.browser.places import Places
from tests.browser.visitor import Visits
from tests.databases import fresh
from tests.journeys.deployment import Deployment, Served


@pytest.fixture(scope="session")
async def served(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """One `tenor serve` with its worker on a database of its own."""
    async with fresh(server_url) as url:
        await asyncio.to_thread(migrations.upgrade, url)
        with Deployment(tmp_path_factory.mktemp("browsed"), url).serving() as running:
            yield running


@pytest.fixture(scope="session")
async def places(served: Served) -> AsyncIterator[Places]:
    """Shops, orders and links on the server."""
    settings = config.load({**served.deployment.environ, "TENOR_PUBLIC_URL": served.server.address})
    async with app.platform(settings, served.deployment.database_url) as on:
        yield Places(on, served.deployment.home / "mail")


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all. That there is none is an error."""
    async with async_playwright() as playwright:
        path = chromium.executable(playwright.chromium.executable_path)
        running = await playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
        yield running
        await running.close()


@pytest.fixture
async def visits(browser: Browser, served: Served) -> AsyncIterator[Visits]:
    """Opens browsers for the test, and closes them after it."""
    opened = Visits(browser, served.server.address)
    yield opened
    await opened.close()
