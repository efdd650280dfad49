"""Waiting for the events of one order, one after the other, as the shop receives them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tenor.demo.catalogue import Dialect
from tenor.demo.inbox import Arrival, Inbox

_WITHIN_SECONDS = 20


class NotHeard(Exception):
    """An event is missing, doubled, out of order or not signed. The message says which."""


@dataclass
class Hearing:
    """What the shop hears of an order. `say` is told of each event once it is there."""

    inbox: Inbox
    dialect: Dialect
    reference: str
    say: Callable[[str], None]
    heard: list[str] = field(default_factory=list)

    def expect(self, *types: str) -> None:
        """Wait for the next events, in this order. Raises `NotHeard`."""
        for event_type in types:
            self.heard.append(event_type)
            self.say(f"      the shop hears {_in_words(self._next(event_type))}")

    def _next(self, expected: str) -> Arrival:
        deadline = time.monotonic() + _WITHIN_SECONDS
        while len(arrivals := self._arrivals()) < len(self.heard):
            if time.monotonic() > deadline:
                raise NotHeard(
                    f"the shop has not received {expected} after {_WITHIN_SECONDS} seconds;"
                    " TENOR_WEBHOOK_ALLOW has to open 127.0.0.0/8, where the shop listens"
                )
            time.sleep(0.02)
        arrival = arrivals[len(self.heard) - 1]
        if arrival.type != expected:
            raise NotHeard(f"the shop received {arrival.type} instead of {expected}")
        return arrival

    def expect_no_more(self) -> None:
        """Look back at the whole of it: nothing more, nothing twice, none left out. Raises `NotHeard`."""
        arrivals = self._arrivals()
        if [one.type for one in arrivals] != self.heard:
            raise NotHeard(f"the shop received {', '.join(one.type for one in arrivals)}")
        if doubled := [one.type for one in arrivals if one.times > 1]:
            raise NotHeard(f"the shop received {', '.join(doubled)} more than once")
        numbers = [one.number for one in arrivals if one.number is not None]
        if numbers and numbers != list(range(1, len(arrivals) + 1)):
            raise NotHeard(f"the events' numbers are {numbers}")

    def _arrivals(self) -> tuple[Arrival, ...]:
        arrivals = self.inbox.of(self.dialect, self.reference)
        if unsigned := [one.type for one in arrivals if not one.verified]:
            raise NotHeard(f"the signature of {', '.join(unsigned)} is wrong")
        return arrivals


def _in_words(arrival: Arrival) -> str:
    number = f"no. {arrival.number} " if arrival.number is not None else ""
    return f"{number}{arrival.type}, signature checked"
