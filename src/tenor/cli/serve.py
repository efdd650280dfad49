"""`tenor serve` and `tenor worker`."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
import urllib.error
import urllib.request
from typing import Annotated

import typer
import uvicorn

from tenor import app
from tenor import worker as sweeps
from tenor.base import config, logs
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
    os.environ.setdefault("TENOR_PUBLIC_URL", f"http://{_reachable(host)}:{port}")
    if no_worker:
        os.environ["TENOR_WORKER"] = "false"
    settings = config.load()
    logs.configure(settings.log_level, settings.log_format)
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


def worker() -> None:
    """Run the background worker alone."""

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
    while True:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):  # noqa: S310 - our own address
                typer.echo(f"Tenor is ready: {address}")
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
