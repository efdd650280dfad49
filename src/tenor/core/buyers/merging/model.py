"""The merge."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    """That one buyer was found to be another one: by whom, why and when, and who undid it when."""

    id: UUID
    from_buyer: UUID
    into_buyer: UUID
    merged_by: str
    reason: str
    merged_at: datetime
    undone_by: str | None = None
    undone_at: datetime | None = None
