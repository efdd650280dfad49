"""The merchants' servers of bench/webhooks.py, in a process of its own: many that live, some that refuse or hang.

    python -m bench.receivers LIVE REFUSING HANGING

Prints one line of JSON with their ports. A line on standard input asks for what was heard so far; the end of it ends
the process.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import time
from collections import Counter
from typing import ClassVar

_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Live(asyncio.Protocol):
    """Takes every webhook and counts it."""

    heard: ClassVar[Counter[str]] = Counter()
    seen: ClassVar[set[bytes]] = set()
    doubled = 0
    last_at = 0.0

    def __init__(self) -> None:
        self._held = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what answers go to."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that is there whole."""
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            head = self._held[:end].lower()
            length = int(_header(head, b"content-length") or 0)
            if len(self._held) < end + 4 + length:
                return
            self._held = self._held[end + 4 + length :]
            self._take(_header(head, b"webhook-id"))

    def _take(self, webhook_id: bytes) -> None:
        assert self._transport is not None, "data comes after the connection"
        port = str(self._transport.get_extra_info("sockname")[1])
        key = port.encode() + webhook_id
        Live.doubled += key in Live.seen
        Live.seen.add(key)
        Live.heard[port] += 1
        Live.last_at = time.time()
        self._transport.write(_OK)


class Hanging(asyncio.Protocol):
    """Accepts, and never says a word."""


def _header(head: bytes, name: bytes) -> bytes:
    return head.partition(b"\r\n" + name + b": ")[2].partition(b"\r\n")[0]


async def main(live: int, refusing: int, hanging: int) -> None:
    """Listen until standard input ends."""
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(Live, "127.0.0.1", 0) for _ in range(live)]
    servers += [await loop.create_server(Hanging, "127.0.0.1", 0) for _ in range(hanging)]
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    # Bound but not listening: whoever connects is refused, and nobody else gets the port meanwhile.
    closed = [socket.socket() for _ in range(refusing)]
    for one in closed:
        one.bind(("127.0.0.1", 0))
    _say({"live": ports[:live], "hanging": ports[live:], "refusing": [one.getsockname()[1] for one in closed]})
    while await loop.run_in_executor(None, sys.stdin.readline):
        _say({"heard": sum(Live.heard.values()), "doubled": Live.doubled, "last_at": Live.last_at})


def _say(data: object) -> None:
    print(json.dumps(data), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:4])))
