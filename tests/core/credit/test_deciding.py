"""Deciding with the database: facts from everywhere, one limit that no crowd can pass, and policies in force."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
import pytest

from tenor.base.errors import Invalid, LimitExceeded
from tenor.core.buyers.identity import Business
from tenor.core.credit import rules, service, store
from tenor.core.credit.bureau import Company
from tenor.core.credit.model import BuyerLimit, KeptDecision, Report
from tenor.core.merchants.model import Programme
from tenor.core.orders import service as orders
from tenor.core.orders.model import Item, Order, OrderChange, State

if TYPE_CHECKING:
    from tests.core.conftest import MakeTrade, Trade

GRANTING = """
name = "granting"
version = 1
currency = "USD"
approve_within_limits = true
limit = "10000"
over_limit = "{over_limit}"
"""
NUMBER = "12-3456789"


async def _publish(trade: Trade, source: str) -> None:
    async with trade.database.transaction() as tx:
        await service.publish(tx, source)


async def _decisions(trade: Trade, order: Order) -> list[KeptDecision]:
    async with trade.database.single_statement() as tx:
        return await store.decisions_of(tx, order.merchant_id, order.id)


async def _report(trade: Trade, order: Order, report: Report | None, *, age: timedelta = timedelta(0)) -> None:
    async with trade.database.transaction() as tx:
        company = Company("US", NUMBER, "a@b.example.com")
        answer = ("reported" if report else "failed", report)
        await service.keep_report(tx, order.merchant_id, order.id, company, answer, trade.now - age)  # type: ignore[arg-type]


async def _choose(trade: Trade, order: Order) -> Order:
    """The buyer asks for terms, with a registration number."""
    async with trade.database.transaction() as tx:
        return await orders.select_terms(
            tx, trade.merchant, order.id, code="net30", company_name="Northwind", email="a@northwind.example.com",
            now=trade.now, business=Business(legal_name="Northwind", registration_number=NUMBER),
        )  # fmt: skip


@pytest.mark.parametrize("over_limit", ["decline", "review"])
async def test_two_hundred_orders_of_a_tenth_of_the_buyers_limit_at_once_are_ten_approvals(
    make_trade: MakeTrade, over_limit: str
) -> None:
    trade = await make_trade(policy="granting")
    await _publish(trade, GRANTING.format(over_limit=over_limit))
    made = [await trade.create(total=1_000_00) for _ in range(200)]
    ends = Counter(end.state for end in await asyncio.gather(*(trade.choose(order) for order in made)))
    other = State.DECLINED if over_limit == "decline" else State.UNDER_REVIEW
    assert ends == {State.TERMS_SELECTED: 10, other: 190}
    assert await trade.exposure() == 10_000_00
    await trade.assert_clean()


async def test_one_limit_holds_across_merchants_with_different_programmes(make_trade: MakeTrade) -> None:
    one, other = await make_trade(policy="granting"), await make_trade(policy="limits")
    await _publish(one, GRANTING.format(over_limit="decline"))
    await one.choose(await one.create(total=9_000_00))
    assert (await other.choose(await other.create(total=1_000_01))).state == State.DECLINED
    assert (await other.choose(await other.create(total=1_000_00))).state == State.TERMS_SELECTED


async def test_a_raised_total_is_held_to_the_buyers_limit_too(make_trade: MakeTrade) -> None:
    trade = await make_trade(policy="granting")
    await _publish(trade, GRANTING.format(over_limit="review"))
    order = await trade.placed(total=9_000_00)

    def raised(total: int) -> OrderChange:
        return OrderChange(total=total, subtotal=total, items=(Item(sku="B", name="B", unit_price=total, quantity=1),))

    with pytest.raises(LimitExceeded):
        await trade.do(
            order, lambda tx, locked: orders.update(tx, trade.merchant, locked, raised(10_000_01), trade.now)
        )
    assert await trade.exposure() == 9_000_00
    changed = await trade.do(
        order, lambda tx, locked: orders.update(tx, trade.merchant, locked, raised(10_000_00), trade.now)
    )
    assert changed.exposure == 10_000_00
    assert [(one.kind, one.outcome, one.policy) for one in await _decisions(trade, order)] == [
        ("policy", "approve", ("granting", 1)),
        ("change", "approve", ("limits", 1)),
    ]
    await trade.assert_clean()


async def test_a_limit_that_a_person_set_is_not_raised_by_a_policy(make_trade: MakeTrade) -> None:
    trade = await make_trade(policy="granting")
    await _publish(trade, GRANTING.format(over_limit="decline"))
    first = await trade.choose(await trade.create(total=1_000_00))
    assert first.buyer_id is not None
    async with trade.database.transaction() as tx:
        assert await store.limit_of(tx, first.buyer_id, "USD") == BuyerLimit(amount=10_000_00, granted_by="policy")
        staff = BuyerLimit(amount=1_500_00, granted_by="staff")
        await store.set_limit(tx, first.buyer_id, "USD", staff, trade.now)
    assert (await trade.choose(await trade.create(total=600_00))).state == State.DECLINED
    assert (await trade.choose(await trade.create(total=500_00))).state == State.TERMS_SELECTED


async def test_the_facts_of_a_decision_are_gathered_from_everywhere(make_trade: MakeTrade) -> None:
    trade = await make_trade(policy="limits")
    sold = await _choose(trade, await trade.create(total=2_000_00))
    await trade.confirm(await trade.place(sold))
    # The schedule of net 30 from 15 April ends on 15 May.
    later = type(trade)(trade.database, trade.merchant, trade.now + timedelta(days=40))
    order = await later.create(total=1_000_00)
    founded = date(2020, 1, 1)
    await _report(later, order, Report(founded_on=founded, revenue=5_000_000_00, currency="USD", flags=("odd",)))
    await _choose(later, order)
    facts = (await _decisions(trade, order))[-1].facts
    assert facts.exposure == 2_000_00
    assert facts.registration_number == NUMBER
    assert facts.email_domain == "northwind.example.com"
    assert facts.flags == ("odd",)
    assert facts.revenue == 5_000_000_00
    assert facts.company_age_days == (date(2026, 5, 25) - founded).days
    assert facts.days_overdue == 10
    assert facts.orders_in_24_hours == 1


async def test_nothing_of_a_person_stands_in_the_facts(trade: Trade) -> None:
    order = await _choose(trade, await trade.create())
    facts = msgspec.json.encode((await _decisions(trade, order))[-1].facts).decode()
    assert "a@northwind" not in facts
    assert "Northwind" not in facts


async def test_orders_within_a_day_are_counted_at_every_merchant_and_each_once(make_trade: MakeTrade) -> None:
    one, other = await make_trade(), await make_trade()
    for trade in (one, other, one):
        last = await trade.choose(await trade.create())
    assert (await _decisions(one, last))[-1].facts.orders_in_24_hours == 3
    tomorrow = type(one)(one.database, one.merchant, one.now + timedelta(hours=24, seconds=1))
    order = await tomorrow.choose(await tomorrow.create())
    assert (await _decisions(one, order))[-1].facts.orders_in_24_hours == 1


async def test_a_report_that_is_old_counts_no_more_and_a_failure_for_this_order_counts_before_an_old_success(
    trade: Trade,
) -> None:
    healthy = Report(founded_on=date(2010, 1, 1))
    first, second, third = [await trade.create() for _ in range(3)]
    await _report(trade, first, healthy, age=rules.REPORT_VALID)
    await _choose(trade, first)
    assert (await _decisions(trade, first))[-1].facts.bureau is None
    await _report(trade, first, healthy)
    await _choose(trade, second)
    assert (await _decisions(trade, second))[-1].facts.bureau == "reported"
    await _report(trade, third, None)
    await _choose(trade, third)
    assert (await _decisions(trade, third))[-1].facts.bureau == "failed"


async def test_without_a_bureau_every_order_of_the_default_policies_waits_for_a_person(make_trade: MakeTrade) -> None:
    trade = await make_trade(policy=None)
    assert trade.merchant.flow == "backd"
    order = await _choose(trade, await trade.create())
    assert order.state == State.UNDER_REVIEW
    assert (await _decisions(trade, order))[-1].policy == ("backd", 1)


async def test_a_programme_that_names_no_policy_there_is_approves_nobody(make_trade: MakeTrade) -> None:
    trade = await make_trade(policy="forgotten")
    order = await trade.choose(await trade.create())
    assert order.state == State.UNDER_REVIEW
    assert [(one.reason, one.policy) for one in await _decisions(trade, order)] == [("no_policy", None)]


def test_a_programme_that_was_stored_before_there_were_policies_still_loads() -> None:
    old = b'{"offers":[],"order_limit":1,"exposure_limit":1,"time_zone":"UTC"}'
    assert msgspec.json.decode(old, type=Programme).policy is None


async def test_the_newest_published_version_is_the_one_in_force(make_trade: MakeTrade) -> None:
    trade = await make_trade(policy="backd")
    await _publish(trade, 'name = "backd"\nversion = 2\napprove_within_limits = true')
    order = await trade.choose(await trade.create())
    assert [one.policy for one in await _decisions(trade, order)] == [("backd", 2)]
    assert order.state == State.TERMS_SELECTED


@pytest.mark.parametrize("version", [1, 2])
async def test_a_version_that_is_not_newer_is_not_published(trade: Trade, version: int) -> None:
    await _publish(trade, 'name = "backd"\nversion = 2')
    with pytest.raises(Invalid, match="version: must be above 2"):
        await _publish(trade, f'name = "backd"\nversion = {version}')


async def test_a_packaged_policy_that_decided_can_be_read_back_and_is_not_published_thereby(trade: Trade) -> None:
    await trade.choose(await trade.create())
    async with trade.database.single_statement() as tx:
        assert (await service.stored(tx, "limits", 1)).name == "limits"
        assert await store.published(tx, "limits") is None


async def test_every_decision_of_every_outcome_can_be_made_again_from_what_is_kept(make_trade: MakeTrade) -> None:
    trade = await make_trade(policy="granting")
    await _publish(trade, GRANTING.format(over_limit="review"))
    for total in (9_000_00, 2_000_00, 60_000_00, 1_000_00, 3_000_00):
        await trade.choose(await trade.create(total=total))
    await _publish(trade, GRANTING.format(over_limit="review").replace("version = 1", "version = 2"))
    await trade.choose(await trade.create(total=100_00))
    async with trade.database.single_statement() as tx:
        kept = await store.decisions(tx, None, 100)
        assert {one.outcome for one in kept} == {"approve", "review", "decline"}
        for one in kept:
            policy = await service.stored(tx, *one.policy) if one.policy else None
            again = rules.decide(policy, one.facts)
            assert (again.outcome, again.reason, again.fired, again.limit) == (
                one.outcome, one.reason, one.fired, one.limit,
            )  # fmt: skip


async def test_decisions_are_read_in_pages(trade: Trade) -> None:
    made = [await trade.choose(await trade.create()) for _ in range(5)]
    seen: list[UUID] = []
    async with trade.database.single_statement() as tx:
        last = None
        while page := await store.decisions(tx, last, 2):
            last = page[-1].id
            seen += [one.order_id for one in page]
    assert seen == [order.id for order in made]


async def test_the_group_of_a_buyer_is_found_once_however_many_facts_are_of_it(make_trade: MakeTrade) -> None:
    trade = await make_trade(policy="limits")
    order = await trade.choose(await trade.create())
    application = orders.application(trade.merchant, order, trade.now)
    async with trade.database.transaction() as tx:
        asked: list[str] = []
        with tx.query_logger(lambda query: asked.append(query.query)):
            facts = await service.gather(tx, application)
    assert facts.orders_in_24_hours == 1
    # The lock of merges; exposure and group at once; the limit; overdue; asks; lookalikes. No number, so no report.
    assert len(asked) == 6
