"""The ASGI application: which face hangs where."""

from __future__ import annotations

import asyncio
import ctypes
import importlib
import multiprocessing
import os
import pkgutil
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import cache

from starlette.applications import Starlette
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from tenor import faces
from tenor.base import config, embedded, logs
from tenor.base.config import Settings
from tenor.base.database import Database
from tenor.base.requestlog import RequestLog
from tenor.base.seal import Seal
from tenor.core.credit.bureau import Bureau
from tenor.core.credit.sandbox import SandboxBureau
from tenor.core.documents.storage import Files
from tenor.core.merchants.directory import Directory
from tenor.faces.face import Dialect, Face, Platform


@cache
def all_faces() -> Sequence[Face]:
    """Every face there is: each folder under `faces/` that has one."""
    found = (importlib.import_module(f"tenor.faces.{entry.name}") for entry in pkgutil.iter_modules(faces.__path__))
    return tuple(module.face for module in found if isinstance(getattr(module, "face", None), Face))


def dialects() -> dict[str, Dialect]:
    """The wire formats by name, which is also the name of a merchant's flow."""
    return {face.name: face.dialect for face in all_faces() if face.dialect is not None}


@asynccontextmanager
async def platform(settings: Settings, database_url: str) -> AsyncIterator[Platform]:
    """Open what the faces and the worker stand on, and close it in the end."""
    database = await Database.open(database_url, settings.database_pool)
    try:
        yield build_platform(settings, database)
    finally:
        await database.close()


def build_platform(settings: Settings, database: Database) -> Platform:
    """The platform on an open database."""
    seal = Seal(settings.secret)
    return Platform(
        settings=settings,
        database=database,
        seal=seal,
        directory=Directory(database, seal, settings.environment),
        files=Files(settings.home_path / "documents"),
        dialects=dialects(),
        bureau=bureau_of(settings),
        contracts=[face.openapi for face in all_faces() if face.openapi is not None],
    )


def bureau_of(settings: Settings) -> Bureau | None:
    """The credit bureau that is asked; in production none until you bring one."""
    return SandboxBureau() if settings.environment == "sandbox" else None


def application(on: Platform) -> ASGIApp:
    """The application on a platform."""
    return RequestLog(Starlette(routes=[route for face in all_faces() for route in face.routes(on)]))


class Served:
    """What the server runs: opens the platform at the start, answers requests, sweeps beside them if so set."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._inner: ASGIApp | None = None
        self._lifespan = Router(lifespan=self._live)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
        else:
            assert self._inner is not None, "the server begins with the lifespan"
            await self._inner(scope, receive, send)

    @asynccontextmanager
    async def _live(self, _: object) -> AsyncIterator[None]:
        # Only a server sweeps: the commands, which stand on the same platform, need not load what sends and fetches.
        from tenor import worker

        with database_url(self._settings) as url:
            async with platform(self._settings, url) as on:
                self._inner = application(on)
                stop = asyncio.Event()
                sweeping = asyncio.create_task(worker.run(on, stop)) if self._settings.worker else None
                try:
                    with on.lifetime.ended_by_signals():
                        yield
                finally:
                    stop.set()
                    if sweeping is not None:
                        await sweeping


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The database's URL; without a setting, that of the embedded PostgreSQL, which runs for as long."""
    if settings.embedded:
        with embedded.running(settings.home_path) as url:
            yield url
    else:
        yield settings.database_url


def create() -> ASGIApp:
    """The factory that the server calls in each of its processes."""
    settings = config.load()
    logs.configure(settings.log_level, settings.log_format)
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        _end_with_parent(supervisor.pid)
    return Served(settings)


def _end_with_parent(parent: int | None) -> None:
    """A web process whose supervisor was killed must not keep the port from the next one."""
    if sys.platform == "linux":
        parent_death_signal = 1
        ctypes.CDLL(None, use_errno=True).prctl(parent_death_signal, signal.SIGKILL)
        if os.getppid() != parent:
            # It was killed before we could ask to be told.
            sys.exit(1)
