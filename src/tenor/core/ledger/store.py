"""The SQL of the journal and of the balances beside it."""

from __future__ import annotations

from uuid import UUID

from tenor.base.database import Row, Tx
from tenor.base.ids import new_id
from tenor.core.ledger.model import Account, Balance, Cause, Entry, Leg


async def post(tx: Tx, entry: Entry) -> bool:
    """Write an entry, its legs and the balances. False, and nothing written, when its cause was posted before.

    The balances' rows are taken in the order of their names, so that two entries of one merchant queue up
    instead of waiting for each other.
    """
    legs = entry.legs
    posted = await tx.fetchval(
        """
        WITH entry AS (
            INSERT INTO journal_entries
                   (merchant_id, id, kind, cause_type, cause_id, order_id, currency, legs, occurred_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, cardinality($9::text[]), $8)
            ON CONFLICT (merchant_id, cause_type, cause_id, kind) DO NOTHING
            RETURNING merchant_id, id, currency
        ), legs AS (
            INSERT INTO journal_legs (merchant_id, entry_id, line, account, debit, credit)
            SELECT entry.merchant_id, entry.id, leg.line, leg.account, leg.debit, leg.credit
              FROM entry, unnest($9::text[], $10::bigint[], $11::bigint[])
                   WITH ORDINALITY AS leg (account, debit, credit, line)
        ), balances AS (
            INSERT INTO account_balances AS kept (merchant_id, account, currency, debit, credit)
            SELECT entry.merchant_id, leg.account, entry.currency, sum(leg.debit), sum(leg.credit)
              FROM entry, unnest($9::text[], $10::bigint[], $11::bigint[]) AS leg (account, debit, credit)
             GROUP BY 1, 2, 3 ORDER BY 2
            ON CONFLICT (merchant_id, account, currency) DO UPDATE
               SET debit = kept.debit + excluded.debit, credit = kept.credit + excluded.credit
        )
        SELECT true FROM entry
        """,
        entry.merchant_id, new_id(), entry.kind, entry.cause.type, entry.cause.id, entry.order_id, entry.currency,
        entry.occurred_at, [leg.account for leg in legs], [leg.debit for leg in legs],
        [leg.credit for leg in legs],
    )  # fmt: skip
    return bool(posted)


async def balances(tx: Tx, merchant_id: UUID | None = None) -> list[Balance]:
    """The kept balances of one merchant, or of all."""
    rows = await tx.fetch(
        """
        SELECT merchant_id, account, currency, debit, credit FROM account_balances
         WHERE $1::uuid IS NULL OR merchant_id = $1
         ORDER BY merchant_id, account, currency
        """,
        merchant_id,
    )
    return [Balance(r["merchant_id"], r["account"], r["currency"], int(r["debit"]), int(r["credit"])) for r in rows]


_ENTRY = """
    SELECT e.merchant_id, e.id, e.kind, e.cause_type, e.cause_id, e.order_id, e.currency, e.occurred_at,
           array_agg(l.account ORDER BY l.line) AS accounts, array_agg(l.debit ORDER BY l.line) AS debits,
           array_agg(l.credit ORDER BY l.line) AS credits
      FROM journal_entries e JOIN journal_legs l ON l.merchant_id = e.merchant_id AND l.entry_id = e.id
"""


async def entries(tx: Tx, merchant_id: UUID | None, after: UUID | None, limit: int) -> list[tuple[UUID, Entry]]:
    """A page of the journal in the order it was written (UUIDv7): the entries' ids with the entries.

    `after` is the last id of the page before; `merchant_id` None means all merchants.
    """
    rows = await tx.fetch(
        f"""
        {_ENTRY}
         WHERE ($1::uuid IS NULL OR e.merchant_id = $1) AND ($2::uuid IS NULL OR e.id > $2)
         GROUP BY e.merchant_id, e.id ORDER BY e.id LIMIT $3
        """,
        merchant_id, after, limit,
    )  # fmt: skip
    return [(row["id"], _entry(row)) for row in rows]


async def of_order(tx: Tx, merchant_id: UUID, order_id: UUID) -> list[tuple[UUID, Entry]]:
    """An order's entries in the order they were written: their ids with them."""
    rows = await tx.fetch(
        f"{_ENTRY} WHERE e.merchant_id = $1 AND e.order_id = $2 GROUP BY e.merchant_id, e.id ORDER BY e.id",
        merchant_id, order_id,
    )  # fmt: skip
    return [(row["id"], _entry(row)) for row in rows]


def _entry(row: Row) -> Entry:
    sides = zip(row["accounts"], row["debits"], row["credits"], strict=True)
    return Entry(
        merchant_id=row["merchant_id"],
        kind=row["kind"],
        cause=Cause(row["cause_type"], row["cause_id"]),
        order_id=row["order_id"],
        currency=row["currency"],
        occurred_at=row["occurred_at"],
        legs=tuple(Leg(Account(account), debit, credit) for account, debit, credit in sides),
    )
