"""What is measured: an empty database, merchants in it, and `tenor serve` as an operator starts it."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import msgspec

from tenor.base import embedded, migrations

_TENOR = Path(sys.executable).with_name("tenor")
_START_SECONDS = 60
_STOP_SECONDS = 40


class BenchError(RuntimeError):
    """The measurement can not be made, or what it measured is worth nothing. The message says why."""


class Keys(msgspec.Struct, frozen=True):
    """A merchant as `tenor merchant create --json` prints it, as far as we use it."""

    merchant_id: str
    public_key: str
    secret_key: str


class Postgres(msgspec.Struct, frozen=True):
    """The PostgreSQL under the measurement; `process` is its postmaster, where that runs on this machine."""

    version: str
    fsync: str
    synchronous_commit: str
    process: int | None


class Served(msgspec.Struct, frozen=True):
    """A running `tenor serve`."""

    url: str
    process: int


@contextmanager
def database(scratch: Path) -> Iterator[str]:
    """The URL of a new database with Tenor's schema, dropped in the end.

    It is made on the server of TENOR_DATABASE_URL, whose own database is not touched, or on an embedded one below
    `scratch`.
    """
    with _server(scratch) as server:
        name = f"tenor_bench_{secrets.token_hex(4)}"
        asyncio.run(_execute(server, f"CREATE DATABASE {name}"))
        try:
            url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
            migrations.upgrade(url)
            yield url
        finally:
            # Not WITH (FORCE): that is refused to us while autovacuum is at work there, where a plain one ends it.
            asyncio.run(_execute(server, f"DROP DATABASE {name}"))


@contextmanager
def _server(scratch: Path) -> Iterator[str]:
    if given := os.environ.get("TENOR_DATABASE_URL"):
        yield given
    else:
        with embedded.running(scratch / "home") as url:
            yield url


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def durable_postgres(url: str) -> Postgres:
    """What PostgreSQL runs there. Raises `BenchError` where a commit would not survive a power cut."""
    postgres = asyncio.run(_look_at(url))
    for setting in ("fsync", "synchronous_commit"):
        if getattr(postgres, setting) != "on":
            raise BenchError(f"{setting} is {getattr(postgres, setting)}: this would not measure durable orders.")
    return postgres


async def _look_at(url: str) -> Postgres:
    connection = await asyncpg.connect(url)
    try:
        row = await connection.fetchrow(
            """
            SELECT current_setting('server_version'), current_setting('fsync'), current_setting('synchronous_commit'),
                   pg_backend_pid()
            """
        )
        assert row is not None, "a SELECT without FROM has one row"
        return Postgres(row[0], row[1], row[2], _parent_of_postgres(row[3]))
    finally:
        await connection.close()


def _parent_of_postgres(backend: int) -> int | None:
    """The postmaster of a backend, or None where no such process of PostgreSQL is to be seen on this machine."""
    try:
        name, _, rest = Path(f"/proc/{backend}/stat").read_text().partition("(")[2].rpartition(")")
    except OSError:
        return None
    return int(rest.split()[1]) if name == "postgres" else None


def orders_of(url: str, merchant: Keys) -> int:
    """How many orders of a merchant the database holds."""
    return asyncio.run(_count_orders(url, merchant))


async def _count_orders(url: str, merchant: Keys) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(
            await connection.fetchval("SELECT count(*) FROM orders WHERE merchant_id = $1", merchant.merchant_id)
        )
    finally:
        await connection.close()


def new_merchant(environment: dict[str, str], name: str) -> Keys:
    """A merchant with its keys, made as an operator makes one."""
    words = [str(_TENOR), "merchant", "create", "--name", name, "--country", "US", "--currency", "USD", "--json"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise BenchError(f"`tenor merchant create` failed: {done.stderr.strip()}")
    return msgspec.json.decode(done.stdout, type=Keys)


@contextmanager
def serving(environment: dict[str, str], workers: int, log: Path) -> Iterator[Served]:
    """`tenor serve` with that many web processes, each with its background worker, until the block is left."""
    port = _free_port()
    words = [str(_TENOR), "serve", "--port", str(port), "--workers", str(workers)]
    with log.open("wb") as output:
        # In a session of its own, Ctrl-C reaches only us, and whatever is left in the end can be killed as a group.
        server = subprocess.Popen(
            words, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(server, url, log)
        yield Served(url, server.pid)
    finally:
        _stop(server)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise BenchError(f"`tenor serve` ended at its start:\n{log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise BenchError(f"`tenor serve` was not ready after {_START_SECONDS} s:\n{log.read_text()[-2000:]}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
