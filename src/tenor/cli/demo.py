"""`tenor demo`: everything at once, with two sandbox merchants."""

from __future__ import annotations

from typing import Annotated

import typer


def demo(
    walk: Annotated[
        bool, typer.Option("--walk", help="Live the whole life of an order in both dialects, then end")
    ] = False,
) -> None:
    """Start everything with two sandbox merchants and print what to try."""
    raise NotImplementedError(walk)
