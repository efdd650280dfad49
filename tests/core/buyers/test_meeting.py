"""A company is met once and known from then on, whoever acts for it and at whichever merchant."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from tenor.base.database import Database
from tenor.core.buyers import merging, service, store
from tenor.core.buyers.rules import normal_email
from tenor.core.credit import store as credit
from tenor.core.orders.model import State
from tenor.core.repayments import store as repayments
from tests.core.buyers.companies import ANA, BO, EIN, NOW, agree, count, meet, merge, northwind

if TYPE_CHECKING:
    from tests.core.conftest import MakeTrade, Trade

OTHER_EIN = "98-7654321"


async def test_a_company_is_known_by_its_registration_whoever_acts_for_it(database: Database) -> None:
    first = await meet(database, ANA, northwind())
    second = await meet(database, BO, northwind(legal_name="Northwind"))
    assert second.id == first.id
    assert (first.country, first.registration_number) == ("US", EIN)
    async with database.single_statement() as tx:
        assert [one.email for one in await store.people(tx, [first.id])] == [ANA, BO]


async def test_the_same_number_of_another_country_is_another_company(database: Database) -> None:
    here = await meet(database, ANA, northwind("1010123456"), country="SA")
    there = await meet(database, ANA, northwind("1010123456"), country="AE")
    assert here.id != there.id


async def test_a_buyer_known_by_its_address_alone_learns_its_registration(database: Database) -> None:
    before = await meet(database, ANA)
    assert before.registration_number is None
    after = await meet(database, ANA, northwind())
    assert (after.id, after.registration_number) == (before.id, EIN)
    assert (await meet(database, BO, northwind())).id == before.id


async def test_an_address_may_act_for_two_companies_and_each_is_a_buyer_of_its_own(database: Database) -> None:
    one = await meet(database, ANA, northwind())
    other = await meet(database, ANA, northwind(OTHER_EIN, legal_name="Lakeside Supply Inc"))
    assert one.id != other.id
    assert (await meet(database, ANA, northwind())).id == one.id
    await agree(database, other, northwind(OTHER_EIN), NOW + timedelta(days=1))
    assert (await meet(database, ANA)).id == other.id, "without a number it is the company acted for last"


async def test_an_address_that_stood_for_a_buyer_unites_it_with_a_company_that_is_known_already(
    database: Database,
) -> None:
    nameless, known = await meet(database, ANA), await meet(database, BO, northwind())
    joined = await meet(database, ANA, northwind())
    assert joined.id == known.id
    async with database.single_statement() as tx:
        assert set(await merging.group(tx, nameless.id)) == {nameless.id, known.id}
    async with database.transaction() as tx:
        await merging.unmerge(tx, from_=nameless.id, by="mona", now=NOW)
    await meet(database, ANA, northwind())
    async with database.single_statement() as tx:
        assert await merging.group(tx, nameless.id) == [nameless.id], "what staff has undone stays undone"


async def test_whoever_types_a_known_number_is_shown_nothing_that_the_companys_people_have_told(
    database: Database,
) -> None:
    ana = await meet(database, ANA, northwind())
    await agree(database, ana, northwind())
    stranger = await meet(database, "stranger@example.com", northwind(line1="Elsewhere"))
    assert stranger.id == ana.id
    assert stranger.profile is None
    async with database.single_statement() as tx:
        found = await store.find(tx, ANA)
    assert found is not None
    assert found.profile == northwind(), "her own answers are remembered whole"


async def test_persons_stand_apart_from_the_company(database: Database) -> None:
    business = northwind(vat_number="300012345600003")
    await agree(database, await meet(database, ANA, business), business)
    async with database.single_statement() as tx:
        rows = await tx.fetch("SELECT to_jsonb(b)::text AS row FROM buyers b")
        (person,) = await store.people(tx, [(await store.companies(tx, "", None, 9))[0].id])
    assert all(word not in rows[0]["row"] for word in (ANA, "Ana Lopez", "+13125550100"))
    assert (person.name, person.phone, person.role) == ("Ana Lopez", "+13125550100", "signatory")


@pytest.mark.parametrize("emails", ["one", "many"])
@pytest.mark.parametrize("known_before", [False, True])
async def test_many_first_meetings_of_one_registration_at_once_are_one_buyer(
    database: Database, emails: str, *, known_before: bool
) -> None:
    addresses = [f"p{0 if emails == 'one' else number}@northwind.example.com" for number in range(50)]
    if known_before:
        await asyncio.gather(*(meet(database, address) for address in set(addresses)))
    met = await asyncio.gather(*(meet(database, address, northwind()) for address in addresses))
    assert len({one.id for one in met}) == 1
    assert await count(database, "buyer_registrations") == 1
    async with database.single_statement() as tx:
        group = await merging.group(tx, met[0].id)
    assert len(group) == await count(database), "whoever was known by an address counts in the company's limit"


async def test_many_first_meetings_of_one_address_at_once_are_one_buyer(database: Database) -> None:
    met = await asyncio.gather(*(meet(database, ANA) for _ in range(50)))
    assert len({one.id for one in met}) == 1
    assert await count(database) == 1


async def test_two_numbers_for_one_address_at_once_are_two_companies_and_one_of_them_is_the_one_of_before(
    database: Database,
) -> None:
    before = await meet(database, ANA)
    met = await asyncio.gather(
        *(meet(database, ANA, northwind(EIN if number % 2 else OTHER_EIN)) for number in range(20))
    )
    assert len({one.id for one in met}) == 2
    assert before.id in {one.id for one in met}


async def test_fifty_orders_of_one_company_through_two_merchants_are_one_buyer_with_one_limit(
    make_trade: MakeTrade,
) -> None:
    trades = [await make_trade(exposure_limit=10_000_00) for _ in range(2)]
    created = [(trade, await trade.create()) for trade in trades for _ in range(25)]
    ended = await asyncio.gather(
        *(
            trade.choose(order, email=f"p{number % 7}@northwind.example.com", business=northwind())
            for number, (trade, order) in enumerate(created)
        )
    )
    assert sum(order.state == State.TERMS_SELECTED for order in ended) == 10
    assert sum(order.state == State.DECLINED for order in ended) == 40
    assert len({order.buyer_id for order in ended}) == 1
    await trades[0].assert_clean()


async def test_learning_a_registration_does_not_wait_for_those_who_hold_the_exposure_nor_they_for_it(
    make_trade: MakeTrade,
) -> None:
    # Half of them know the buyer by its address, half teach it its number: without an order of locks this deadlocks.
    trades = [await make_trade() for _ in range(2)]
    for round_ in range(5):
        created = [(trade, await trade.create(total=10_00)) for trade in trades for _ in range(10)]
        number = f"12-345678{round_}"
        await asyncio.wait_for(
            asyncio.gather(
                *(
                    trade.choose(
                        order, email=f"r{round_}@x.example.com", business=northwind(number) if odd % 2 else None
                    )
                    for odd, (trade, order) in enumerate(created)
                )
            ),
            60,
        )
    await trades[0].assert_clean()


async def test_a_full_refund_does_not_wait_for_somebody_who_chooses_terms_as_the_same_buyer(trade: Trade) -> None:
    order = await trade.sold()
    assert order.terms is not None
    refund = await trade.refund(order, order.amounts.total)
    async with trade.database.transaction() as chooser:
        await service.meet(
            chooser, company_name="N", email=order.terms.email, country="US", business=northwind(), now=NOW
        )
        assert await asyncio.wait_for(trade.execute(order, refund.locked_at), 10)
    assert (await trade.fresh(order)).state == State.REFUNDED


@pytest.mark.parametrize("written", ["Ana@Example.com", "ÀÉ@example.com", "İ@example.com", "ΣΑΣ@example.com", "ẞ@a.co"])
async def test_an_address_in_lower_case_is_in_lower_case_for_the_database_too(database: Database, written: str) -> None:
    email = normal_email(written)
    assert (await meet(database, email)).email == email


async def test_the_orders_of_a_day_are_counted_at_all_merchants_and_for_all_that_are_merged(database: Database) -> None:
    one, other = await meet(database, ANA, northwind()), await meet(database, BO, northwind(OTHER_EIN))
    for minutes in range(9):
        await meet(database, ANA, northwind(), now=NOW + timedelta(minutes=minutes))

    async def asks(of: object, now: object) -> int:
        async with database.single_statement() as tx:
            return await service.asks_of_a_day(tx, await merging.group(tx, of), now)  # type: ignore[arg-type]

    soon = NOW + timedelta(minutes=10)
    assert (await asks(one.id, soon), await asks(other.id, soon)) == (10, 1)
    assert await asks(one.id, NOW + timedelta(hours=24, minutes=4)) == 4
    await merge(database, other.id, one.id)
    assert (await asks(one.id, soon), await asks(other.id, soon)) == (11, 11)
    async with database.transaction() as tx:
        assert await store.forget_asks(tx, NOW + timedelta(minutes=5)) == 7
    assert await asks(one.id, soon) == 4


async def test_the_order_at_hand_counts_and_those_that_were_decided_on_before_it(make_trade: MakeTrade) -> None:
    trades = [await make_trade() for _ in range(2)]
    seen: list[int] = []

    async def ask(trade: Trade) -> None:
        async with trade.database.transaction() as tx:
            buyer = await service.meet(
                tx, company_name="N", email=ANA, country="US", business=northwind(), now=trade.now
            )
            _, group = await credit.lock_exposure(tx, buyer.id, "USD")
            seen.append(await service.asks_of_a_day(tx, group, trade.now))

    await asyncio.gather(*(ask(trades[number % 2]) for number in range(12)))
    assert sorted(seen) == list(range(1, 13)), "each sees exactly those before it and itself"


async def test_the_longest_overdue_instalment_at_any_merchant_counts(make_trade: MakeTrade) -> None:
    one, other = await make_trade(), await make_trade()
    sold = await one.sold()
    later = await other.sold(code="net60")
    assert sold.buyer_id is not None
    assert sold.buyer_id == later.buyer_id

    async def overdue(on: date) -> int:
        async with one.database.single_statement() as tx:
            return await repayments.days_overdue(tx, [sold.buyer_id], on)  # type: ignore[list-item]

    due = (await one.schedule(sold))[0].due_on
    assert await overdue(due) == 0, "on the due date it is not overdue"
    assert await overdue(due + timedelta(days=1)) == 1
    assert await overdue(due + timedelta(days=40)) == 40
    await one.refund_at_once(sold, sold.amounts.total)
    assert await overdue(due + timedelta(days=40)) == 10, "what was paid or credited is not owed"
