"""What the widget's tests stand on: a Tenor, a shop's site, and a Chromium with nothing in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Playwright, async_playwright

from tenor.base.database import Database
from tests.browser import shopfront
from tests.browser.chromium import ARGUMENTS, executable
from tests.browser.shopfront import Shop, Site, Tenor

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"


@pytest.fixture(scope="module")
def tenor(database_url: str, tmp_path_factory: pytest.TempPathFactory, pool: Database) -> Iterator[Tenor]:
    """Tenor on 127.0.0.1."""
    with shopfront.serving(database_url, tmp_path_factory.mktemp("widget"), pool) as running:
        yield running


@pytest.fixture
def site() -> Iterator[Site]:
    """The shop's site, on another origin than Tenor's."""
    with shopfront.site() as served:
        yield served


@pytest.fixture
async def shop(tenor: Tenor, site: Site) -> Shop:
    """A merchant whose one origin is `shop.localhost`."""
    return await Shop.opened(tenor, site)


@pytest.fixture(scope="module")
async def player() -> AsyncIterator[Playwright]:
    """What drives browsers."""
    async with async_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
async def chromium(player: Playwright) -> AsyncIterator[Browser]:
    """One Chromium for all."""
    running = await player.chromium.launch(executable_path=executable(player.chromium.executable_path), args=ARGUMENTS)
    yield running
    await running.close()


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """A page in a browser that knows nothing yet."""
    context = await chromium.new_context()
    yield await context.new_page()
    await context.close()
