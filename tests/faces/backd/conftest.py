"""Merchants that call Backd's dialect: in process for most, and over real sockets where the socket matters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette

from tenor.cli.merchants import register
from tenor.faces.backd import face
from tenor.faces.face import Platform
from tests.faces.backd.bodies import SHOP
from tests.faces.backd.shop import Shop
from tests.faces.conftest import PUBLIC_URL, Live

MakeShop = Callable[..., Awaitable[Shop]]


@pytest.fixture
async def http(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """The face alone, in process. What it fails at is answered as a server would, not raised."""
    app = Starlette(routes=face.routes(platform))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
        yield client


@pytest.fixture
def make_shop(platform: Platform, http: httpx.AsyncClient) -> MakeShop:
    """Makes merchants with keys."""

    async def make(currency: str = "USD", origins: list[str] | None = None, name: str = "Acme Building Supply") -> Shop:
        keys = await register(platform, name, "US", currency, [SHOP] if origins is None else origins, "backd")
        return Shop(platform, http, UUID(keys["merchant_id"]), keys["public_key"], keys["secret_key"])

    return make


@pytest.fixture
async def shop(make_shop: MakeShop) -> Shop:
    """A merchant whose currency is the US dollar and whose shop is at `SHOP`."""
    return await make_shop()


@pytest.fixture
async def live_shop(shop: Shop, live: Live) -> AsyncIterator[Shop]:
    """The same merchant over real sockets, with room for many connections at once."""
    limits = httpx.Limits(max_connections=64)
    async with httpx.AsyncClient(base_url=live.url, limits=limits, timeout=60) as client:
        yield shop.over(client)
