"""`tenor demo`: everything at once, with two sandbox merchants."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
import uvicorn

from tenor import app
from tenor.base import config, logs
from tenor.base.config import ConfigError, Settings
from tenor.cli import ledger, merchants, sandbox
from tenor.cli.database import prepare
from tenor.demo import cast, printed, running, seeding, subscribing
from tenor.demo.calls import Backd, BuildNow, Reply, Server
from tenor.demo.cast import Officer
from tenor.demo.catalogue import Dialect
from tenor.demo.inbox import Inbox
from tenor.demo.running import HOST
from tenor.demo.seeding import Seeded
from tenor.demo.shop import Shop, application
from tenor.demo.walk import Walk, WalkFailed, in_short
from tenor.post import transport

# So many ports are the shop's: it moves on when one is taken, and a merchant's origins have to name it.
_SHOP_PORTS = 8
_PORTS_TRIED = 100
# What shells say of a program that Ctrl-C ended: a walk that was broken off has not come out well.
_INTERRUPTED = 130


def demo(
    walk: Annotated[
        bool, typer.Option("--walk", help="Live the whole life of an order in both dialects, then end")
    ] = False,
    port: Annotated[int, typer.Option(min=1, max=65000, help="Port of Tenor; the next free one if it is taken")] = 8000,
) -> None:
    """Start everything with two sandbox merchants and print what to try."""
    # Like Ctrl-C, so that everything is stopped in order.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = config.load()
    if settings.environment != "sandbox":
        raise ConfigError("TENOR_ENVIRONMENT is production; the demo makes merchants and runs in a sandbox only.")
    logs.configure(settings.log_level, settings.log_format)
    try:
        with app.database_url(settings) as url:
            prepare(settings, url, migrate_it=True)
            _run(asyncio.run(_set_up(settings, url, port)), settings, walk)
    except KeyboardInterrupt:
        typer.echo("Stopped.")
        raise typer.Exit(_INTERRUPTED if walk else 0) from None


@dataclass(frozen=True)
class SetUp:
    """Where Tenor and the shop will listen, the merchants, what signs for the shop, the people at the desk, and a link
    to each merchant's own pages.
    """

    port: int
    shop_address: str
    seeded: Mapping[str, Seeded]
    secrets: Mapping[Dialect, str]
    officers: Sequence[Officer]
    own_pages: Mapping[str, str]

    @property
    def address(self) -> str:
        """Tenor's address on this machine."""
        return f"http://{HOST}:{self.port}"


async def _set_up(settings: Settings, url: str, wanted: int) -> SetUp:
    origins = [f"http://{HOST}:{wanted + step}" for step in range(1, _SHOP_PORTS + 1)]
    async with app.platform(settings, url) as on:
        seeded = await seeding.seed(on, settings.home_path, origins)
        port = running.free_port(range(wanted, wanted + _PORTS_TRIED))
        if port is None:
            raise ConfigError(f"--port is wrong: {wanted} and the {_PORTS_TRIED} ports after it are taken.")
        if port != wanted:
            typer.echo(f"Port {wanted} is taken; Tenor takes {port}.")
        shop_address = _shop_address(seeded, port)
        secrets = await subscribing.subscribe(on, seeded, shop_address, running.is_free)
        officers = await cast.officers(on)
        public_url = os.environ.get("TENOR_PUBLIC_URL") or f"http://{HOST}:{port}"
        async with on.database.transaction() as tx:
            own_pages = {
                one.merchant.name: await merchants.link_to(on, tx, one.merchant.id, public_url)
                for one in seeded.values()
            }
    return SetUp(port, shop_address, seeded, secrets, officers, own_pages)


def _run(set_up: SetUp, settings: Settings, walk: bool) -> None:
    # The walk never leaves this machine, whatever address the links of this deployment begin with, nor does its mail.
    changes = {"TENOR_PUBLIC_URL": set_up.address, "TENOR_SMTP_URL": ""} if walk else {}
    with running.serving(set_up.port, running.environment(**changes)) as child:
        if walk:
            _walk(set_up, transport.folder(settings))
        else:
            _keep_shop(set_up, child)


