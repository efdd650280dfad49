"""A budget of calls: used up at once, given back one by one, and shared by all processes."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from tenor.base import clock, pacing
from tenor.base.addresses import network_of
from tenor.base.database import Database
from tenor.base.errors import TooMany
from tenor.base.pacing import Budget
from tests.base.merchants import new_merchant

NOW = clock.now()
TEN = Budget(b"ten", 10)


@pytest.fixture
async def merchant(database: Database) -> UUID:
    """A merchant's id."""
    return await new_merchant(database)


async def _calls(database: Database, merchant: UUID, *, after: float = 0, budget: Budget = TEN) -> int:
    """How many of 30 calls are let through, `after` so many seconds."""
    passed = 0
    for _ in range(30):
        try:
            async with database.transaction() as tx:
                await pacing.spend(tx, merchant, budget, NOW + timedelta(seconds=after))
        except TooMany:
            continue
        passed += 1
    return passed


async def test_a_budget_may_be_used_up_at_once_and_then_comes_back_one_by_one(
    database: Database, merchant: UUID
) -> None:
    assert await _calls(database, merchant) == 10
    assert await _calls(database, merchant, after=359) == 0
    assert await _calls(database, merchant, after=360) == 1
    assert await _calls(database, merchant, after=360 + 3 * 360) == 3
    assert await _calls(database, merchant, after=100_000) == 10


async def test_who_waits_as_long_as_asked_is_let_through_and_not_a_second_before(
    database: Database, merchant: UUID
) -> None:
    await _calls(database, merchant, after=0.5)
    with pytest.raises(TooMany) as refused:
        async with database.transaction() as tx:
            await pacing.spend(tx, merchant, TEN, NOW + timedelta(seconds=100))
    asked = refused.value.retry_after
    assert asked == 261
    assert await _calls(database, merchant, after=100 + asked - 1) == 0
    assert await _calls(database, merchant, after=100 + asked) == 1


async def test_calls_that_come_at_the_same_moment_by_many_connections_are_counted_each(
    database: Database, merchant: UUID
) -> None:
    async def call() -> bool:
        try:
            async with database.transaction() as tx:
                await pacing.spend(tx, merchant, TEN, NOW)
        except TooMany:
            return False
        return True

    assert sum(await asyncio.gather(*(call() for _ in range(25)))) == 10


async def test_budgets_of_others_are_theirs(database: Database, merchant: UUID) -> None:
    assert await _calls(database, merchant) == 10
    assert await _calls(database, merchant, budget=Budget(b"another", 3)) == 3


async def test_a_row_goes_when_its_budget_is_whole_and_not_before(database: Database, merchant: UUID) -> None:
    await _calls(database, merchant)
    assert await pacing.forget_whole(database, NOW + timedelta(minutes=59)) == 0
    assert await pacing.forget_whole(database, NOW + timedelta(minutes=61)) == 1


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("a socket", "a socket"),
    ],
)
def test_of_ipv6_a_whole_network_counts_as_one_caller(host: str, network: str) -> None:
    assert network_of(host) == network
