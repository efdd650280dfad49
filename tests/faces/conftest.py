"""What every face's tests stand on: a platform on the run's database, and a server that really listens."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn

from tenor import app
from tenor.base.config import Settings
from tenor.base.database import Database
from tenor.faces.face import Platform

PUBLIC_URL = "https://pay.example.com"
SECRET = "a secret of the tests, long enough to be one"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """A sandbox with a home of its own."""
    return Settings(database_url=database_url, home=str(tmp_path), public_url=PUBLIC_URL, secret=SECRET, worker=False)


@pytest.fixture
def platform(settings: Settings, pool: Database) -> Platform:
    """The platform on the run's database. Each test brings merchants and buyers of its own, so nothing is emptied."""
    return app.build_platform(settings, pool)


@dataclass(frozen=True)
class Live:
    """A server that listens on loopback, in a thread and with a loop of its own, on the run's database."""

    url: str
    port: int
    home: Path


@pytest.fixture(scope="session")
async def live(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Live]:
    """The whole application behind real sockets. It knows the keys that are made on `platform`."""
    home = tmp_path_factory.mktemp("live")
    settings = Settings(database_url=database_url, home=str(home), public_url=PUBLIC_URL, secret=SECRET, worker=False)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app.Served(settings), log_level="critical", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    give_up = time.monotonic() + 30
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < give_up, "the server did not start in 30 seconds"
        await asyncio.sleep(0.01)
    port = listener.getsockname()[1]
    yield Live(f"http://127.0.0.1:{port}", port, home)
    server.should_exit = True
    await asyncio.to_thread(thread.join, 30)
    assert not thread.is_alive(), "the server did not stop"
