"""What an erasure did."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """How much of one kind was erased."""

    what: str
    count: int


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What stays, and why."""

    what: str
    why: str
    count: int | None = None


class RemovedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document whose content was removed, so that it can be told which it was. `sha256` is in hexadecimal."""

    merchant_id: UUID
    order_id: UUID
    id: UUID
    media_type: str
    size: int
    sha256: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was erased, what was kept and why. Nothing in it tells who the person was. `erased_at` is the real time."""

    id: UUID
    buyers: tuple[UUID, ...]
    erased_by: str
    erased_at: datetime
    erased: tuple[Erased, ...]
    kept: tuple[Kept, ...]
    removed_documents: tuple[RemovedDocument, ...] = ()
