"""The demo's two merchants and the keys it calls with.

Only hashes of secrets are kept in the database, so the demo keeps its own two in a private file and uses them as
long as they open something: a call that was pasted yesterday still works today.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec

from tenor.base.database import Tx
from tenor.base.errors import Unauthenticated
from tenor.core.merchants import service, store
from tenor.core.merchants.model import CredentialKind, IssuedCredential, Merchant
from tenor.faces.face import Platform


@dataclass(frozen=True)
class Wanted:
    """A merchant that the demo needs, and the kind of key that it calls with."""

    flow: str
    name: str
    country: str
    currency: str
    key: CredentialKind


WANTED = (
    Wanted("backd", "Harbor Supply (demo)", "US", "USD", "api_key"),
    Wanted("buildnow", "Najd Building Materials (demo)", "SA", "SAR", "oauth_client"),
)


class Seeded(msgspec.Struct, frozen=True, kw_only=True):
    """A merchant of the demo with its key in the clear."""

    merchant: Merchant
    key: IssuedCredential


async def seed(on: Platform, home: Path, origins: Sequence[str]) -> dict[str, Seeded]:
    """Both merchants by flow, made at the first start only; `origins` are a new one's.

    The keys are kept in `home`/demo.json, which only its owner may read.
    """
    keys_file = home / "demo.json"
    with _alone(home / "demo.lock"):
        kept = _read(keys_file)
        seeded = {one.flow: await _seed_one(on, one, origins, kept.get(one.flow)) for one in WANTED}
        _write(keys_file, {flow: one.key for flow, one in seeded.items()})
    return seeded


async def _seed_one(on: Platform, wanted: Wanted, origins: Sequence[str], kept: IssuedCredential | None) -> Seeded:
    async with on.database.transaction() as tx:
        merchant = await _find(tx, wanted) or await service.create(
            tx,
            name=wanted.name,
            country=wanted.country,
            currency=wanted.currency,
            flow=wanted.flow,
            origins=origins,
            programme=on.dialects[wanted.flow].programme(wanted.currency),
        )
    if kept is not None and await _opens(on, wanted, merchant, kept):
        return Seeded(merchant=merchant, key=kept)
    async with on.database.transaction() as tx:
        key = await service.rotate(tx, on.seal, merchant.id, wanted.key, "sandbox", timedelta(0))
    return Seeded(merchant=merchant, key=key)


async def _find(tx: Tx, wanted: Wanted) -> Merchant | None:
    merchants = await store.find_all(tx)
    return next((one for one in merchants if (one.name, one.flow) == (wanted.name, wanted.flow)), None)


async def _opens(on: Platform, wanted: Wanted, merchant: Merchant, kept: IssuedCredential) -> bool:
    try:
        holder = await on.directory.authenticate(wanted.key, kept.id, kept.secret)
    except Unauthenticated:
        return False
    return holder.id == merchant.id


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Two demos that start at once must not make a merchant each."""
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _read(path: Path) -> dict[str, IssuedCredential]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, IssuedCredential])
    except (FileNotFoundError, msgspec.DecodeError):
        # New keys take the place of those that are lost.
        return {}


def _write(path: Path, keys: dict[str, IssuedCredential]) -> None:
    draft = path.with_suffix(".draft")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.encode(keys))
    draft.rename(path)
