"""The check of the books finds every kind of corruption, planted where the schema would refuse it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tenor.base.database import Tx
from tenor.core.ledger import invariants
from tenor.core.ledger.invariants import INVARIANTS
from tenor.core.orders.model import State

if TYPE_CHECKING:
    from tests.core.conftest import MakeTrade, Trade

(WHOLE, BALANCES, RECEIVABLE, EXPOSURE, SALES, REFUNDS, EVENTS) = INVARIANTS

# What is planted, and what the check must call by its name. Each finds a sold order and one refunded in part.
_PLANTS = [
    ("UPDATE journal_legs SET debit = debit + 1 WHERE debit > 0 AND line = 1", WHOLE),
    ("UPDATE journal_legs SET credit = credit + 1 WHERE credit > 0", BALANCES),
    ("DELETE FROM journal_legs WHERE line = 4", WHOLE),
    ("DELETE FROM journal_legs", WHOLE),
    ("UPDATE journal_entries SET legs = legs + 1", WHOLE),
    ("UPDATE account_balances SET debit = debit + 1, credit = credit + 1", BALANCES),
    ("DELETE FROM account_balances WHERE account = 'income:buyer fees'", BALANCES),
    ("INSERT INTO account_balances SELECT id, 'assets:cash', 'USD', 5, 5 FROM merchants", BALANCES),
    ("UPDATE account_balances SET currency = 'EUR'", BALANCES),
    ("UPDATE instalments SET credited = credited + 1 WHERE credited = 0", RECEIVABLE),
    ("UPDATE instalments SET amount = amount + 1", RECEIVABLE),
    ("DELETE FROM instalments", RECEIVABLE),
    ("UPDATE buyer_exposures SET amount = amount + 1", EXPOSURE),
    ("DELETE FROM buyer_exposures", EXPOSURE),
    ("UPDATE orders SET exposure = exposure + 1", EXPOSURE),
    ("UPDATE orders SET state = 'order_placed' WHERE state = 'order_confirmed'", SALES),
    ("UPDATE orders SET state = 'order_confirmed' WHERE state = 'order_placed'", SALES),
    ("UPDATE journal_entries SET cause_id = gen_random_uuid() WHERE cause_type = 'order'", SALES),
    ("UPDATE refunds SET amount = amount + 90000", REFUNDS),
    ("UPDATE refunds SET state = 'declined' WHERE state = 'executed'", REFUNDS),
    ("UPDATE refunds SET state = 'executed', ended_at = now() WHERE state = 'approved'", REFUNDS),
    (
        "UPDATE refunds SET state = CASE state WHEN 'executed' THEN 'approved' ELSE 'executed' END,"
        " ended_at = CASE state WHEN 'executed' THEN NULL ELSE now() END"
        " WHERE state <> 'declined' AND order_id IN (SELECT order_id FROM refunds WHERE state = 'approved')",
        REFUNDS,
    ),
    ("UPDATE journal_entries SET cause_id = gen_random_uuid() WHERE cause_type = 'refund'", REFUNDS),
    ("UPDATE orders SET version = version + 1", EVENTS),
    ("DELETE FROM events WHERE number = 1", EVENTS),
    ("DELETE FROM events WHERE number = 2", EVENTS),
    ("UPDATE events SET number = number + 1 WHERE number = (SELECT max(number) FROM events)", EVENTS),
    ("DELETE FROM events", EVENTS),
]  # fmt: skip


async def _busy(trade: Trade) -> None:
    """An order in every state, and one refunded in part with a second request on its way."""
    for state in State:
        await trade.order_in(state)
    order = await trade.sold(code="months3")
    await trade.refund(order, 50_00)
    await trade.refund_at_once(order, 100_00)
    await trade.refund(order, 100_00)


async def _without_guards(tx: Tx, statement: str) -> None:
    for table in ("journal_entries", "journal_legs", "events", "orders"):
        await tx.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    await tx.execute("DROP INDEX refunds_one_active")
    # A letter on its way holds on to the event that caused it.
    await tx.execute("DELETE FROM deliveries")
    await tx.execute(statement)


async def test_a_busy_merchants_books_are_clean(trade: Trade) -> None:
    await _busy(trade)
    await trade.assert_clean()


@pytest.mark.parametrize(("plant", "named"), _PLANTS, ids=[f"{number}" for number in range(len(_PLANTS))])
async def test_a_planted_corruption_is_found_and_named(trade: Trade, plant: str, named: str) -> None:
    await _busy(trade)
    async with trade.database.single_statement() as tx:
        planting = tx.transaction()
        await planting.start()
        try:
            await _without_guards(tx, plant)
            broken = {one.invariant: one.places for one in await invariants.check(tx)}
        finally:
            await planting.rollback()
    assert named in broken
    assert all(str(trade.merchant.id) in place or "buyer" in place for place in broken[named])
    await trade.assert_clean()


def test_every_invariant_has_a_plant() -> None:
    assert {named for _, named in _PLANTS} == set(INVARIANTS)


async def test_a_break_of_one_merchant_is_not_laid_at_anothers_door(make_trade: MakeTrade) -> None:
    sound, broken = await make_trade(), await make_trade()
    await sound.sold()
    await broken.sold()
    async with broken.database.transaction() as tx:
        await tx.execute("UPDATE account_balances SET debit = debit + 1 WHERE merchant_id = $1", broken.merchant.id)
        [found] = await invariants.check(tx)
    assert found.invariant == BALANCES
    assert not [place for place in found.places if str(sound.merchant.id) in place]
    assert len(found.places) == 3, "one place for each of the sale's three accounts"
