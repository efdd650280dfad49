"""The log is read in one order, and nothing in it is ever skipped."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.base.database import Database
from tenor.base.errors import Invalid
from tenor.core.events import payload
from tenor.core.events.feed import Feed, Page, Query
from tenor.core.events.model import Event, EventType, event_id, event_of
from tenor.core.orders import service as orders
from tests.core.conftest import MakeTrade, Trade


async def _stays() -> bool:
    return False


@pytest.fixture
def feed(database: Database) -> Feed:
    """One process's reader."""
    return Feed(database)


async def _all(feed: Feed, trade: Trade, limit: int = 3, **asked: object) -> list[tuple[str, int, str]]:
    """The whole log, page by page: order, number and type of each event."""
    read: list[tuple[str, int, str]] = []
    page = Page(events=[], next=None, more=True)
    while page.more:
        page = await feed.page(trade.merchant.id, Query(after=page.next, limit=limit, **asked))  # type: ignore[arg-type]
        read += [(str(one.order_id), one.number, one.type) for one in page.events]
    return read


async def test_the_log_is_read_page_by_page_each_event_once_and_each_order_in_order(trade: Trade, feed: Feed) -> None:
    made = [await trade.sold() for _ in range(3)]
    read = await _all(feed, trade)
    assert len(read) == len(set(read)) == 12
    for order in made:
        assert [number for order_id, number, _ in read if order_id == str(order.id)] == [1, 2, 3, 4]


async def test_another_merchants_events_are_not_there_and_none_of_them_is_a_place(
    trade: Trade, make_trade: MakeTrade, feed: Feed
) -> None:
    other = await make_trade()
    theirs = await other.create()
    assert await _all(feed, trade) == []
    for after in (
        event_id(theirs.id, 1),
        event_id(uuid4(), 1),
        "evt_",
        "nonsense",
        event_id(theirs.id, 1).upper(),
        "evt_ü",
    ):
        with pytest.raises(Invalid) as refused:
            await feed.page(trade.merchant.id, Query(after=after))
        assert refused.value.problems[0].path == ("after",)


async def test_an_order_and_types_narrow_what_is_read(trade: Trade, feed: Feed) -> None:
    first, second = await trade.sold(), await trade.placed()
    assert [number for _, number, _ in await _all(feed, trade, order=first.id)] == [1, 2, 3, 4]
    placed = await _all(feed, trade, limit=1, types=(EventType.ORDER_PLACED,))
    assert placed == [(str(order.id), 3, "order.placed") for order in (first, second)]
    assert await _all(feed, trade, order=first.id, types=(EventType.ORDER_CANCELED,)) == []
    assert await _all(feed, trade, order=uuid4()) == []


async def test_what_was_not_asked_for_is_behind_the_reader_all_the_same(trade: Trade, feed: Feed) -> None:
    order = await trade.sold()
    page = await feed.page(trade.merchant.id, Query(types=(EventType.ORDER_CANCELED,)))
    assert (page.events, page.next, page.more) == ([], event_id(order.id, 4), False)
    page = await feed.page(trade.merchant.id, Query(after=page.next))
    assert (page.events, page.next) == ([], event_id(order.id, 4))


async def test_an_empty_log_has_no_next(trade: Trade, feed: Feed) -> None:
    page = await feed.page(trade.merchant.id, Query())
    assert (page.events, page.next, page.more) == ([], None, False)


async def test_an_event_that_commits_late_is_waited_for_and_not_skipped(trade: Trade, feed: Feed) -> None:
    slow, quick = await trade.create(), await trade.create()
    start = (await feed.page(trade.merchant.id, Query())).next
    async with trade.database.transaction() as tx:
        # This event takes its place in the log first, and commits last.
        await orders.expire(tx, await orders.locked(tx, slow.merchant_id, slow.id), trade.now)
        await trade.choose(quick)
        early = await feed.page(trade.merchant.id, Query(after=start))
        assert (early.events, early.next) == ([], start)
    late = await feed.page(trade.merchant.id, Query(after=start))
    assert [(one.order_id, one.type) for one in late.events] == [
        (slow.id, "order.expired"), (quick.id, "order.terms_selected"),
    ]  # fmt: skip


