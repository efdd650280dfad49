"""Pure rules of merchants: their origins, and what a credential looks like."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit
from uuid import UUID

from tenor.base import seal
from tenor.base.config import Environment
from tenor.core.merchants.model import CredentialKind

_PREFIX: dict[tuple[CredentialKind, Environment], tuple[str, str]] = {
    ("api_key", "sandbox"): ("pk_test_", "sk_test_"),
    ("api_key", "production"): ("pk_live_", "sk_live_"),
    ("oauth_client", "sandbox"): ("client_test_", "secret_test_"),
    ("oauth_client", "production"): ("client_live_", "secret_live_"),
}


def new_credential_id(merchant_id: UUID, kind: CredentialKind, environment: Environment, random: bytes) -> str:
    """A public key or client id. It carries the merchant's id, so that a look-up reads that merchant's rows alone."""
    return _PREFIX[kind, environment][0] + seal.to_text(merchant_id.bytes + random)


def secret_prefix(kind: CredentialKind, environment: Environment) -> str:
    """How a secret of this kind begins, so that people and scanners recognise one that got out."""
    return _PREFIX[kind, environment][1]


def merchant_of(credential_id: str) -> UUID | None:
    """The merchant whose id a credential's id carries; None for what was never issued by us."""
    for public, _ in _PREFIX.values():
        if credential_id.startswith(public):
            try:
                return UUID(bytes=seal.from_text(credential_id.removeprefix(public))[:16])
            except ValueError:
                return None
    return None


@lru_cache(maxsize=4096)
def origin_of(url: str) -> str | None:
    """The origin (RFC 6454: scheme, host, port where it is not the scheme's own) of an http(s) URL, or None.

    URLs that carry a user name, a control character or a blank, or whose host or port is no host or port, have
    none: they are read differently by different programs.
    """
    if not url.isprintable() or any(mark in url for mark in ' \\"<>^`{|}'):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
        host = _ascii_host(parts.hostname or "")
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in ("http", "https") or parts.username is not None or not _is_host(host):
        return None
    if ":" in host:
        host = f"[{host}]"
    standard = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, standard) else "")


def _ascii_host(host: str) -> str:
    """A host as it is looked up. Raises UnicodeError for a spelling that becomes another name on the way, such as
    `straße`, which some programs look up as `strasse` and others do not.
    """
    if host.isascii():
        return host
    looked_up = host.encode("idna")
    if looked_up.decode("idna") != host:
        raise UnicodeError("the host is not in its own normal form")
    return looked_up.decode()


def _is_host(host: str) -> bool:
    if ":" in host:
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            return False
        return True
    labels = host.removesuffix(".").split(".")
    return len(host) <= 253 and all(
        0 < len(label) <= 63 and all(c.isalnum() or c in "-_" for c in label) for label in labels
    )


def allows(origins: Iterable[str], url: str) -> bool:
    """Whether a return URL leads to one of the merchant's origins.

    A merchant that registered none is not held to any: an unset list is not an empty one.
    """
    origin = origin_of(url)
    origins = tuple(origins)
    return origin is not None and (not origins or origin in origins)
