"""The events that the shop has received, as long as it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from tenor.demo.catalogue import Dialect
from tenor.demo.signature import verify

_KEPT = 500


@dataclass(frozen=True)
class Arrival:
    """A webhook as it arrived. `place` counts the shop's webhooks from 1, `number` the events of one order.

    `reference` is the shop's own number of the order. `times` says how often it came; what the shop does about an
    event it does at the first time only. What is not `verified` may come from anybody, and nothing is done about it.
    """

    place: int
    dialect: Dialect
    webhook_id: str
    type: str
    reference: str
    number: int | None
    verified: bool
    body: bytes
    arrived_at: datetime
    times: int = 1


class Inbox:
    """Takes webhooks in and shows them. The latest are kept, in memory alone.

    `secrets` are the signing secrets by dialect. Events are taken in by one event loop; any thread may look.
    """

    def __init__(self, secrets: Mapping[Dialect, str]) -> None:
        self._secrets = secrets
        self._arrivals: tuple[Arrival, ...] = ()
        self._news = asyncio.Event()
        self.version = 0

    def take(self, dialect: Dialect, headers: Mapping[str, str], body: bytes, now: datetime) -> Arrival:
        """Note a webhook. One that came before under the same id is counted and not noted again."""
        verified = verify(self._secrets[dialect], headers, body)
        webhook_id = headers.get("webhook-id", "")
        before = self._same(dialect, webhook_id) if verified else None
        if before is not None:
            arrival = replace(before, times=before.times + 1)
            self._arrivals = tuple(arrival if one is before else one for one in self._arrivals)
        else:
            arrival = Arrival(
                place=self._arrivals[-1].place + 1 if self._arrivals else 1,
                dialect=dialect,
                webhook_id=webhook_id,
                verified=verified,
                body=body,
                arrived_at=now,
                **_told(dialect, body),
            )
            self._arrivals = (*self._arrivals[-_KEPT + 1 :], arrival)
        self.version += 1
        self._news.set()
        self._news = asyncio.Event()
        return arrival

    def _same(self, dialect: Dialect, webhook_id: str) -> Arrival | None:
        ours = (one for one in self._arrivals if one.verified and one.dialect == dialect)
        return next((one for one in ours if one.webhook_id == webhook_id), None)

    def all(self) -> tuple[Arrival, ...]:
        """Every event that is kept, in the order of their arrival."""
        return self._arrivals

    def of(self, dialect: Dialect, reference: str) -> tuple[Arrival, ...]:
        """The events of one order, in the order of their arrival."""
        return tuple(one for one in self._arrivals if (one.dialect, one.reference) == (dialect, reference))

    async def wait(self, version: int, seconds: float) -> int:
        """Wait until there is more than a version knows, at most so long; the version there is then."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.version == version:
                    await self._news.wait()
        return self.version


def _told(dialect: Dialect, body: bytes) -> dict[str, Any]:
    """What an event says of itself, in its dialect's words. What is no event says nothing."""
    try:
        event = msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError:
        event = {}
    if dialect == "buildnow":
        return {
            "type": _text(event.get("event_type")),
            "reference": _text(event.get("partner_order_reference")),
            "number": None,
        }
    data, number = event.get("data"), event.get("number")
    return {
        "type": _text(event.get("type")),
        "reference": _text(data.get("reference")) if isinstance(data, dict) else "",
        "number": number if isinstance(number, int) else None,
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