async def test_a_transaction_that_goes_back_leaves_no_trace_and_stops_nobody(trade: Trade, feed: Feed) -> None:
    order = await trade.create()

    async def goes_back() -> None:
        async with trade.database.transaction() as tx:
            await orders.expire(tx, await orders.locked(tx, order.merchant_id, order.id), trade.now)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await goes_back()
    await trade.choose(order)
    assert [kind for _, _, kind in await _all(feed, trade)] == ["order.created", "order.terms_selected"]


async def test_what_writes_no_event_holds_nobody_up(trade: Trade, feed: Feed) -> None:
    async with trade.database.transaction() as tx:
        await tx.execute("UPDATE merchants SET name = name WHERE id = $1", trade.merchant.id)
        order = await trade.create()
        page = await feed.page(trade.merchant.id, Query())
    assert [one.order_id for one in page.events] == [order.id]


async def test_a_reader_beside_many_writers_sees_everything_once_and_in_order(trade: Trade, database: Database) -> None:
    made, writing = 0, True

    async def write() -> None:
        nonlocal made
        for _ in range(6):
            await trade.sold()
            made += 4

    async def read() -> list[tuple[str, int]]:
        feed, after, seen = Feed(database), None, []
        while True:
            last_round = not writing
            page = await feed.page(trade.merchant.id, Query(after=after, limit=5))
            seen += [(str(one.order_id), one.number) for one in page.events]
            after = page.next
            if last_round and not page.events and len(seen) >= made:
                return seen

    readers = [asyncio.create_task(read()) for _ in range(2)]
    await asyncio.gather(*(write() for _ in range(4)))
    writing = False
    for reader in readers:
        async with asyncio.timeout(60):
            seen = await reader
        assert len(seen) == made
        numbers = defaultdict(list)
        for order_id, number in seen:
            numbers[order_id].append(number)
        assert all(one == [1, 2, 3, 4] for one in numbers.values())


async def test_whoever_waits_is_told_when_something_happens(trade: Trade, feed: Feed) -> None:
    waiting = asyncio.create_task(feed.wait(trade.merchant.id, Query(), 20, _stays))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    order = await trade.create()
    async with asyncio.timeout(10):
        assert [one.order_id for one in (await waiting).events] == [order.id]


async def test_who_waits_for_nothing_is_answered_when_the_time_is_over_or_they_have_gone(
    trade: Trade, make_trade: MakeTrade, feed: Feed
) -> None:
    other = await make_trade()
    waiting = asyncio.create_task(feed.wait(trade.merchant.id, Query(), 0.4, _stays))
    await other.create()
    assert (await waiting).events == []

    async def gone() -> bool:
        return True

    async with asyncio.timeout(5):
        assert (await feed.wait(trade.merchant.id, Query(), 30, gone)).events == []


@given(st.uuids(), st.integers(1, 2**31 - 1))
def test_an_events_public_name_stands_for_it_alone(order_id: object, number: int) -> None:
    public = event_id(order_id, number)  # type: ignore[arg-type]
    assert event_of(public) == (order_id, number)
    assert public.removeprefix("evt_").isalnum()


@given(st.text())
def test_no_other_text_is_an_events_name(text: str) -> None:
    named = event_of(text)
    assert named is None or event_id(*named) == text


async def test_an_event_of_the_first_schema_is_told_with_what_it_holds(trade: Trade) -> None:
    order = await trade.create()
    old = Event(
        merchant_id=order.merchant_id, order_id=order.id, number=1, type=EventType.ORDER_CREATED, occurred_at=trade.now,
        data={
            "shape": 1, "number": order.number, "reference": "PO-1", "state": "new", "currency": "USD", "total": 1,
            "subtotal": 1, "tax": 0, "shipping": 0, "discount": 0, "reason": "exposure_limit",
        },
    )  # fmt: skip
    written = payload.encode(payload.told(old))
    assert b'"total":1' in written
    assert b"reason" not in written
