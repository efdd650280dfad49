"""Partners that call BuildNow's dialect: in process for most, and over real sockets where the socket matters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette

from tenor.cli.merchants import register
from tenor.faces.buildnow import face
from tenor.faces.face import Platform
from tests.faces.buildnow.partner import SHOP, Partner
from tests.faces.conftest import PUBLIC_URL, Live

MakePartner = Callable[..., Awaitable[Partner]]


@pytest.fixture
def dialect(platform: Platform) -> Starlette:
    """The face alone."""
    return Starlette(routes=face.routes(platform))


@pytest.fixture
async def http(dialect: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """The face in process. What it fails at is answered as a server would, not raised."""
    transport = httpx.ASGITransport(dialect, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
        yield client


@pytest.fixture
def make_partner(platform: Platform, http: httpx.AsyncClient) -> MakePartner:
    """Makes merchants with clients."""

    async def make(currency: str = "SAR", name: str = "Example Building Supplies") -> Partner:
        keys = await register(platform, name, "SA", currency, [SHOP], "buildnow")
        return Partner(platform, http, UUID(keys["merchant_id"]), keys["client_id"], keys["client_secret"])

    return make


@pytest.fixture
async def partner(make_partner: MakePartner) -> Partner:
    """A merchant whose currency is the riyal and whose shop is at `SHOP`."""
    return await make_partner()


@pytest.fixture
async def live_partner(partner: Partner, live: Live) -> AsyncIterator[Partner]:
    """The same merchant over real sockets, with room for many connections at once."""
    limits = httpx.Limits(max_connections=64)
    async with httpx.AsyncClient(base_url=live.url, limits=limits, timeout=60) as client:
        yield partner.over(client)
