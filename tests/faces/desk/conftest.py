"""The desk on an empty database, members of every role, and an order with all that a page can show."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from tenor.base import clock
from tenor.base.config import Settings
from tenor.base.database import Database
from tenor.base.ids import new_id
from tenor.base.seal import Seal
from tenor.core.documents.storage import Files
from tenor.core.merchants.directory import Directory
from tenor.core.staff import service, store
from tenor.core.staff.model import OPERATOR, Entry, Role, Staff
from tenor.faces.browser import Browser
from tenor.faces.desk import face
from tenor.faces.face import Platform
from tests.core.conftest import make_trade, trade

__all__ = ["make_trade", "trade"]

DESK = "https://pay.example.com"


class Clerk:
    """Somebody at a browser, signed in as a member of staff."""

    def __init__(self, browser: httpx.AsyncClient, staff: Staff, token: str, csrf: str) -> None:
        self.browser = browser
        self.staff = staff
        self.token = token
        self.csrf = csrf

    async def get(self, path: str, **query: str) -> httpx.Response:
        return await self.browser.get(f"/desk{path}", params=query, headers=self.cookie)

    async def post(self, path: str, **fields: str) -> httpx.Response:
        headers = {**self.cookie, "origin": DESK}
        return await self.browser.post(f"/desk{path}", data={"csrf": self.csrf, **fields}, headers=headers)

    @property
    def cookie(self) -> dict[str, str]:
        return {"cookie": f"__Host-tenor_desk={self.token}"}


Hire = Callable[..., Awaitable[Clerk]]


@pytest.fixture
def platform(database: Database, tmp_path: Path) -> Platform:
    settings = Settings(secret="s" * 32, public_url=DESK)
    seal = Seal(settings.secret)
    return Platform(settings, database, seal, Directory(database, seal, "sandbox"), Files(tmp_path))


@pytest.fixture
async def browser(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on the desk that follows no redirect."""
    transport = httpx.ASGITransport(app=Starlette(routes=face.routes(platform)))
    async with httpx.AsyncClient(transport=transport, base_url=DESK) as client:
        yield client


@pytest.fixture
def hire(platform: Platform, browser: httpx.AsyncClient) -> Hire:
    """Makes a member of a role, signed in."""

    async def hire(role: Role = Role.ADMIN, name: str = "Noor", email: str | None = None) -> Clerk:
        now = clock.now()
        async with platform.database.transaction() as tx:
            staff, _ = await service.create(
                tx,
                platform.seal,
                OPERATOR,
                name=name,
                email=email or f"{new_id()}@staff.example.com",
                role=role,
                now=now,
            )
            token = await service.begin_session(tx, platform.seal, staff, "192.0.2.7", "Browser 1", now)
        return Clerk(browser, staff, token, Browser(platform.settings, platform.seal, "desk").form_token(token))

    return hire


@pytest.fixture
def audited(platform: Platform) -> Callable[[], Awaitable[list[Entry]]]:
    """The audit log, newest first."""

    async def audited() -> list[Entry]:
        async with platform.database.single_statement() as tx:
            return await store.audit(tx, 100)

    return audited
