"""What must always hold of the books, as SQL that finds where it does not. Runs by `tenor ledger check`."""

from __future__ import annotations

import msgspec

from tenor.base.database import Tx


class Broken(msgspec.Struct, frozen=True):
    """An invariant that does not hold: which, and one line for each place."""

    invariant: str
    places: tuple[str, ...]


# Each statement returns one text a place where its sentence is untrue.
INVARIANTS: dict[str, str] = {
    "every entry sums to zero and has all its legs": """
        SELECT format('entry %s of merchant %s: %s legs of %s, debit exceeds credit by %s',
                      e.id, e.merchant_id, count(l.line), e.legs,
                      coalesce(sum(l.debit), 0) - coalesce(sum(l.credit), 0))
          FROM journal_entries e LEFT JOIN journal_legs l ON l.merchant_id = e.merchant_id AND l.entry_id = e.id
         GROUP BY e.merchant_id, e.id, e.legs
        HAVING count(l.line) <> e.legs OR coalesce(sum(l.debit), 0) <> coalesce(sum(l.credit), 0)
    """,
    "the balances are the journal's sums": """
        SELECT format('merchant %s, %s in %s: kept %s/%s, journal %s/%s', merchant_id, account, currency,
                      kept.debit, kept.credit, journal.debit, journal.credit)
          FROM account_balances kept
          FULL JOIN (SELECT e.merchant_id, l.account, e.currency, sum(l.debit) AS debit, sum(l.credit) AS credit
                       FROM journal_entries e
                       JOIN journal_legs l ON l.merchant_id = e.merchant_id AND l.entry_id = e.id
                      GROUP BY 1, 2, 3) journal USING (merchant_id, account, currency)
         WHERE (kept.debit, kept.credit) IS DISTINCT FROM (journal.debit, journal.credit)
    """,
    "what buyers owe in the books is what their instalments say": """
        SELECT format('merchant %s, %s: journal %s, instalments %s', merchant_id, currency, journal.owed, schedule.owed)
          FROM (SELECT e.merchant_id, e.currency, sum(l.debit) - sum(l.credit) AS owed
                  FROM journal_entries e
                  JOIN journal_legs l ON l.merchant_id = e.merchant_id AND l.entry_id = e.id
                 WHERE l.account = 'assets:buyer receivable' GROUP BY 1, 2) journal
          FULL JOIN (SELECT o.merchant_id, o.currency, sum(i.amount - i.paid - i.credited) AS owed
                       FROM instalments i JOIN orders o ON o.merchant_id = i.merchant_id AND o.id = i.order_id
                      GROUP BY 1, 2) schedule USING (merchant_id, currency)
         WHERE coalesce(journal.owed, 0) <> coalesce(schedule.owed, 0)
    """,
    "a buyer's exposure is what its orders reserve": """
        SELECT format('buyer %s, %s: kept %s, orders %s', buyer_id, currency, kept.amount, orders.amount)
          FROM buyer_exposures kept
          FULL JOIN (SELECT buyer_id, currency, sum(exposure) AS amount FROM orders
                      WHERE buyer_id IS NOT NULL GROUP BY 1, 2) orders USING (buyer_id, currency)
         WHERE coalesce(kept.amount, 0) <> coalesce(orders.amount, 0)
    """,
    "every confirmed order stands in the journal, and no other": """
        SELECT format('order %s of merchant %s is %s, sale posted: %s', o.id, o.merchant_id, o.state, e.id IS NOT NULL)
          FROM orders o
          LEFT JOIN journal_entries e ON e.merchant_id = o.merchant_id AND e.cause_type = 'order'
                AND e.cause_id = o.id AND e.kind = 'order_confirmed'
         WHERE (o.state IN ('order_confirmed', 'refunded')) <> (e.id IS NOT NULL)
    """,
    "refunds never pass the order's total, and what was executed stands in the journal": """
        SELECT format('order %s of merchant %s: refunds %s of %s, executed %s, posted %s', o.id, o.merchant_id,
                      sum(r.amount) FILTER (WHERE r.state <> 'declined'), o.total,
                      count(*) FILTER (WHERE r.state = 'executed'), count(e.id))
          FROM refunds r JOIN orders o ON o.merchant_id = r.merchant_id AND o.id = r.order_id
          LEFT JOIN journal_entries e ON e.merchant_id = r.merchant_id AND e.cause_type = 'refund'
                AND e.cause_id = r.id AND e.kind = 'refund_executed'
         GROUP BY o.merchant_id, o.id, o.total
        HAVING sum(r.amount) FILTER (WHERE r.state <> 'declined') > o.total
            OR bool_or((r.state = 'executed') <> (e.id IS NOT NULL))
    """,
    "an order's events count 1, 2, 3 up to its version": """
        SELECT format('order %s of merchant %s: version %s, events %s up to %s', o.id, o.merchant_id, o.version,
                      count(e.number), max(e.number))
          FROM orders o LEFT JOIN events e ON e.merchant_id = o.merchant_id AND e.order_id = o.id
         GROUP BY o.merchant_id, o.id, o.version
        HAVING count(e.number) <> o.version OR coalesce(max(e.number), 0) <> o.version
    """,
}


async def check(tx: Tx) -> list[Broken]:
    """Every invariant that does not hold; an empty list when the books are clean."""
    broken = []
    for invariant, query in INVARIANTS.items():
        rows = await tx.fetch(query)
        if rows:
            broken.append(Broken(invariant, tuple(row[0] for row in rows)))
    return broken
