"""What a policy leaves to people: they see all of it, agree by two where it is much, and nobody twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from tenor.base.errors import Forbidden, Invalid, LimitExceeded, NotFound, TenorError, WrongState
from tenor.base.ids import new_id
from tenor.core.credit import rules as credit_rules
from tenor.core.credit import service as credit
from tenor.core.credit import store as credit_store
from tenor.core.events.model import EventType
from tenor.core.mail import store as mail
from tenor.core.orders import review
from tenor.core.orders.model import Order, State
from tenor.core.orders.review import Case, CaseFile, Reviewer
from tests.core.credit.reviewers import hire

if TYPE_CHECKING:
    from tests.core.conftest import MakeTrade, Trade

ANNA, BADR = Reviewer(UUID(int=1), "Anna"), Reviewer(UUID(int=2), "Badr")

# Approves nothing by itself, and leaves 5,000.00 and a limit of 8,000.00 to one person.
CAREFUL = """
name = "careful"
version = 1
currency = "USD"
required = ["bureau_report"]
limit = "8000"
second_person_above = "5000"
"""


@dataclass(frozen=True)
class Room:
    """A trade whose every order waits for a person."""

    trade: Trade

    async def waits(self, *, total: int = 1_000_00, code: str = "net30", email: str = "a@one.example.com") -> Order:
        """An order under review."""
        order = await self.trade.choose(await self.trade.create(total=total), code, email=email)
        assert order.state == State.UNDER_REVIEW
        return order

    async def approve(
        self, order: Order, by: Reviewer = ANNA, *, limit: int = 8_000_00, now: datetime | None = None
    ) -> Order:
        """A person agrees."""
        async with self.trade.database.transaction() as tx:
            return await review.approve(
                tx, self.trade.merchant, order.id, by, limit=limit, note="seen", now=now or self.trade.now
            )

    async def decline(self, order: Order, by: Reviewer = ANNA, *, reason: str = "too_much_owed") -> Order:
        """A person declines."""
        async with self.trade.database.transaction() as tx:
            return await review.decline(tx, self.trade.merchant, order.id, by, reason=reason, now=self.trade.now)

    async def case(self, order: Order) -> CaseFile:
        """All that is known of an order."""
        async with self.trade.database.single_statement() as tx:
            return await review.case(tx, order.merchant_id, order.id)

    async def queue(self, limit: int = 50) -> list[Case]:
        """What waits."""
        async with self.trade.database.single_statement() as tx:
            return await review.waiting(tx, limit)


@pytest.fixture
async def room(make_trade: MakeTrade) -> AsyncIterator[Room]:
    trade = await make_trade(policy="careful")
    async with trade.database.transaction() as tx:
        await credit.publish(tx, CAREFUL)
        await hire(tx, ANNA, BADR)
    yield Room(trade)
    await trade.assert_clean()


async def test_an_order_that_waits_keeps_its_buyer_and_terms_and_reserves_nothing(room: Room) -> None:
    order = await room.waits()
    assert order.buyer_id is not None
    assert order.terms is not None
    assert order.exposure == 0
    assert await room.trade.exposure("a@one.example.com") == 0
    assert [event.type for event in await room.trade.events(order)][1:] == [EventType.ORDER_UNDER_REVIEW]
    async with room.trade.database.single_statement() as tx:
        letters = [letter.kind for letter in await mail.of_order(tx, order.merchant_id, order.id)]
    assert letters == ["under_review"]


async def test_one_person_approves_what_is_little_and_the_order_goes_on(room: Room) -> None:
    order = await room.approve(await room.waits(), limit=3_000_00)
    assert order.state == State.TERMS_SELECTED
    assert order.exposure == 1_000_00
    assert order.expires_at == room.trade.now + room.trade.merchant.programme.approval_valid
    found = await room.case(order)
    assert (found.exposure, found.limit and found.limit.amount) == (1_000_00, 3_000_00)
    assert found.limit is not None
    assert found.limit.granted_by == "staff"
    assert (await room.trade.place(order)).state == State.ORDER_PLACED
    async with room.trade.database.single_statement() as tx:
        letters = [letter.kind for letter in await mail.of_order(tx, order.merchant_id, order.id)]
    assert letters == ["under_review", "approved", "agreement"]


async def test_above_the_threshold_two_different_people_must_agree(room: Room) -> None:
    order = await room.waits(total=6_000_00)
    after_one = await room.approve(order, ANNA, limit=9_000_00)
    assert after_one.state == State.UNDER_REVIEW
    assert after_one.version == order.version
    assert await room.trade.exposure("a@one.example.com") == 0
    with pytest.raises(Forbidden, match="another person"):
        await room.approve(order, ANNA)
    assert (await room.approve(order, BADR, limit=7_000_00)).state == State.TERMS_SELECTED
    found = await room.case(order)
    assert found.limit is not None
    assert found.limit.amount == 7_000_00, "nobody agreed to more than the lesser of both"
    assert [vote.reviewer.name for vote in found.votes] == ["Anna", "Badr"]


async def test_a_limit_raised_above_the_threshold_needs_two_people_as_well(room: Room) -> None:
    order = await room.waits()
    assert (await room.approve(order, ANNA, limit=20_000_00)).state == State.UNDER_REVIEW
    assert (await room.approve(order, BADR, limit=4_000_00)).state == State.TERMS_SELECTED


async def test_of_one_person_who_clicks_twice_at_once_one_click_counts(room: Room) -> None:
    order = await room.waits(total=6_000_00)
    ends = await asyncio.gather(*(room.approve(order, ANNA) for _ in range(4)), return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["Forbidden"] * 3 + ["Order"]
    assert (await room.trade.fresh(order)).state == State.UNDER_REVIEW


async def test_the_database_itself_refuses_a_second_vote_of_one_person(room: Room) -> None:
    order = await room.waits(total=6_000_00)
    await room.approve(order, ANNA)
    async with room.trade.database.single_statement() as tx:
        with pytest.raises(asyncpg.UniqueViolationError):
            await tx.execute("INSERT INTO credit_votes SELECT * FROM credit_votes")


async def test_of_approval_and_decline_at_once_one_wins(room: Room) -> None:
    for number in range(5):
        order = await room.waits(email=f"b{number}@one.example.com")
        ends = await asyncio.gather(room.approve(order, ANNA), room.decline(order, BADR), return_exceptions=True)
        assert sum(isinstance(end, TenorError) for end in ends) == 1
        assert (await room.trade.fresh(order)).state in (State.TERMS_SELECTED, State.DECLINED)


async def test_many_approvals_at_once_pass_no_limit(room: Room) -> None:
    waiting = [await room.waits() for _ in range(12)]
    ends = await asyncio.gather(*(room.approve(order, limit=5_000_00) for order in waiting), return_exceptions=True)
    assert sum(isinstance(end, Order) for end in ends) == 5
    assert all(isinstance(end, Order | Invalid) for end in ends)
    assert await room.trade.exposure("a@one.example.com") == 5_000_00


async def test_a_limit_below_what_would_be_owed_is_refused_in_words(room: Room) -> None:
    order = await room.waits()
    with pytest.raises(Invalid, match=r"limit: must be at least 1000\.00 USD"):
        await room.approve(order, limit=999_99)
    assert (await room.case(order)).votes == ()


async def test_nobody_approves_beyond_what_was_agreed_with_the_merchant(room: Room) -> None:
    order = await room.waits()
    merchant = room.trade.merchant
    programme = msgspec.structs.replace(merchant.programme, exposure_limit=500_00)
    tight = replace(room.trade, merchant=msgspec.structs.replace(merchant, programme=programme))
    with pytest.raises(LimitExceeded, match=r"for a buyer is 500\.00 USD"):
        await Room(tight).approve(order)


async def test_a_decline_ends_the_order_with_a_reason(room: Room) -> None:
    order = await room.waits()
    declined = await room.decline(order)
    assert declined.state == State.DECLINED
    assert (await room.trade.events(order))[-1].data["reason"] == "too_much_owed"


async def test_a_reason_in_a_persons_own_words_is_for_staff_alone(room: Room) -> None:
    order = await room.waits()
    await room.decline(order, reason="The director was sentenced for fraud.")
    assert (await room.trade.events(order))[-1].data["reason"] == "staff_declined"
    found = await room.case(order)
    assert found.decisions[-1].note == "The director was sentenced for fraud."
    assert found.votes[0].verdict == "decline"


async def test_a_decline_without_a_reason_is_refused(room: Room) -> None:
    with pytest.raises(Invalid, match="reason: must say why"):
        await room.decline(await room.waits(), reason=" ")


@pytest.mark.parametrize("state", [one for one in State if one != State.UNDER_REVIEW])
async def test_an_order_that_does_not_wait_can_not_be_decided(trade: Trade, state: State) -> None:
    order = await trade.order_in(state)
    with pytest.raises(WrongState, match=f"is {state}; this needs an order that is under_review"):
        await Room(trade).approve(order)
    with pytest.raises(WrongState, match=f"is {state}"):
        await Room(trade).decline(order)


async def test_an_order_whose_time_is_over_can_not_be_approved_before_the_sweep_either(room: Room) -> None:
    order = await room.waits()
    with pytest.raises(WrongState, match="is expired"):
        await room.approve(order, now=order.expires_at)


async def test_an_order_of_another_merchant_is_not_there(room: Room, make_trade: MakeTrade) -> None:
    order, other = await room.waits(), await make_trade()
    with pytest.raises(NotFound):
        await Room(other).approve(order)
    async with other.database.single_statement() as tx:
        with pytest.raises(NotFound):
            await review.case(tx, other.merchant.id, order.id)
        with pytest.raises(NotFound):
            await review.case(tx, other.merchant.id, new_id())


async def test_signed_dates_stay_unless_they_have_passed(make_trade: MakeTrade) -> None:
    trade = await make_trade(policy="careful", order_valid=timedelta(days=60))
    async with trade.database.transaction() as tx:
        await credit.publish(tx, CAREFUL)
        await hire(tx, ANNA, BADR)
    room = Room(trade)
    soon, late = await room.waits(email="a@x.example.com"), await room.waits(email="b@x.example.com")
    soon = await room.approve(soon, now=trade.now + timedelta(days=29))
    late = await room.approve(late, now=trade.now + timedelta(days=30))
    assert soon.terms is not None
    assert late.terms is not None
    assert soon.terms.offer.schedule[0].due_on == date(2026, 5, 15)
    assert late.terms.offer.schedule[0].due_on == date(2026, 6, 14)
    assert late.terms.offer.to_pay == soon.terms.offer.to_pay
    await trade.assert_clean()


async def test_a_programme_that_confirms_itself_confirms_with_the_last_vote(make_trade: MakeTrade) -> None:
    trade = await make_trade(policy="careful", confirms_itself=True)
    async with trade.database.transaction() as tx:
        await credit.publish(tx, CAREFUL)
        await hire(tx, ANNA, BADR)
    room = Room(trade)
    order = await room.waits(total=6_000_00)
    await room.approve(order, ANNA)
    assert (await room.approve(order, BADR)).state == State.ORDER_CONFIRMED
    told = [event.type for event in await trade.events(order)]
    assert told[1:] == [
        EventType.ORDER_UNDER_REVIEW,
        EventType.ORDER_TERMS_SELECTED,
        EventType.ORDER_PLACED,
        EventType.ORDER_CONFIRMED,
    ]
    await trade.assert_clean()


async def test_the_queue_shows_the_oldest_day_first_and_within_it_the_largest(room: Room) -> None:
    trade = room.trade
    yesterday = Room(replace(trade, now=trade.now - timedelta(days=1)))
    small, large = await room.waits(total=100_00), await room.waits(total=900_00)
    old = await yesterday.waits(total=50_00)
    queue = await room.queue()
    assert [case.order_id for case in queue] == [old.id, large.id, small.id]
    assert [case.amount for case in queue] == [50_00, 900_00, 100_00]
    assert queue[0].merchant_name == "Acme Fasteners"
    assert queue[0].company_name == "Northwind Builders"
    assert queue[0].age > queue[1].age
    assert len(await room.queue(2)) == 2
    await room.decline(old)
    assert [case.order_id for case in await room.queue()] == [large.id, small.id]


async def test_a_case_holds_all_that_was_decided_and_why(room: Room) -> None:
    order = await room.waits(total=6_000_00)
    found = await room.case(order)
    assert found.votes_needed == 2
    assert found.suggested_limit == 8_000_00
    [by_policy] = found.decisions
    assert (by_policy.kind, by_policy.outcome, by_policy.reason) == ("policy", "review", "bureau_report_missing")
    assert by_policy.policy == ("careful", 1)
    assert by_policy.facts.order_amount == 6_000_00
    await room.approve(order, ANNA)
    await room.approve(order, BADR)
    found = await room.case(order)
    assert [(one.kind, one.outcome, one.reviewer and one.reviewer.name) for one in found.decisions] == [
        ("policy", "review", None),
        ("staff", "approve", "Anna"),
        ("staff", "approve", "Badr"),
    ]
    assert found.exposure == 6_000_00


async def test_every_decision_can_be_made_again_from_what_is_kept(room: Room) -> None:
    await room.approve(await room.waits())
    await room.decline(await room.waits(total=2_000_00))
    async with room.trade.database.single_statement() as tx:
        kept = await credit_store.decisions(tx, None, 100)
        assert len(kept) == 4
        for one in kept:
            assert one.policy is not None
            policy = await credit.stored(tx, *one.policy)
            again = credit_rules.decide(policy, one.facts)
            assert again.fired == one.fired
            if one.kind != "staff":
                assert (again.outcome, again.reason) == (one.outcome, one.reason)


@pytest.mark.parametrize("table", ["credit_decisions", "credit_votes", "credit_policies"])
@pytest.mark.parametrize("how", ["DELETE FROM {}", "UPDATE {} SET {} = {}", "TRUNCATE {} CASCADE"])
async def test_what_was_decided_stays(room: Room, table: str, how: str) -> None:
    await room.approve(await room.waits(), ANNA)
    column = {"credit_decisions": "note", "credit_votes": "note", "credit_policies": "source"}[table]
    statement: Any = how.format(table, column, column)
    async with room.trade.database.single_statement() as tx:
        with pytest.raises(asyncpg.CheckViolationError, match="append-only"):
            await tx.execute(statement)


async def test_a_refused_vote_is_none_also_where_the_caller_goes_on(room: Room) -> None:
    order = await room.waits(total=6_000_00)
    await room.approve(order, ANNA, limit=6_000_00)
    # Meanwhile the buyer owes more, so the limit on which both agree is not enough.
    await room.approve(await room.waits(total=1_000_00), ANNA, limit=1_000_00)
    async with room.trade.database.transaction() as tx:
        with pytest.raises(LimitExceeded, match=r"agree who voted is 6000\.00 USD"):
            await review.approve(tx, room.trade.merchant, order.id, BADR, limit=8_000_00, note="", now=room.trade.now)
    assert [vote.reviewer for vote in (await room.case(order)).votes] == [ANNA]


@pytest.mark.parametrize("note", ["\x00", "a\u202eb", "x" * 2001])
async def test_a_note_that_can_not_be_kept_is_refused_by_name(room: Room, note: str) -> None:
    order = await room.waits()
    async with room.trade.database.transaction() as tx:
        with pytest.raises(Invalid, match="note: must"):
            await review.approve(tx, room.trade.merchant, order.id, ANNA, limit=8_000_00, note=note, now=room.trade.now)
    with pytest.raises(Invalid, match="reason: must"):
        await room.decline(order, reason=note)
