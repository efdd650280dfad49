"""Requests to addresses that a stranger has named.

Only http and https; the address is judged when the socket is made for it, after every look-up, so that no spelling
and no name server can lead inside; no redirects, no proxies, no cookies, no credentials of ours; TLS is verified;
what comes back is bounded in time and size.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from types import TracebackType
from typing import Any, Self

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType

from tenor.base.addresses import Network, refusal

SECONDS = 15
MOST_READ = 64 * 1024

# Shorter than the usual receiver keeps an idle connection, so that we seldom write into one that is being closed.
_IDLE_SECONDS = 4
# Name servers that do not answer hold a thread each for as long as a look-up takes.
_LOOK_UPS = 64
_AGENT = "Tenor-Webhooks"


class Failure(StrEnum):
    """How the words for each failure begin; details may follow."""

    REFUSED = "the address is refused"
    UNRESOLVED = "the name could not be resolved"
    CERTIFICATE = "the certificate is not valid"
    TLS = "the TLS handshake failed"
    UNCONNECTED = "could not connect"
    NO_URL = "the address is not an http or https URL"
    CLOSED = "the connection was closed before the answer was complete"
    NO_HTTP = "the answer is not HTTP"
    LATE = "no answer in time"
    ENDLESS = "the answer did not end in time"
    BROKEN_OFF = "the answer broke off"
    TOO_LONG = "the answer is longer than"
    OTHER = "the request failed"

    @classmethod
    def of(cls, words: str) -> Failure | None:
        """The failure that an answer's `error` tells of; None for words of somebody else's."""
        return next((one for one in cls if words.startswith(one)), None)


class AddressRefused(OSError):
    """The address is not one that a stranger may send us to."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back: the status and how the body begins, or the error, or both when the body did not come whole."""

    milliseconds: int
    status: int | None = None
    error: str | None = None
    body: bytes = b""
    retry_after: str | None = None


class Outbound:
    """A client with its own pool of connections. One for a process; how many requests run at once is its user's."""

    def __init__(self, allowed: Sequence[Network] = (), *, seconds: float = SECONDS) -> None:
        self._allowed = tuple(allowed)
        self._resolver = _Resolver()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,
                resolver=self._resolver,
                socket_factory=self._socket,
                keepalive_timeout=_IDLE_SECONDS,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=seconds),
            headers={"User-Agent": _AGENT, "Accept": "*/*"},
            skip_auto_headers=("Accept-Encoding",),
            auto_decompress=False,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()
        await self._resolver.close()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """POST these bytes. Whatever goes wrong is told in the answer; nothing is raised."""
        began = time.monotonic()
        try:
            status, answer, whole, retry_after = await self._post(url, body, headers)
        except TimeoutError:
            return Answer(milliseconds=_since(began), error=Failure.LATE)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Answer(milliseconds=_since(began), error=_in_words(error))
        return Answer(
            milliseconds=_since(began),
            status=status,
            error=whole,
            body=answer,
            retry_after=retry_after,
        )

    async def _post(
        self, url: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes, str | None, str | None]:
        async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
            try:
                read, problem = await _beginning(response)
            except TimeoutError:
                read, problem = b"", Failure.ENDLESS
            except (aiohttp.ClientError, OSError) as error:
                read, problem = b"", f"{Failure.BROKEN_OFF}: {_in_words(error)}"
            if problem is not None:
                response.close()
            return response.status, read, problem, response.headers.get("Retry-After")

    def _socket(self, info: AddrInfoType) -> socket.socket:
        """A socket for an address, or `AddressRefused`: this is the last look before it connects to just that one."""
        family, kind, protocol, _, where = info
        # A zone (`fe80::1%eth0`) says through which interface, and is no part of the address.
        why = refusal(ipaddress.ip_address(str(where[0]).partition("%")[0]), self._allowed)
        if why is not None:
            raise AddressRefused(f"{Failure.REFUSED}: {why}")
        return socket.socket(family, kind, protocol)


async def _beginning(response: aiohttp.ClientResponse) -> tuple[bytes, str | None]:
    """The body, or its beginning and what is wrong with the rest."""
    held = bytearray()
    async for chunk in response.content.iter_any():
        held += chunk
        if len(held) > MOST_READ:
            return bytes(held[:MOST_READ]), f"{Failure.TOO_LONG} {MOST_READ // 1024} KB"
    return bytes(held), None


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _in_words(error: Exception) -> str:
    """What went wrong, for the merchant to read: short, and without addresses of ours."""
    inner = getattr(error, "os_error", None) or error
    match error:
        case _ if isinstance(inner, AddressRefused) or Failure.REFUSED in str(inner):
            return str(inner) if isinstance(inner, AddressRefused) else Failure.REFUSED
        case aiohttp.ClientConnectorDNSError():
            return Failure.UNRESOLVED
        case aiohttp.ClientConnectorCertificateError():
            return Failure.CERTIFICATE
        case aiohttp.ClientSSLError():
            return Failure.TLS
        case aiohttp.ClientConnectorError():
            return f"{Failure.UNCONNECTED}: {(getattr(inner, 'strerror', None) or type(inner).__name__).lower()[:100]}"
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError():
            return Failure.NO_URL
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientPayloadError() | ConnectionError():
            return Failure.CLOSED
        case aiohttp.ClientResponseError():
            return Failure.NO_HTTP
    return f"{Failure.OTHER}: {type(error).__name__}"


class _Resolver(AbstractResolver):
    """The system's resolver in threads of its own: those that hang must not hold up the rest of the process."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_LOOK_UPS, thread_name_prefix="look-up")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Every address of a name."""
        loop = asyncio.get_running_loop()
        found: list[Any] = await loop.run_in_executor(self._threads, self.look_up, host, port, family)
        return [
            ResolveResult(
                hostname=host,
                host=address[0],
                port=address[1],
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, address in found
        ]

    @staticmethod
    def look_up(host: str, port: int, family: int) -> list[Any]:
        """The system's answer. Raises OSError."""
        return socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)

    async def close(self) -> None:
        """Wait for nothing: a look-up that hangs must not hold up the end."""
        self._threads.shutdown(wait=False, cancel_futures=True)
