"""The SQL of progress."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from tenor.base.database import Row, Tx
from tenor.base.ids import new_id
from tenor.core.buyers.identity import Business
from tenor.faces.checkout.progress import Progress

_business = msgspec.json.Decoder(Business)


def _progress(row: Row) -> Progress:
    business = _business.decode(row["business"]) if row["business"] else None
    return Progress(**{**dict(row), "business": business})


async def begin(tx: Tx, merchant_id: UUID, order_id: UUID, email: str, now: datetime) -> Progress:
    """The progress of a proven address with an order, made at its first visit."""
    row = await tx.fetchrow(
        """
        INSERT INTO checkout_progress (merchant_id, order_id, id, email, updated_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (merchant_id, order_id, email) DO UPDATE SET updated_at = $5
        RETURNING *
        """,
        merchant_id, order_id, new_id(), email, now,
    )  # fmt: skip
    assert row is not None, "the upsert returns its row"
    return _progress(row)


async def find(tx: Tx, merchant_id: UUID, progress_id: UUID) -> Progress | None:
    """A progress by its id."""
    row = await tx.fetchrow(
        "SELECT * FROM checkout_progress WHERE merchant_id = $1 AND id = $2", merchant_id, progress_id
    )
    return _progress(row) if row else None


async def keep_business(
    tx: Tx, progress: Progress, business: Business, stated_revenue: str | None, now: datetime
) -> None:
    """Keep the business as it was typed, and its revenue where that was asked for."""
    await tx.execute(
        """
        UPDATE checkout_progress SET business = $3, stated_revenue = $4, updated_at = $5
         WHERE merchant_id = $1 AND id = $2
        """,
        progress.merchant_id, progress.id, msgspec.json.encode(business).decode(), stated_revenue, now,
    )  # fmt: skip


async def keep_choice(tx: Tx, progress: Progress, offer: str, shown: str, now: datetime) -> None:
    """Keep the code of the chosen offer and the mark of what it looked like."""
    await tx.execute(
        "UPDATE checkout_progress SET offer = $3, shown = $4, updated_at = $5 WHERE merchant_id = $1 AND id = $2",
        progress.merchant_id, progress.id, offer, shown, now,
    )  # fmt: skip


async def forget(tx: Tx, email: str | None, orders: Sequence[tuple[UUID, UUID]]) -> int:
    """Delete the progress of an address (lower case), and of all who came far with some orders. Returns how many."""
    done: str = await tx.execute(
        """
        DELETE FROM checkout_progress
         WHERE email = $1 OR (merchant_id, order_id) IN (SELECT * FROM unnest($2::uuid[], $3::uuid[]))
        """,
        email, [one for one, _ in orders], [one for _, one in orders],
    )  # fmt: skip
    return int(done.split()[-1])


async def forget_old(tx: Tx, before: datetime) -> int:
    """Delete the progress with orders that have ended or were accepted, where the last visit was before a moment.

    Each merchant's clock counts. Whoever proves the address again begins anew and finds what came of the order.
    """
    done: str = await tx.execute(
        """
        DELETE FROM checkout_progress p USING merchants m, orders o
         WHERE m.id = p.merchant_id AND p.updated_at < $1::timestamptz + m.clock_offset
           AND o.merchant_id = p.merchant_id AND o.id = p.order_id AND o.state NOT IN ('new', 'under_review')
        """,
        before,
    )
    return int(done.split()[-1])
