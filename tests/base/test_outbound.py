"""Requests to addresses that a stranger has named never lead inside, however the address is spelled."""

from __future__ import annotations

import asyncio
import ipaddress
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.base import outbound as module
from tenor.base.addresses import networks, refusal
from tenor.base.outbound import Outbound
from tests.receiver import OK, answering, listening, status

# Hosts that lead to this machine, to a private network, to a cloud's metadata, or to nobody, in every spelling that
# some program understands. None of them may be connected to.
FORBIDDEN = [
    # Loopback over IPv4.
    "127.0.0.1", "127.0.0.2", "127.255.255.254", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7F.0x0.0x0.0x1",
    "0177.0.0.1", "017700000001", "0x7f.1", "127.0.0.01", "0x7f.0.1", "127.0.0.1.", "127.0.0.0x1",
    "00000177.00000000.0.1", "localhost", "LOCALHOST", "LocalHost.", "\u2460\u2461\u2466.\u24ea.\u24ea.\u2460",
    "127\u30020\u30020\u30021", "127\uff0e0\uff0e0\uff0e1", "\uff11\uff12\uff17.0.0.1", "%31%32%37.0.0.1",
    # Unspecified.
    "0.0.0.0", "0", "0x0", "00", "0.0", "0.1.2.3", "[::]", "[0:0:0:0:0:0:0:0]",  # noqa: S104
    # Loopback over IPv6, and IPv4 within IPv6.
    "[::1]", "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]", "[::FFFF:7F00:1]", "[::127.0.0.1]", "[::7f00:1]", "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::127.0.0.1]", "[64:ff9b:1:ffff::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:7f00:0001::1]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "[2001::1]", "[2606:4700::5efe:127.0.0.1]",
    "[2606:4700::200:5efe:7f00:1]", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]",
    # Private, link-local, shared.
    "10.0.0.1", "10.1", "0xa.0.0.1", "012.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.257",
    "3232235521", "100.64.0.1", "100.127.255.254", "169.254.0.1", "[fe80::1]", "[fe80::1%25lo]", "[febf::1]",
    "[fec0::1]", "[fc00::1]", "[fd12:3456:789a::1]",
    # Metadata.
    "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "[fd00:ec2::254]",
    "100.100.100.200", "168.63.129.16", "192.0.0.192", "169.254.170.2",
    # Multicast, broadcast, reserved, documentation, benchmarking.
    "224.0.0.1", "239.255.255.250", "255.255.255.255", "240.0.0.1", "[ff02::1]", "[ff0e::1]", "192.0.2.1",
    "198.51.100.1", "203.0.113.1", "198.18.0.1", "192.88.99.1", "[2001:db8::1]", "[3fff::1]", "[100::1]",
    "[2001:2::1]", "[2001:10::1]", "[5f00::1]", "[4000::1]",
]  # fmt: skip


class Sentinel:
    """Listens wherever this machine is reached, on one port, and counts who comes."""

    def __init__(self) -> None:
        self.connections = 0
        self.port = 0

    async def come(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Somebody came."""
        self.connections += 1
        writer.close()


@pytest.fixture
async def sentinel() -> AsyncIterator[Sentinel]:
    """The sentinel, on all addresses of both families where there are both."""
    sentinel = Sentinel()
    listener = socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    sentinel.port = listener.getsockname()[1]
    server = await asyncio.start_server(sentinel.come, sock=listener)
    yield sentinel
    server.close()


@pytest.fixture
async def outbound() -> AsyncIterator[Outbound]:
    """A client to which nothing is opened."""
    async with Outbound(seconds=5) as client:
        yield client


async def test_the_sentinel_would_notice(sentinel: Sentinel) -> None:
    for address in ("127.0.0.1", "::1"):
        async with Outbound(networks("127.0.0.0/8, ::1/128"), seconds=5) as client:
            await client.post(f"http://{f'[{address}]' if ':' in address else address}:{sentinel.port}/", b"{}", {})
    assert sentinel.connections == 2


def test_there_are_more_than_sixty_spellings() -> None:
    assert len(set(FORBIDDEN)) >= 60


@pytest.mark.parametrize("host", FORBIDDEN)
async def test_no_spelling_of_a_forbidden_address_is_connected_to(
    host: str, sentinel: Sentinel, outbound: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = _watch_connects(monkeypatch)
    answer = await outbound.post(f"http://{host}:{sentinel.port}/", b"{}", {})
    assert answer.status is None
    assert answer.error is not None
    assert (sentinel.connections, tried) == (0, [])


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com@127.0.0.1:{port}/", "http://127.0.0.1:{port}#@example.com/", "//127.0.0.1:{port}/",
        "http://127.0.0.1:{port}\\@example.com/", "http:127.0.0.1:{port}", "http:/127.0.0.1:{port}",
        "ftp://127.0.0.1:{port}/", "file:///etc/passwd", "gopher://127.0.0.1:{port}/_x", "unix:///tmp/x", "", "http://",
        "http://127.0.0.1:{port}\r\nHost: example.com/", "data:text/plain,x", "ws://127.0.0.1:{port}/", "http://[::1",
        "https://127.0.0.1:{port}/", "http://a..b:{port}/", "http://" + "a" * 300 + ":{port}/", "http://127.0.0.1:99999/",
    ],
)  # fmt: skip
async def test_no_odd_url_is_connected_to_and_none_raises(url: str, sentinel: Sentinel, outbound: Outbound) -> None:
    answer = await outbound.post(url.replace("{port}", str(sentinel.port)), b"{}", {})
    assert answer.error is not None
    assert sentinel.connections == 0


def _watch_connects(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address that the loop is asked to connect to, refused before it is."""
    tried: list[Any] = []

    async def sock_connect(_: socket.socket, address: Any) -> None:
        tried.append(address)
        raise ConnectionRefusedError("nothing in these tests leaves the machine")

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", sock_connect, raising=False)
    return tried


def _resolving(monkeypatch: pytest.MonkeyPatch, answers: Sequence[Sequence[str]]) -> None:
    """A name server that gives these answers, one after the other."""
    given_so_far = iter(answers)

    def look_up(host: str, port: int, family: int) -> list[Any]:
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
            for one in next(given_so_far)
        ]

    monkeypatch.setattr(module._Resolver, "look_up", staticmethod(look_up))


