"""How the command line shows a delivery, be it an event or a letter, and each try to send it."""

from __future__ import annotations

from typing import Any

import typer

from tenor.cli.merchants import print_json
from tenor.core.dispatch.model import Attempt


def described(one: Attempt) -> dict[str, Any]:
    """What came of one try."""
    return {
        "number": one.number,
        "started_at": one.started_at,
        "milliseconds": one.milliseconds,
        "status": one.status,
        "error": one.error,
        "answer": text(one.answer),
    }


def text(data: bytes | None) -> str | None:
    """Somebody else's bytes, for people to read."""
    return None if data is None else data.decode(errors="replace")


def print_fields(data: dict[str, Any], as_json: bool, *, listed: str = "") -> None:
    """JSON for programs; for people a field a line and, below, a line for each of what is `listed`."""
    if as_json:
        print_json(data)
        return
    for field, value in data.items():
        if field != listed:
            typer.echo(f"{field:14} {value}")
    for one in data.get(listed, []):
        typer.echo("  " + "  ".join(str(value) for value in one.values() if value is not None))
