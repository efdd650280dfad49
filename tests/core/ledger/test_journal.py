"""The journal on a real database: whole or not at all, once, and never changed."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from itertools import cycle
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
import msgspec
import pytest

from tenor.base.database import Database, Tx
from tenor.base.ids import new_id
from tenor.core.ledger import invariants, postings, store
from tenor.core.ledger.model import Account, Cause, Entry, Leg

if TYPE_CHECKING:
    from tests.core.conftest import MakeTrade, Trade

_SALE = postings.order_confirmed(total=1000_00, merchant_fee=30_00, buyer_fee=15_00)


def _entry(merchant_id: UUID, legs: tuple[Leg, ...] = _SALE, kind: str = "order_confirmed") -> Entry:
    return Entry(
        merchant_id=merchant_id, kind=kind, cause=Cause("order", new_id()), order_id=None, currency="USD",
        occurred_at=datetime(2026, 4, 15, 17, tzinfo=UTC), legs=legs,
    )  # fmt: skip


async def _post(database: Database, entry: Entry) -> bool:
    async with database.transaction() as tx:
        return await store.post(tx, entry)


async def _assert_sums_hold(trade: Trade) -> None:
    """Only the journal's own invariants: these entries have no orders behind them."""
    async with trade.database.single_statement() as tx:
        broken = {one.invariant for one in await invariants.check(tx)}
    assert broken.isdisjoint(list(invariants.INVARIANTS)[:2])


async def _raw_leg(tx: Tx, entry: asyncpg.Record, line: int, account: str, debit: int, credit: int) -> None:
    await tx.execute(
        "INSERT INTO journal_legs VALUES ($1, $2, $3, $4, $5, $6)",
        entry["merchant_id"], entry["id"], line, account, debit, credit,
    )  # fmt: skip


async def _posted(tx: Tx) -> asyncpg.Record:
    entry = await tx.fetchrow("SELECT * FROM journal_entries")
    assert entry is not None
    return entry


async def test_an_entry_is_written_with_all_its_legs_and_the_balances(trade: Trade, merchant_id: UUID) -> None:
    entry = _entry(merchant_id)
    assert await _post(trade.database, entry)
    async with trade.database.single_statement() as tx:
        legs = await tx.fetch("SELECT account, debit, credit FROM journal_legs ORDER BY line")
        kept = await store.balances(tx, merchant_id)
    assert [tuple(leg) for leg in legs] == [(leg.account, leg.debit, leg.credit) for leg in _SALE]
    assert {one.account: one.net for one in kept} == {leg.account: leg.debit - leg.credit for leg in _SALE}
    await _assert_sums_hold(trade)


async def test_an_unbalanced_entry_is_refused_at_commit(trade: Trade, merchant_id: UUID) -> None:
    legs = (Leg(Account.CASH, debit=100), Leg(Account.BUYER_RECEIVABLE, credit=99))
    with pytest.raises(asyncpg.CheckViolationError, match="debit exceeds credit by 1") as refusal:
        await _post(trade.database, _entry(merchant_id, legs))
    assert refusal.value.constraint_name == "journal_entry_sums_to_zero"
    assert await trade.books() == {}


async def test_an_entry_without_its_legs_is_refused_at_commit(trade: Trade, merchant_id: UUID) -> None:
    with pytest.raises(asyncpg.CheckViolationError) as refusal:
        async with trade.database.transaction() as tx:
            await tx.execute(
                """
                INSERT INTO journal_entries (merchant_id, id, kind, cause_type, cause_id, currency, legs, occurred_at)
                VALUES ($1, $2, 'payout', 'payout', $2, 'USD', 2, now())
                """,
                merchant_id, new_id(),
            )  # fmt: skip
    assert refusal.value.constraint_name == "journal_entry_is_whole"


@pytest.mark.parametrize(
    ("debit", "credit", "constraint"),
    [(0, 0, "journal_legs_check"), (5, 5, "journal_legs_check"), (-5, 0, "journal_legs_debit_check")],
)
async def test_a_leg_stands_on_one_side_and_is_above_zero(
    trade: Trade, merchant_id: UUID, debit: int, credit: int, constraint: str
) -> None:
    await _post(trade.database, _entry(merchant_id))
    async with trade.database.single_statement() as tx:
        entry = await _posted(tx)
        with pytest.raises(asyncpg.CheckViolationError) as refusal:
            await _raw_leg(tx, entry, 5, Account.CASH, debit, credit)
    assert refusal.value.constraint_name == constraint


