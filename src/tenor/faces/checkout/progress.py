"""How far somebody has come with an order."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from tenor.core.buyers.identity import Business

# How long progress is kept after the last visit, once the order has ended or was accepted.
KEPT = timedelta(days=30)


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """What the holder of one e-mail address (lower case) has filled in for one order.

    `business` is as it was typed, wrong answers included; so is `stated_revenue`, which is empty where it was left out
    and None where it was not asked for. `offer` is the code of the chosen one and `shown` the mark of
    what it looked like then. `updated_at` is on the merchant's clock.
    """

    merchant_id: UUID
    order_id: UUID
    id: UUID
    email: str
    business: Business | None
    stated_revenue: str | None
    offer: str | None
    shown: str | None
    updated_at: datetime