def _walk(set_up: SetUp, letters: Path) -> None:
    server = Server(set_up.address, _tell_each_once())
    merchant_id = str(set_up.seeded["backd"].merchant.id)
    shop = _shop(set_up, set_up.address)

    def advance(by: timedelta) -> None:
        duration = f"PT{int(by.total_seconds())}S"
        typer.echo(f"  tenor sandbox advance {merchant_id} {duration}\n      ", nl=False)
        sandbox.advance(merchant_id, duration)

    life = Walk(
        server=server,
        backd=_backd(server, set_up.seeded),
        buildnow=_buildnow(server, set_up.seeded),
        shop_address=set_up.shop_address,
        inbox=shop.inbox,
        letters=letters,
        advance=advance,
        say=typer.echo,
    )
    try:
        with running.beside(_web(shop)):
            life.backd_life()
            life.buildnow_life()
            life.outcomes()
    except WalkFailed as failure:
        typer.echo(f"\nThe walk stopped at {failure}", err=True)
        raise typer.Exit(1) from None
    typer.echo("\nThe books")
    ledger.balances()
    ledger.check()


def _tell_each_once() -> Callable[[str, str, Reply], None]:
    """Print calls in short; one that asks again and hears the same is not printed again."""
    last = ""

    def tell(method: str, path: str, reply: Reply) -> None:
        nonlocal last
        text = in_short(method, path, reply)
        if text != last:
            typer.echo(text)
        last = text

    return tell


def _backd(server: Server, seeded: Mapping[str, Seeded]) -> Backd:
    return Backd(server, seeded["backd"].key.id, seeded["backd"].key.secret)


def _buildnow(server: Server, seeded: Mapping[str, Seeded]) -> BuildNow:
    return BuildNow(server, seeded["buildnow"].key.id, seeded["buildnow"].key.secret)


def _shop(set_up: SetUp, tenor_address: str) -> Shop:
    server = Server(set_up.address)
    return Shop(
        address=set_up.shop_address,
        tenor_address=tenor_address,
        public_key=set_up.seeded["backd"].key.id,
        backd=_backd(server, set_up.seeded),
        buildnow=_buildnow(server, set_up.seeded),
        inbox=Inbox(set_up.secrets),
    )


def _web(shop: Shop) -> uvicorn.Server:
    return running.web_server(application(shop), urlsplit(shop.address).port or 80)


def _keep_shop(set_up: SetUp, child: subprocess.Popen[bytes]) -> None:
    # Where the links of the server lead, and so the shop's visitors.
    web = _web(_shop(set_up, os.environ.get("TENOR_PUBLIC_URL") or set_up.address))
    threading.Thread(target=_end_with, args=(child, web), daemon=True).start()
    to_try = printed.what_to_try(set_up.address, set_up.shop_address, set_up.seeded, set_up.officers, set_up.own_pages)
    threading.Thread(target=_say_when_open, args=(web, to_try), daemon=True).start()
    web.run()
    if child.poll() is not None:
        raise ConfigError(f"`tenor serve` has ended with status {child.returncode}, so the demo ends too.")


def _shop_address(seeded: Mapping[str, Seeded], taken: int) -> str:
    """The first of the merchants' origins on this machine whose port is free."""
    ours = [one for one in seeded["backd"].merchant.origins if one in seeded["buildnow"].merchant.origins]
    ports = [int(one.rpartition(":")[2]) for one in ours if one.startswith(f"http://{HOST}:")]
    free = running.free_port(ports, taken={taken})
    if free is None:
        raise ConfigError(f"The demo shop's ports are all taken: {', '.join(map(str, ports))}. Free one of them.")
    return f"http://{HOST}:{free}"


def _say_when_open(web: uvicorn.Server, text: str) -> None:
    while not web.started:
        time.sleep(0.02)
    typer.echo(text)


def _end_with(child: subprocess.Popen[bytes], web: uvicorn.Server) -> None:
    child.wait()
    web.should_exit = True
