"""The challenge."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """A code that was mailed to an address, for one order. Times are on the merchant's clock.

    The code is not in it: it is derived from the id (`rules.code_of`). `tries` counts the wrong codes that were
    given for it, the last of them at `tried_at`. `email` is in lower case.
    """

    merchant_id: UUID
    order_id: UUID
    id: UUID
    email: str
    language: str
    created_at: datetime
    expires_at: datetime
    tries: int = 0
    tried_at: datetime | None = None
    proven_at: datetime | None = None