async def test_legs_added_to_a_finished_entry_are_refused_even_when_they_balance(
    trade: Trade, merchant_id: UUID
) -> None:
    await _post(trade.database, _entry(merchant_id))

    async def add_two_legs() -> None:
        async with trade.database.transaction() as tx:
            entry = await _posted(tx)
            await _raw_leg(tx, entry, 5, Account.CASH, 7, 0)
            await _raw_leg(tx, entry, 6, Account.BAD_DEBT, 0, 7)

    with pytest.raises(asyncpg.CheckViolationError, match="has 6 legs instead of 4") as refusal:
        await add_two_legs()
    assert refusal.value.constraint_name == "journal_entry_is_whole"
    await _assert_sums_hold(trade)


@pytest.mark.parametrize("table", ["journal_entries", "journal_legs", "events"])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {} SET merchant_id = merchant_id", "DELETE FROM {}", "TRUNCATE {} CASCADE", "TRUNCATE merchants CASCADE"],
)
async def test_what_was_written_is_never_changed_or_removed(trade: Trade, table: str, statement: str) -> None:
    await trade.sold()
    with pytest.raises(asyncpg.CheckViolationError, match="is append-only") as refusal:
        async with trade.database.transaction() as tx:
            await tx.execute(statement.format(table))
    assert refusal.value.constraint_name == "append_only"
    await trade.assert_clean()


async def test_an_upsert_does_not_slip_past_the_journals_guard(trade: Trade, merchant_id: UUID) -> None:
    await _post(trade.database, _entry(merchant_id))
    with pytest.raises(asyncpg.CheckViolationError, match="UPDATE is refused"):
        async with trade.database.transaction() as tx:
            await tx.execute(
                "INSERT INTO journal_legs SELECT * FROM journal_legs ON CONFLICT (merchant_id, entry_id, line)"
                " DO UPDATE SET debit = excluded.debit + 1 WHERE excluded.debit > 0"
            )


async def test_the_same_cause_twice_does_nothing(trade: Trade, merchant_id: UUID) -> None:
    entry = _entry(merchant_id)
    assert await _post(trade.database, entry)
    books = await trade.books()
    doubled = msgspec.structs.replace(entry, legs=postings.payout(amount=1_00))
    assert not await _post(trade.database, entry)
    assert not await _post(trade.database, doubled)
    assert await trade.books() == books
    await _assert_sums_hold(trade)


async def test_another_kind_another_cause_and_another_merchant_are_entries_of_their_own(make_trade: MakeTrade) -> None:
    one, other = await make_trade(), await make_trade()
    entry = _entry(one.merchant.id)
    for posted in (
        entry,
        msgspec.structs.replace(entry, kind="payout"),
        msgspec.structs.replace(entry, cause=Cause("refund", entry.cause.id)),
        msgspec.structs.replace(entry, cause=Cause("order", new_id())),
        msgspec.structs.replace(entry, merchant_id=other.merchant.id),
    ):
        assert await _post(one.database, posted)


async def test_of_many_postings_of_one_cause_at_once_one_is_written(trade: Trade, merchant_id: UUID) -> None:
    entry = _entry(merchant_id)
    ends = await asyncio.gather(*(_post(trade.database, entry) for _ in range(20)))
    assert Counter(ends) == {True: 1, False: 19}
    assert (await trade.books())[Account.BUYER_RECEIVABLE] == 1015_00
    await _assert_sums_hold(trade)


async def test_forty_postings_at_once_leave_balances_that_are_the_journals(trade: Trade, merchant_id: UUID) -> None:
    kinds = cycle(
        [
            _SALE,
            postings.payout(amount=970_00),
            postings.repayment(owed=900_00, surplus=7),
            postings.refund_executed(amount=100_00, buyer_fee=1_50, owed=50_00),
            tuple(reversed(_SALE)),
        ]
    )
    entries = [_entry(merchant_id, legs) for legs, _ in zip(kinds, range(40), strict=False)]
    assert all(await asyncio.gather(*(_post(trade.database, entry) for entry in entries)))
    expected: Counter[str] = Counter()
    for entry in entries:
        for leg in entry.legs:
            expected[leg.account] += leg.debit - leg.credit
    assert await trade.books() == expected
    await _assert_sums_hold(trade)


async def test_two_legs_of_one_account_are_one_sum_of_the_balance(trade: Trade, merchant_id: UUID) -> None:
    legs = (Leg(Account.CASH, debit=3), Leg(Account.CASH, debit=4), Leg(Account.BUYER_CREDIT, credit=7))
    assert await _post(trade.database, _entry(merchant_id, legs))
    assert await trade.books() == {Account.CASH: 7, Account.BUYER_CREDIT: -7}


async def test_an_entry_and_its_balances_go_with_a_transaction_that_fails(trade: Trade, merchant_id: UUID) -> None:
    async def post_and_fail() -> None:
        async with trade.database.transaction() as tx:
            await store.post(tx, _entry(merchant_id))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await post_and_fail()
    assert await trade.books() == {}
