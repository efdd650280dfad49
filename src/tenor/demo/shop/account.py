"""What the shop is set up with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from tenor.demo.calls import Backd, BuildNow
from tenor.demo.inbox import Inbox

T = TypeVar("T")


@dataclass(frozen=True)
class Shop:
    """The shop's own address, Tenor's address for buyers, its two accounts there, and where its webhooks are kept.

    `public_key` is the one of the Backd account, which the buyer's browser may know.
    """

    address: str
    tenor_address: str
    public_key: str
    backd: Backd
    buildnow: BuildNow
    inbox: Inbox


async def call(function: Callable[..., T], *arguments: Any) -> T:
    """A call to Tenor's server, while the shop goes on with other visitors."""
    return await asyncio.to_thread(function, *arguments)
