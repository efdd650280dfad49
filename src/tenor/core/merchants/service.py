"""Commands on merchants and their keys."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tenor.base import clock, colours, money
from tenor.base.config import Environment
from tenor.base.database import Tx
from tenor.base.errors import Invalid, NotFound
from tenor.base.ids import new_id
from tenor.base.mailbox import is_email
from tenor.base.seal import Seal, new_secret
from tenor.core.merchants import logos, rules, store
from tenor.core.merchants.model import Credential, CredentialKind, IssuedCredential, Merchant, Programme

# How far a sandbox's clock may be ahead: beyond any schedule, and within what dates can count.
_FARTHEST = timedelta(days=3660)


async def create(
    tx: Tx,
    *,
    name: str,
    country: str,
    currency: str,
    flow: str,
    origins: Sequence[str],
    programme: Programme,
    email: str | None = None,
) -> Merchant:
    """Register a merchant. Raises `Invalid` for a name, country, currency, origin or e-mail address that is none."""
    name = name.strip()
    if not 1 <= len(name) <= 200 or not name.isprintable():
        raise Invalid.field(("name",), "must be 1 to 200 printable characters")
    if len(country) != 2 or not country.isascii() or not country.isalpha():
        raise Invalid.field(("country",), "must be two letters of ISO 3166, such as US or SA")
    merchant = Merchant(
        id=new_id(),
        name=name,
        country=country.upper(),
        currency=checked_currency(currency),
        flow=flow,
        origins=tuple(_origin(given) for given in origins),
        clock_offset=timedelta(0),
        created_at=clock.now(),
        programme=programme,
        email=None if email is None else _email(email),
    )
    await store.insert(tx, merchant)
    return merchant


def checked_currency(given: str) -> str:
    """A currency's code in capitals. Raises `Invalid` for one that ISO 4217 does not know."""
    try:
        money.places(given.upper())
    except money.MoneyError as error:
        raise Invalid.field(("currency",), str(error)) from None
    return given.upper()


def _origin(given: str) -> str:
    origin = rules.origin_of(given)
    if origin is None or given.rstrip("/").count("/") != 2 or "?" in given or "#" in given:
        raise Invalid.field(("origin",), f"{given!r} is not an origin such as https://shop.example.com")
    return origin


def _email(given: str) -> str:
    if not is_email(given.strip()):
        raise Invalid.field(("email",), f"{given!r} is not an e-mail address such as shop@example.com")
    return given.strip()


async def set_email(tx: Tx, merchant_id: UUID, email: str | None) -> str | None:
    """Send notices to a merchant there, or nowhere. Returns the address. Raises `Invalid` or `NotFound`."""
    address = None if email is None else _email(email)
    if not await store.set_email(tx, merchant_id, address):
        raise NotFound("There is no such merchant.")
    return address


async def set_look(
    tx: Tx, merchant_id: UUID, *, accent: str | None = None, logo: bytes | None = None, plain: bool = False
) -> None:
    """Set a merchant's accent colour (`#rgb` or `#rrggbb`), its logo (a PNG or JPEG file's bytes), or both.

    What is not given stays as it was; with `plain` both are taken away first. Raises `Invalid`.
    """
    colour = colours.normal(accent) if accent is not None else None
    if accent is not None and colour is None:
        raise Invalid.field(("accent",), "must be a colour such as #00aa77 or #0a7")
    picture = logos.drawn(logo) if logo is not None else None
    if plain or colour is not None:
        await store.set_accent(tx, merchant_id, colour)
    if plain or picture is not None:
        await store.set_logo(tx, merchant_id, picture)


async def issue_credential(
    tx: Tx, seal: Seal, merchant_id: UUID, kind: CredentialKind, environment: Environment
) -> IssuedCredential:
    """Make a key of 256 random bits. Only its keyed hash is kept; the secret can't be shown again."""
    identity = rules.new_credential_id(merchant_id, kind, environment, secrets.token_bytes(8))
    secret = rules.secret_prefix(kind, environment) + new_secret()
    credential = Credential(
        merchant_id=merchant_id,
        id=identity,
        kind=kind,
        environment=environment,
        secret_hash=hash_secret(seal, identity, secret),
        expires_at=None,
        revoked_at=None,
    )
    await store.insert_credential(tx, credential, clock.now())
    return IssuedCredential(id=identity, secret=secret)


def hash_secret(seal: Seal, credential_id: str, secret: str) -> bytes:
    """HMAC-SHA256 of a secret. A key of 256 random bits can't be guessed, so it needs no slow hash."""
    return seal.stamp("credential", credential_id.encode(), hashlib.sha256(secret.encode()).digest())


async def rotate(
    tx: Tx, seal: Seal, merchant_id: UUID, kind: CredentialKind, environment: Environment, overlap: timedelta
) -> IssuedCredential:
    """A new key; the merchant's other keys of that kind end after the overlap. Raises `NotFound`."""
    if await store.find(tx, merchant_id) is None:
        raise NotFound("There is no such merchant.")
    now = clock.now()
    for old in await store.credentials_of(tx, merchant_id):
        if old.kind == kind and old.usable(environment, now):
            await store.end_credential(tx, merchant_id, old.id, None if overlap else now, now + overlap)
    return await issue_credential(tx, seal, merchant_id, kind, environment)


async def revoke(tx: Tx, credential_id: str) -> None:
    """End a key at once. Raises `NotFound` for one that is unknown or was revoked before."""
    merchant_id = rules.merchant_of(credential_id)
    if merchant_id is None or not await store.end_credential(tx, merchant_id, credential_id, clock.now(), None):
        raise NotFound("There is no such key, or it was revoked before.")


async def advance_clock(tx: Tx, merchant_id: UUID, by: timedelta, environment: Environment) -> timedelta:
    """Move a sandbox merchant's clock forward. Returns how far it now is ahead. Raises `Invalid` or `NotFound`."""
    if environment != "sandbox":
        raise Invalid.field(("environment",), "only a sandbox's clock can be moved")
    if not timedelta(0) < by <= _FARTHEST:
        raise Invalid.field(("duration",), "must be positive and at most ten years; a clock never goes back")
    moved = await store.advance_clock(tx, merchant_id, by)
    if moved is None:
        raise NotFound("There is no such merchant.")
    if moved > _FARTHEST:
        raise Invalid.field(("duration",), f"would take the clock more than ten years ahead; it is {moved - by} ahead")
    return moved


async def now(tx: Tx, merchant_id: UUID) -> datetime:
    """The time on a merchant's clock, read in the transaction so that a clock just moved counts at once."""
    return clock.now(await store.clock_offset(tx, merchant_id))
