"""`tenor serve` and `tenor worker`."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
import time
import urllib.request
from http.client import HTTPException
from types import FrameType
from typing import Annotated

import typer

from tenor import app
from tenor.base import config, logs
from tenor.base.config import ConfigError
from tenor.cli.database import prepare, with_platform
from tenor.faces.face import Platform

_GRACE_SECONDS = 30


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Web processes")] = 1,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Run no sweeps; `tenor worker` does them")] = False,
    migrate: Annotated[bool, typer.Option("--migrate", help="Run pending migrations first")] = False,
) -> None:
    """Serve the web application and, unless told otherwise, run the background worker beside it."""
    # Only this command needs the server; the others start in half the time without it.
    import uvicorn

    if not os.environ.get("TENOR_PUBLIC_URL"):
        os.environ["TENOR_PUBLIC_URL"] = f"http://{_reachable(host)}:{port}"
    if no_worker:
        os.environ["TENOR_WORKER"] = "false"
    settings = config.load()
    logs.configure(settings.log_level, settings.log_format)
    _check_free(host, port)
    # When it has finished its requests the server raises the signal again, and the database still has to be left.
    signal.signal(signal.SIGTERM, _leave)
    with app.database_url(settings) as url:
        prepare(settings, url, migrate_it=migrate)
        threading.Thread(target=_say_when_ready, args=(host, port), daemon=True).start()
        uvicorn.run(
            "tenor.app:create",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )


def _check_free(host: str, port: int) -> None:
    """Raises `ConfigError` where the address can't be listened on."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        # Python tells the address in brackets behind the reason.
        reason = (error.strerror or str(error)).partition(" (")[0].lower()
        raise ConfigError(f"--host {host} --port {port} can not be listened on: {reason}.") from None


def _leave(_: int, __: FrameType | None) -> None:
    sys.exit(0)


def worker() -> None:
    """Run the background worker alone."""
    from tenor import worker as sweeps

    async def run(on: Platform) -> None:
        stop = asyncio.Event()
        for signal_number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
        typer.echo("Tenor's worker is ready.")
        await sweeps.run(on, stop)

    with_platform(run)


def _reachable(host: str) -> str:
    """An address by which this machine reaches a server that listens on `host`."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _say_when_ready(host: str, port: int) -> None:
    address = f"http://{_reachable(host)}:{port}"
    directly = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while True:
        try:
            with directly.open(f"{address}/healthz", timeout=5):
                typer.echo(f"Tenor is ready: {address}")
                return
        except (OSError, HTTPException):
            time.sleep(0.05)
