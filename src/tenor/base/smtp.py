"""The mail server and the sender that the settings name. Pure: nothing connects here."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from email.headerregistry import Address, HeaderRegistry
from typing import Any
from urllib.parse import unquote, urlsplit

_PORTS = {"smtp": 587, "smtps": 465}
_EXPECTED = "expected smtp://user:password@mail.example.com:587 or smtps://, user and password percent-encoded"


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in.

    `tls` is TLS from the first byte (smtps). Otherwise the connection is upgraded by STARTTLS where the server offers
    it, and must be where there is a password to keep.
    """

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def needs_upgrade(self) -> bool:
        """Whether STARTTLS is required: a password travels over no network in the clear."""
        return not self.tls and self.user is not None and not is_loopback(self.host)


def server_of(url: str) -> MailServer:
    """The server that an URL names: `smtp://user:password@mail.example.com:587`, or `smtps://`.

    User and password are percent-encoded. Raises ValueError, whose message repeats nothing of the URL.
    """
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError:
        # What Python says repeats a part of the URL, which may be one of a password that is not percent-encoded.
        raise ValueError(_EXPECTED) from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(_EXPECTED)
    if bool(parts.username) != bool(parts.password):
        raise ValueError("expected both a user and a password, or neither")
    return MailServer(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        tls=parts.scheme == "smtps",
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def sender_of(text: str) -> Address:
    """The one sender that a text names: `pay@example.com` or `Example Pay <pay@example.com>`. Raises ValueError."""
    if not text.isprintable():
        raise ValueError("expected one line")
    header: Any = HeaderRegistry()("From", text)
    addresses: tuple[Address, ...] = header.addresses
    if header.defects or len(addresses) != 1:
        raise ValueError("expected an address such as Example Pay <pay@example.com>")
    (address,) = addresses
    if not address.username or "." not in address.domain.strip(".") or not address.addr_spec.isascii():
        raise ValueError("expected an address such as Example Pay <pay@example.com>")
    return address


def is_loopback(host: str) -> bool:
    """Whether a host's name or number means this machine itself."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"
