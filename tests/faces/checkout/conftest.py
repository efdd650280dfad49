"""A platform with two dialects of the tests' own, and a browser without a window on its checkout pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest
from starlette.applications import Starlette

from tenor.base import clock
from tenor.base.config import Settings
from tenor.base.database import Database
from tenor.base.seal import Seal
from tenor.core.documents.storage import Files
from tenor.core.merchants import service as merchants
from tenor.core.merchants.directory import Directory
from tenor.core.merchants.model import Merchant
from tenor.core.orders import links
from tenor.core.orders import service as orders
from tenor.core.orders.model import NewOrder, Order
from tenor.faces.checkout import face
from tenor.faces.face import Dialect, Platform
from tests.faces.checkout.buyer import Buyer
from tests.faces.checkout.shop import (
    BROWSER,
    PROGRAMME,
    SHOP,
    LinkOf,
    OpenShop,
    PlaceOrder,
    new_order,
    programme,
    with_return,
    without_return,
)


@pytest.fixture
def platform(database: Database, tmp_path: Path) -> Platform:
    settings = Settings(secret="s" * 32, public_url=BROWSER)
    seal = Seal(settings.secret)
    dialects = {"returning": Dialect(with_return, programme), "staying": Dialect(without_return, programme)}
    return Platform(settings, database, seal, Directory(database, seal, "sandbox"), Files(tmp_path), dialects=dialects)


@pytest.fixture
async def browser(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client on the face alone. It follows no redirect."""
    app = Starlette(routes=face.routes(platform))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=BROWSER) as client:
        yield client


@pytest.fixture
def buyer(browser: httpx.AsyncClient, platform: Platform) -> Buyer:
    """Somebody who goes through the steps."""
    return Buyer(browser, platform.seal)


@pytest.fixture
def open_shop(database: Database) -> OpenShop:
    """Registers a merchant; keywords change its programme, `name` and `country` what they say."""

    async def open_shop(name: str = SHOP, country: str = "SA", **changes: object) -> Merchant:
        programme = msgspec.structs.replace(PROGRAMME, **changes)
        async with database.transaction() as tx:
            return await merchants.create(
                tx, name=name, country=country, currency="SAR", flow="returning", origins=[], programme=programme
            )

    return open_shop


@pytest.fixture
def place_order(database: Database, open_shop: OpenShop) -> PlaceOrder:
    """Creates an order, by default in a shop of its own, `age` ago."""

    async def place_order(
        merchant: Merchant | None = None, new: NewOrder | None = None, age: timedelta = timedelta(0)
    ) -> Order:
        merchant = merchant or await open_shop()
        async with database.transaction() as tx:
            order, _ = await orders.create(tx, merchant, new or new_order(), clock.now() - age)
        return order

    return place_order


@pytest.fixture
def link_of(platform: Platform) -> LinkOf:
    """The address of an order's page."""
    return lambda order: links.checkout_url(platform.settings.public_url, platform.seal, order)
