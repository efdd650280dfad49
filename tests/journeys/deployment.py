"""A deployment of Tenor as an operator has it: settings, a home, a database, and programs that really run."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from tenor import app
from tenor.base import config
from tenor.cli.merchants import register
from tenor.core.merchants import service as merchants
from tenor.demo.calls import Backd, BuildNow, Server
from tenor.faces.face import Platform

T = TypeVar("T")

TENOR = str(Path(sys.executable).with_name("tenor"))
SHOP = "https://shop.example.com"

_PATIENCE = 60
_logs = count()


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def until(condition: Callable[[], bool], what: str, within: float = _PATIENCE) -> None:
    """Wait for something that has to come."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"after {within} seconds still not: {what}"
        time.sleep(0.02)


class Program:
    """A program that runs, in a session of its own. What it says is kept in a file."""

    def __init__(self, words: list[str], environ: Mapping[str, str], log: Path) -> None:
        self._log = log
        with log.open("wb") as file:
            self._process = subprocess.Popen(
                words, env=dict(environ), stdout=file, stderr=subprocess.STDOUT, start_new_session=True
            )
        self.pid = self._process.pid

    @property
    def said(self) -> str:
        """All that it has said so far."""
        return self._log.read_text()

    def says(self, text: str) -> None:
        """Wait until it says so."""
        until(lambda: text in self.said or self._process.poll() is not None, f"says {text!r}; it said {self.said}")
        assert text in self.said, self.said

    def send(self, signal_number: signal.Signals) -> None:
        """Send this one process a signal, and none of its children."""
        self._process.send_signal(signal_number)

    def ended(self, within: float = _PATIENCE) -> int:
        """Wait for its end; its exit status."""
        return self._process.wait(within)

    def remove(self) -> None:
        """Kill what is left of it, children included."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()


@dataclass(frozen=True)
class Deployment:
    """Settings that every command is run with. Without `database_url` the database is the embedded one."""

    home: Path
    database_url: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        """This process's environment with the deployment's settings and no others of Tenor's."""
        others = {name: value for name, value in os.environ.items() if not name.startswith("TENOR_")}
        ours = {"TENOR_HOME": str(self.home), "TENOR_DATABASE_URL": self.database_url}
        return others | ours | dict(self.settings)

    def with_settings(self, **settings: str) -> Deployment:
        """The same deployment under other settings."""
        return replace(self, settings={**self.settings, **settings})

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `tenor` to its end."""
        return subprocess.run([TENOR, *words], env=self.environ, capture_output=True, text=True, timeout=_PATIENCE)

    def succeeds(self, *words: str) -> str:
        """Run `tenor`, which must succeed; what it printed."""
        done = self.run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def answers(self, *words: str) -> Any:
        """Run `tenor`, which must succeed and print JSON."""
        return json.loads(self.succeeds(*words))

    @contextmanager
    def running(self, *words: str) -> Iterator[Program]:
        """Run `tenor` beside the block; what is left of it at the end is killed."""
        program = Program([TENOR, *words], self.environ, self.home / f"program-{next(_logs)}.log")
        try:
            yield program
        finally:
            program.remove()

    @contextmanager
    def serving(self, *words: str, port: int | None = None) -> Iterator[Served]:
        """Run `tenor serve` beside the block; it is ready when the block begins."""
        port = port or free_port()
        with self.running("serve", "--port", str(port), *words) as program:
            program.says("Tenor is ready")
            yield Served(self, program, port)

    def does(self, work: Callable[[Platform], Awaitable[T]]) -> T:
        """Do in this process what a command would do in one of its own; starting those takes most of their time."""
        settings = config.load(self.environ)

        async def run(url: str) -> T:
            async with app.platform(settings, url) as on:
                return await work(on)

        # The tests have a loop of their own in this thread.
        with app.database_url(settings) as url, ThreadPoolExecutor(1) as elsewhere:
            return elsewhere.submit(asyncio.run, run(url)).result()

    def merchant(self, flow: str = "backd", name: str = "Harbor Supply") -> dict[str, str]:
        """A new merchant of a flow with its keys, as `merchant create --json` prints them."""
        country, currency = {"backd": ("US", "USD"), "buildnow": ("SA", "SAR")}[flow]
        return self.does(lambda on: register(on, name, country, currency, [SHOP], flow))

    def advance(self, keys: Mapping[str, str], by: timedelta) -> None:
        """Let time pass on a merchant's clock, as `sandbox advance` does."""

        async def move(on: Platform) -> None:
            async with on.database.transaction() as tx:
                await merchants.advance_clock(tx, UUID(keys["merchant_id"]), by, "sandbox")

        self.does(move)


@dataclass(frozen=True)
class Served:
    """A `tenor serve` that is ready."""

    deployment: Deployment
    program: Program
    port: int

    @property
    def server(self) -> Server:
        """Its address, to be called."""
        return Server(f"http://127.0.0.1:{self.port}")

    def backd(self, keys: Mapping[str, str]) -> Backd:
        """A Backd merchant's calls on it."""
        return Backd(self.server, keys["public_key"], keys["secret_key"])

    def buildnow(self, keys: Mapping[str, str]) -> BuildNow:
        """A BuildNow partner's calls on it."""
        return BuildNow(self.server, keys["client_id"], keys["client_secret"])
