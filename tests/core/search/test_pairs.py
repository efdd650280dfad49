"""What a look before a merge promises is what credit counts after it."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.base.database import Database
from tenor.base.errors import NotFound
from tenor.base.ids import new_id
from tenor.core.credit import store as credit
from tenor.core.credit.model import BuyerLimit
from tenor.core.search.pairs import rules, service
from tests.core.buyers.companies import NOW, meet, merge, northwind


async def _three(database: Database) -> list[UUID]:
    numbers = ("12-3456789", "12-3456798", "45-0000001")
    return [(await meet(database, f"{number}@example.com", northwind(number))).id for number in numbers]


async def _owes(database: Database, buyer: UUID, amount: int, limit: int | None, day: int) -> None:
    async with database.transaction() as tx:
        await credit.lock_exposure(tx, buyer, "USD")
        await credit.change_exposure(tx, buyer, "USD", amount)
        if limit is not None:
            granted = BuyerLimit(amount=limit, granted_by="staff")
            await credit.set_limit(tx, buyer, "USD", granted, NOW + timedelta(days=day))


@pytest.mark.parametrize("limits", list(permutations([100_00, 200_00, None])))
async def test_the_look_tells_the_sums_that_count_after_the_merge_and_after_parting(
    database: Database, limits: tuple[int | None, ...]
) -> None:
    one, other, third = await _three(database)
    for day, (buyer, limit) in enumerate(zip((one, other, third), limits, strict=True)):
        await _owes(database, buyer, 10_00 + day, limit, day)
    await merge(database, third, one)
    async with database.single_statement() as tx:
        (told,) = (await service.look(tx, into=one, from_=other)).joined
    await merge(database, other, one)
    async with database.single_statement() as tx:
        kept = await credit.limit_of(tx, one, "USD")
        assert (told.both.exposure, told.both.limit) == (
            await credit.exposure(tx, one, "USD"),
            kept.amount if kept else None,
        )
        (parted,) = (await service.parting(tx, other)).joined
    assert parted == told


async def test_a_buyer_makes_no_pair_with_itself_or_with_nobody(database: Database) -> None:
    one, _, _ = await _three(database)
    async with database.single_statement() as tx:
        for other in (one, new_id()):
            with pytest.raises(NotFound):
                await service.pair(tx, one, other)


@given(st.text("0123456789-", max_size=12), st.text("0123456789-", max_size=12))
def test_what_is_marked_is_all_of_the_number_and_only_what_differs(one: str, other: str) -> None:
    parts = list(rules.marked(one, other))
    assert "".join(part for part, _ in parts) == one
    if len(one) == len(other):
        flags = [differs for part, differs in parts for _ in part]
        assert flags == [a != b for a, b in zip(one, other, strict=True)]
    else:
        assert not any(differs for _, differs in parts)
