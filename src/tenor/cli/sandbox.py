"""`tenor sandbox`: what only a sandbox can do."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import msgspec
import typer

from tenor.base import clock
from tenor.base.errors import Invalid
from tenor.cli.database import with_platform
from tenor.cli.merchants import named
from tenor.core.merchants import service
from tenor.faces.face import Platform

sandbox = typer.Typer(no_args_is_help=True, help="What only a sandbox can do.")


@sandbox.callback()
def _group() -> None:
    """Keep `advance` a sub-command although it is the only one."""


@sandbox.command()
def advance(
    merchant: Annotated[str, typer.Argument(help="Id or name of the merchant")],
    duration: Annotated[str, typer.Argument(help="How far, as ISO 8601 writes it: P3D, PT12H, P1DT6H")],
) -> None:
    """Move a merchant's clock forward. What falls due in between is done by the next sweeps."""
    by = parse_duration(duration)

    async def run(on: Platform) -> tuple[str, timedelta]:
        async with on.database.transaction() as tx:
            holder = await named(tx, merchant)
            return holder.name, await service.advance_clock(tx, holder.id, by, on.settings.environment)

    name, offset = with_platform(run)
    typer.echo(f"It is now {clock.now(offset):%Y-%m-%d %H:%M:%S} UTC for {name}.")


def parse_duration(text: str) -> timedelta:
    """An ISO 8601 duration of days, hours, minutes and seconds. Raises `Invalid`; a month has no fixed length."""
    try:
        return msgspec.convert(text.upper(), timedelta)
    except msgspec.ValidationError:
        raise Invalid.field(("duration",), f"{text!r} is not a duration such as P3D or PT12H") from None
