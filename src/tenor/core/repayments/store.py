"""The SQL of instalments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from tenor.base.database import Tx
from tenor.core.repayments.model import OwedInstalment
from tenor.core.terms.model import Instalment


async def insert(tx: Tx, merchant_id: UUID, order_id: UUID, schedule: Sequence[Instalment]) -> None:
    """Write a confirmed order's schedule."""
    await tx.execute(
        """
        INSERT INTO instalments (merchant_id, order_id, number, due_on, amount)
        SELECT $1, $2, number, due_on, amount
          FROM unnest($3::integer[], $4::date[], $5::bigint[]) AS planned (number, due_on, amount)
        """,
        merchant_id, order_id, [one.number for one in schedule], [one.due_on for one in schedule],
        [one.amount for one in schedule],
    )  # fmt: skip


async def of_order(tx: Tx, merchant_id: UUID, order_id: UUID) -> list[OwedInstalment]:
    """An order's instalments by number. Whoever changes them holds the order's row lock."""
    rows = await tx.fetch(
        """
        SELECT number, due_on, amount, paid, credited FROM instalments
         WHERE merchant_id = $1 AND order_id = $2 ORDER BY number
        """,
        merchant_id, order_id,
    )  # fmt: skip
    return [OwedInstalment(**dict(row)) for row in rows]


async def credit(tx: Tx, merchant_id: UUID, order_id: UUID, by_number: Mapping[int, int]) -> None:
    """Take minor units off instalments, by number."""
    await tx.execute(
        """
        UPDATE instalments AS kept SET credited = kept.credited + off.amount
          FROM unnest($3::integer[], $4::bigint[]) AS off (number, amount)
         WHERE kept.merchant_id = $1 AND kept.order_id = $2 AND kept.number = off.number
        """,
        merchant_id, order_id, list(by_number), list(by_number.values()),
    )  # fmt: skip


async def days_overdue(tx: Tx, buyer_ids: Sequence[UUID], today: date) -> int:
    """For how many days the longest overdue instalment of some buyers is, at all merchants; 0 where none is.

    An instalment is overdue from the day after its due date on. `today` is the day where the one who asks decides.
    """
    days: int = await tx.fetchval(
        """
        SELECT coalesce(max($2 - i.due_on), 0)
          FROM orders o JOIN instalments i ON i.merchant_id = o.merchant_id AND i.order_id = o.id
         WHERE o.buyer_id = ANY ($1) AND o.exposure > 0
           AND i.paid + i.credited < i.amount AND i.due_on < $2
        """,
        buyer_ids, today,
    )  # fmt: skip
    return days
