"""The dashboard on an empty database, merchants at a browser, and endpoints that something was sent to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from tenor.base import clock
from tenor.base.config import Settings
from tenor.base.database import Database
from tenor.base.seal import Seal
from tenor.core.documents.storage import Files
from tenor.core.merchants.directory import Directory
from tenor.core.merchants.signin import rules, service, store
from tenor.core.merchants.signin.model import Act, Done
from tenor.core.webhooks import service as webhooks
from tenor.core.webhooks.model import Endpoint
from tenor.faces.browser import Browser
from tenor.faces.dashboard import doors, face
from tenor.faces.face import Platform
from tests.core.conftest import Trade, make_trade, trade
from tests.core.deliveries.conftest import Post, outbound, post, receiver

__all__ = ["Post", "make_trade", "outbound", "post", "receiver", "trade"]

OURS = "https://pay.example.com"
ORIGIN = {"origin": OURS}
# The secret with which the tests of deliveries sign.
SECRET = "a secret of the tests, long enough to be one"


class Developer:
    """Somebody at a browser, signed in for a merchant."""

    def __init__(self, browser: httpx.AsyncClient, trade: Trade, token: str, csrf: str) -> None:
        self.browser = browser
        self.trade = trade
        self.token = token
        self.csrf = csrf

    @property
    def cookie(self) -> dict[str, str]:
        return {"cookie": f"__Host-tenor_dashboard={self.token}"}

    async def get(self, path: str, **query: str) -> httpx.Response:
        return await self.browser.get(f"/dashboard{path}", params=query, headers=self.cookie)

    async def post(self, path: str, **fields: str) -> httpx.Response:
        form = {"csrf": self.csrf, **fields}
        return await self.browser.post(f"/dashboard{path}", data=form, headers=self.cookie | ORIGIN)

    async def endpoint(self, url: str = "https://shop.example.com/hook", *types: str) -> Endpoint:
        """An address that the operator registers."""
        async with self.trade.database.transaction() as tx:
            return await webhooks.add(tx, self.trade.merchant.id, url, types, clock.now())

    async def acts(self) -> list[Done]:
        """What was done on the merchant's pages, newest first."""
        async with self.trade.database.single_statement() as tx:
            return await store.acts(tx, self.trade.merchant.id, 100)

    async def did(self) -> list[Act]:
        """The acts alone."""
        return [one.act for one in await self.acts()]


SignIn = Callable[[Trade], Awaitable[Developer]]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "ANSWER_SECONDS", 0.0)


@pytest.fixture
def platform(database: Database, tmp_path: Path) -> Platform:
    settings = Settings(secret=SECRET, public_url=OURS)
    seal = Seal(settings.secret)
    return Platform(settings, database, seal, Directory(database, seal, "sandbox"), Files(tmp_path))


@pytest.fixture
async def browser(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on the dashboard that follows no redirect and keeps no cookie."""
    transport = httpx.ASGITransport(app=Starlette(routes=face.routes(platform)))
    async with httpx.AsyncClient(transport=transport, base_url=OURS) as client:
        yield client


@pytest.fixture
def sign_in(platform: Platform, browser: httpx.AsyncClient) -> SignIn:
    """Signs somebody in for a merchant, by a link from the operator."""

    async def sign_in(trade: Trade) -> Developer:
        now = clock.now()
        async with platform.database.transaction() as tx:
            link = await service.print_link(tx, trade.merchant.id, now)
            token = await service.enter(
                tx, platform.seal, rules.link_token(platform.seal, link.merchant_id, link.id),
                origin="192.0.2.7", agent="Browser 1", now=now,
            )  # fmt: skip
        csrf = Browser(platform.settings, platform.seal, "dashboard").form_token(token)
        return Developer(browser, trade, token, csrf)

    return sign_in


@pytest.fixture
async def developer(sign_in: SignIn, trade: Trade) -> Developer:
    """Signed in for the usual merchant."""
    return await sign_in(trade)