async def test_a_name_that_leads_elsewhere_the_second_time_is_refused_the_second_time(
    sentinel: Sentinel, monkeypatch: pytest.MonkeyPatch
) -> None:
    _resolving(monkeypatch, [["127.0.0.2"], ["127.0.0.1"]])
    async with (
        listening(answering(status(200, "Connection: close")), host="127.0.0.2") as good,
        Outbound(networks("127.0.0.2/32"), seconds=5) as client,
    ):
        first = await client.post(f"http://rebinding.example.com:{good.port}/", b"{}", {})
        client._session.connector.clear_dns_cache()  # type: ignore[union-attr]
        second = await client.post(f"http://rebinding.example.com:{sentinel.port}/", b"{}", {})
    assert first.status == 200
    assert second.error == "the address is refused: loopback"
    assert sentinel.connections == 0


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["::1"], ["127.0.0.1", "::1"], ["10.0.0.1", "127.0.0.1", "fd00::1"]]
)
async def test_a_name_that_leads_inside_is_refused(
    addresses: list[str], sentinel: Sentinel, outbound: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    _resolving(monkeypatch, [addresses])
    answer = await outbound.post(f"http://inside.example.com:{sentinel.port}/", b"{}", {})
    assert "the address is refused" in (answer.error or "")
    assert sentinel.connections == 0


async def test_of_a_names_addresses_only_the_good_ones_are_connected_to(
    sentinel: Sentinel, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with AsyncExitStack() as stack:
        good = await stack.enter_async_context(listening(host="127.0.0.2"))
        client = await stack.enter_async_context(Outbound(networks("127.0.0.2/32"), seconds=5))
        _resolving(monkeypatch, [["127.0.0.1", "::1", "127.0.0.2"]])
        answer = await client.post(f"http://mixed.example.com:{good.port}/", b"{}", {})
    assert answer.status == 200
    assert (good.connections, sentinel.connections) == (1, 0)


async def test_a_redirect_is_not_followed_inside(sentinel: Sentinel) -> None:
    there = f"Location: http://127.0.0.1:{sentinel.port}/"
    async with (
        listening(answering(status(307, there)), host="127.0.0.2") as good,
        Outbound(networks("127.0.0.2/32"), seconds=5) as client,
    ):
        answer = await client.post(good.url, b"{}", {})
    assert (answer.status, sentinel.connections) == (307, 0)


async def test_the_environments_proxies_and_passwords_are_not_ours(
    sentinel: Sentinel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{sentinel.port}")
    (tmp_path / ".netrc").write_text("machine 127.0.0.2 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    async with listening(host="127.0.0.2") as good, Outbound(networks("127.0.0.2/32"), seconds=5) as client:
        assert (await client.post(good.url, b"{}", {})).status == 200
    assert sentinel.connections == 0
    assert "authorization" not in good.heard[0].headers


async def test_no_cookie_is_ever_sent_back() -> None:
    async with (
        listening(answering(status(200, "Set-Cookie: a=b"))) as good,
        Outbound(networks("127.0.0.0/8"), seconds=5) as client,
    ):
        for _ in range(2):
            await client.post(good.url, b"{}", {})
    assert all("cookie" not in heard.headers for heard in good.heard)


@pytest.fixture
def self_signed(tmp_path: Path) -> ssl.SSLContext:
    """A server's side of TLS with a certificate for 127.0.0.1 that nobody vouches for."""
    if shutil.which("openssl") is None:
        pytest.skip("makes its certificate with openssl")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def test_a_certificate_that_nobody_vouches_for_is_refused(self_signed: ssl.SSLContext) -> None:
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(1))
        writer.write(OK)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=self_signed)
    async with Outbound(networks("127.0.0.0/8"), seconds=5) as client:
        answer = await client.post(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/", b"{}", {})
    server.close()
    assert (answer.error, heard) == ("the certificate is not valid", [])


@given(st.ip_addresses())
def test_what_python_calls_no_global_address_is_refused(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if not address.is_global or address.is_multicast or address.is_reserved:
        assert refusal(address) is not None


@pytest.mark.parametrize("good", ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001::1"])
def test_public_addresses_are_good(good: str) -> None:
    assert refusal(ipaddress.ip_address(good)) is None


def test_an_opened_network_opens_its_own_family_only() -> None:
    opened = networks("127.0.0.0/8")
    assert refusal(ipaddress.ip_address("127.0.0.1"), opened) is None
    assert refusal(ipaddress.ip_address("::ffff:127.0.0.1"), opened) == "IPv4-mapped"
    assert refusal(ipaddress.ip_address("10.0.0.1"), opened) == "private"
