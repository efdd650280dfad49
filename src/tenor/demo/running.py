"""`tenor serve` as a child of the demo, the shop's own server, and the ports that both of them listen on."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException

import uvicorn
from starlette.types import ASGIApp

from tenor.base.config import ConfigError
from tenor.demo.calls import Server

HOST = "127.0.0.1"

_READY_WITHIN = 60
_STOPPED_WITHIN = 10


def free_port(among: Iterable[int], taken: Iterable[int] = ()) -> int | None:
    """The first port that nobody listens on."""
    return next((port for port in among if port not in set(taken) and is_free(port)), None)


def is_free(port: int) -> bool:
    """Whether nobody listens on a port of this machine."""
    try:
        with socket.create_server((HOST, port)):
            return True
    except OSError:
        return False


@contextmanager
def serving(port: int, environ: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run `tenor serve` on a port until the block is left. Raises `ConfigError` when it does not come up."""
    # In a session of its own, so that Ctrl-C reaches the demo alone and the demo stops things in order.
    child = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", _PROGRAM, "serve", "--host", HOST, "--port", str(port)],
        env=dict(environ),
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_end_with_parent,
    )
    try:
        _wait_until_ready(child, Server(f"http://{HOST}:{port}"))
        yield child
    finally:
        _stop(child)


_PROGRAM = "from tenor.cli import main; main()"


def _end_with_parent() -> None:
    """A demo that is killed must not leave its server on the port. SIGTERM lets the server leave its database."""
    if sys.platform == "linux":
        parent_death_signal = 1
        ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGTERM)


def _wait_until_ready(child: subprocess.Popen[bytes], server: Server) -> None:
    deadline = time.monotonic() + _READY_WITHIN
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise ConfigError(f"`tenor serve` ended at its start with status {child.returncode}; its words are above.")
        try:
            if server.page("/healthz").status == 200:
                return
        except (OSError, HTTPException):
            time.sleep(0.05)
    raise ConfigError(f"`tenor serve` was not ready within {_READY_WITHIN} seconds.")


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(_STOPPED_WITHIN)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def environment(**changes: str) -> dict[str, str]:
    """The child's environment: the demo's own. Unless it says otherwise, quiet, and with webhooks to this machine."""
    usual = {"TENOR_LOG_LEVEL": "warning", "TENOR_WEBHOOK_ALLOW": "127.0.0.0/8"}
    return {**usual, **{name: value for name, value in os.environ.items() if value or name not in usual}, **changes}


def web_server(application: ASGIApp, port: int) -> uvicorn.Server:
    """The shop's server, which is not running yet."""
    return uvicorn.Server(
        uvicorn.Config(application, host=HOST, port=port, log_level="warning", timeout_graceful_shutdown=1)
    )


@contextmanager
def beside(web: uvicorn.Server) -> Iterator[None]:
    """Run a server in a thread until the block is left. Raises `ConfigError` when it does not come up."""
    thread = threading.Thread(target=web.run, daemon=True)
    thread.start()
    while not web.started:
        if not thread.is_alive():
            raise ConfigError("The demo's shop did not come up; its words are above.")
        time.sleep(0.02)
    try:
        yield
    finally:
        web.should_exit = True
        thread.join()
