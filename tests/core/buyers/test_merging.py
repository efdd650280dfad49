"""Merged buyers share one limit, and a merge can be undone without loss."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
import pytest

from tenor.base.database import Database
from tenor.base.errors import Invalid, NotFound, WrongState
from tenor.base.ids import new_id
from tenor.core.buyers import merging
from tenor.core.buyers.merging import store
from tenor.core.credit import store as credit
from tenor.core.orders.model import State
from tests.core.buyers.companies import ANA, BO, NOW, agree, meet, merge, northwind

if TYPE_CHECKING:
    from tests.core.conftest import MakeTrade

THIRD = "cy@northwind.example.com"


async def _three(database: Database) -> tuple[UUID, UUID, UUID]:
    met = [await meet(database, email) for email in (ANA, BO, THIRD)]
    return met[0].id, met[1].id, met[2].id


async def _unmerge(database: Database, from_: UUID) -> None:
    async with database.transaction() as tx:
        await merging.unmerge(tx, from_=from_, by="omar", now=NOW)


async def _counts(database: Database, buyer: UUID) -> int:
    async with database.transaction() as tx:
        return (await credit.lock_exposure(tx, buyer, "USD"))[0]


async def test_a_group_has_one_exposure_and_each_keeps_its_own_when_it_parts(make_trade: MakeTrade) -> None:
    trade, elsewhere = await make_trade(), await make_trade()
    first = await trade.choose(await trade.create(total=300_00), email=ANA)
    second = await elsewhere.choose(await elsewhere.create(total=500_00), email=BO)
    a, b = first.buyer_id, second.buyer_id
    assert a is not None
    assert b is not None
    await merge(trade.database, a, b)
    assert [await _counts(trade.database, one) for one in (a, b)] == [800_00, 800_00]
    assert (await trade.fresh(first)).buyer_id == a
    await trade.assert_clean()
    third = await trade.choose(await trade.create(total=100_00), email=ANA)
    assert third.buyer_id == a
    await _unmerge(trade.database, a)
    assert [await _counts(trade.database, one) for one in (a, b)] == [400_00, 500_00]
    await trade.assert_clean()
    async with trade.database.single_statement() as tx:
        (kept,) = await store.of_buyers(tx, [a])
    assert (kept.merged_by, kept.reason, kept.undone_by) == ("mona", "One company.", "omar")


async def test_no_race_passes_the_limit_of_a_group(make_trade: MakeTrade) -> None:
    trades = [await make_trade(exposure_limit=10_000_00) for _ in range(2)]
    database, emails = trades[0].database, (ANA, BO, THIRD)
    a, b, c = await _three(database)
    await merge(database, a, b)
    await merge(database, c, b)
    created = [(trades[number % 2], await trades[number % 2].create()) for number in range(60)]
    ended = await asyncio.gather(
        *(trade.choose(order, email=emails[number % 3]) for number, (trade, order) in enumerate(created))
    )
    assert sum(order.state == State.TERMS_SELECTED for order in ended) == 10
    assert {order.buyer_id for order in ended} == {a, b, c}
    await trades[0].assert_clean()


async def test_merges_and_orders_at_once_neither_deadlock_nor_pass_a_limit(make_trade: MakeTrade) -> None:
    trade = await make_trade(exposure_limit=10_000_00)
    a, b, _ = await _three(trade.database)
    created = [await trade.create() for _ in range(40)]

    async def change() -> None:
        for _ in range(10):
            await merge(trade.database, a, b)
            await asyncio.sleep(0)
            await _unmerge(trade.database, a)
        await merge(trade.database, a, b)

    async def choose(email: str, part: slice) -> None:
        await asyncio.gather(*(trade.choose(order, email=email) for order in created[part]))

    working = asyncio.gather(change(), choose(ANA, slice(0, 20)), choose(BO, slice(20, 40)))
    await asyncio.wait_for(working, 60)
    await trade.assert_clean()
    together = await _counts(trade.database, a)
    assert together == await _counts(trade.database, b) <= 20_000_00
    last = await trade.choose(await trade.create(total=10_000_01 - min(together, 10_000_00)), email=ANA)
    assert last.state == State.DECLINED, "from the merge on the sum counts"


async def test_a_decision_that_waits_for_a_merge_sees_the_group_of_after_it(make_trade: MakeTrade) -> None:
    trade = await make_trade(exposure_limit=1_000_00)
    a, b, _ = await _three(trade.database)
    await trade.choose(await trade.create(total=600_00), email=BO)
    order = await trade.create(total=600_00)
    async with trade.database.transaction() as tx:
        await merging.merge(tx, into=b, from_=a, by="mona", reason="One company.", now=NOW)
        waiting = asyncio.create_task(trade.choose(order, email=ANA))
        await asyncio.sleep(0.2)
        assert not waiting.done()
    assert (await waiting).state == State.DECLINED


async def test_chains_and_circles_are_refused_in_words(database: Database) -> None:
    a, b, c = await _three(database)
    await merge(database, a, b)
    await merge(database, a, b)
    for from_, into, words in (
        (b, a, "a circle can not be made"),
        (c, a, f"itself merged into {b}; merge into that one"),
        (b, c, "has 1 merged into it; unmerge those"),
        (a, c, f"is merged into {b}; unmerge it first"),
    ):
        with pytest.raises(WrongState, match=words):
            await merge(database, from_, into)
    with pytest.raises(Invalid, match="into itself"):
        await merge(database, a, a)
    with pytest.raises(NotFound, match="There is no buyer"):
        await merge(database, a, new_id())
    with pytest.raises(WrongState, match="merged into none"):
        await _unmerge(database, b)
    async with database.single_statement() as tx:
        assert len(await store.of_buyers(tx, [a, b, c])) == 1, "the same merge again changes nothing"


@pytest.mark.parametrize(("by", "reason", "named"), [(" ", "x", "by"), ("x", "", "reason"), ("x", "a\0b", "reason")])
async def test_nobody_merges_without_a_name_and_a_reason(database: Database, by: str, reason: str, named: str) -> None:
    a, b, _ = await _three(database)
    with pytest.raises(Invalid) as refused:
        async with database.transaction() as tx:
            await merging.merge(tx, into=a, from_=b, by=by, reason=reason, now=NOW)
    assert refused.value.problems[0].path == (named,)


async def test_crosswise_merges_at_once_make_no_chain(database: Database) -> None:
    a, b, c = await _three(database)
    pairs = [(a, b), (b, c), (c, a), (b, a), (c, b), (a, c)] * 3
    ends = await asyncio.gather(*(merge(database, *pair) for pair in pairs), return_exceptions=True)
    assert all(end is None or isinstance(end, WrongState) for end in ends)
    async with database.single_statement() as tx:
        chains = await tx.fetchval(
            "SELECT count(*) FROM buyer_merges m JOIN buyer_merges n ON n.from_buyer = m.into_buyer"
        )
    assert chains == 0


async def test_the_schema_itself_refuses_chains_deletions_and_changes_of_a_merge(database: Database) -> None:
    a, b, c = await _three(database)
    await merge(database, a, b)
    insert = "INSERT INTO buyer_merges VALUES (gen_random_uuid(), $1, $2, 'x', 'x', now())"
    for statement, arguments in (
        (insert, (b, c)),
        (insert, (c, a)),
        (insert, (a, a)),
        (insert, (a, c)),
        ("UPDATE buyer_merges SET reason = 'other'", ()),
        ("DELETE FROM buyer_merges", ()),
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            async with database.transaction() as tx:
                await tx.execute(statement, *arguments)
    await _unmerge(database, a)
    with pytest.raises(asyncpg.CheckViolationError, match="append-only"):
        async with database.transaction() as tx:
            await tx.execute("UPDATE buyer_merges SET undone_by = NULL, undone_at = NULL")


async def test_a_merged_companys_people_and_orders_still_find_their_own_row(database: Database) -> None:
    known, other = await meet(database, ANA, northwind()), await meet(database, BO, northwind("98-7654321"))
    await agree(database, other, northwind("98-7654321"))
    await merge(database, other.id, known.id)
    assert (await meet(database, BO, northwind("98-7654321"))).id == other.id
