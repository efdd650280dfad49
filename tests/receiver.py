"""A merchant's server as webhooks meet it: a raw socket on loopback that answers as it is told, well or badly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass(frozen=True)
class Heard:
    """A request as it came: its path, its headers in small letters, its exact bytes."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The webhook's id."""
        return self.headers["webhook-id"]


Behaviour = Callable[[Heard, asyncio.StreamWriter], Awaitable[None]]


def answering(data: bytes) -> Behaviour:
    """Always these bytes; then the connection is closed unless they are a whole answer."""

    async def answer(_: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        if data is not OK:
            writer.close()

    return answer


def status(code: int, *headers: str) -> bytes:
    """An answer of that status without a body."""
    return "\r\n".join([f"HTTP/1.1 {code} Told", *headers, "Content-Length: 0", "", ""]).encode()


@dataclass
class Receiver:
    """Listens, keeps what it heard, and behaves as set."""

    behave: Behaviour = field(default_factory=lambda: answering(OK))
    heard: list[Heard] = field(default_factory=list)
    port: int = 0
    host: str = "127.0.0.1"
    connections: int = 0
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self.host}:{self.port}/hook"

    def bodies(self) -> list[bytes]:
        """What it heard, byte for byte."""
        return [one.body for one in self.heard]

    async def has_heard(self, count: int) -> None:
        """Wait for so many requests."""
        async with self.news:
            await self.news.wait_for(lambda: len(self.heard) >= count)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, as long as it is kept."""
        self.connections += 1
        try:
            while not writer.is_closing():
                heard = await self._read(reader)
                self.heard.append(heard)
                async with self.news:
                    self.news.notify_all()
                await self.behave(heard, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # The sender has hung up, as it may.
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Heard:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        return Heard(head[0].split()[1], headers, await reader.readexactly(int(headers.get("content-length", "0"))))


@asynccontextmanager
async def listening(behave: Behaviour | None = None, host: str = "127.0.0.1") -> AsyncIterator[Receiver]:
    """A receiver on a free port."""
    receiver = Receiver(host=host) if behave is None else Receiver(behave=behave, host=host)
    server = await asyncio.start_server(receiver.serve, host, 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
