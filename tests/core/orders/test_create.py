"""Creating: one row for one order, however often and however many at once it is sent."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
import pytest

from tenor.base.errors import Duplicate, Invalid, NotFound, dotted
from tenor.core.events.model import EventType
from tenor.core.mail import store as mail
from tenor.core.mail.model import Kind
from tenor.core.orders import service as orders
from tenor.core.orders import store
from tenor.core.orders.model import Address, Amounts, Contact, Detail, Item, NewOrder, Order, State

if TYPE_CHECKING:
    from tests.core.conftest import MakeTrade, Trade

_ADDRESS = Address(
    line1="1 Main St", line2="Gate 4", city="Austin", region="TX", postal_code="78701", country="US",
    latitude="30.2672", extra={"gate": 4, "lift": True, "width": Decimal("2.50")},
)  # fmt: skip
_FULL = Detail(
    items=(
        Item(
            sku="BOLT-8", name="براغي", unit_price=500_00, quantity=2, unit="box", subtotal=1000_00, tax_rate="15.00",
            tax=150_00, total=1150_00, name_en="Bolts", url="https://shop.example.com/bolts", metadata=[1, {"a": None}],
        ),
    ),
    billing=Contact(
        address=_ADDRESS, first_name="Ana", last_name="Pérez", company_name="Northwind", phone="+1 512 555 0100",
        email="ana@northwind.example.com",
    ),
    shipping=Contact(address=_ADDRESS),
    success_url="https://shop.example.com/done", close_url="https://shop.example.com/cart",
    webhook_url="https://shop.example.com/hook", customer_email="ana@northwind.example.com", notify_customer=True,
    tax_rate="15.00", documents=("ab" * 32,),
    metadata={"a": [Decimal("0.10"), 12345678901234567890123, True, None, "\u2603"], "": {}},
)  # fmt: skip


_LINKS = "deliveries WHERE letter = 'order_link'"


def _full(trade: Trade, **changes: object) -> NewOrder:
    new = NewOrder(
        face="backd", reference="PO-1", reference_status="paid in part", detail=_FULL,
        amounts=Amounts(total=1140_00, subtotal=1000_00, tax=150_00, shipping=10_00, discount=20_00),
    )  # fmt: skip
    return msgspec.structs.replace(new, **changes)


async def _create(trade: Trade, new: NewOrder) -> tuple[Order, bool]:
    async with trade.database.single_statement() as tx:
        return await orders.create(tx, trade.merchant, new, trade.now)


async def _count(trade: Trade, rows: str = "orders") -> int:
    async with trade.database.single_statement() as tx:
        count: int = await tx.fetchval(f"SELECT count(*) FROM {rows}")  # noqa: S608 - names are the tests' own
    return count


async def test_everything_that_was_sent_is_kept_exactly(trade: Trade) -> None:
    order, made = await _create(trade, _full(trade))
    assert made
    assert await trade.fresh(order) == order
    assert order.detail == _FULL
    assert (order.state, order.version, order.currency) == (State.NEW, 1, "USD")
    assert order.created_at == order.updated_at == trade.now
    assert order.expires_at == trade.now + trade.merchant.programme.order_valid


async def test_numbers_in_a_merchants_metadata_are_kept_as_numbers_and_to_the_last_digit(trade: Trade) -> None:
    order, _ = await _create(trade, _full(trade))
    async with trade.database.single_statement() as tx:
        kept = await tx.fetchval("SELECT detail -> 'metadata' ->> 'a' FROM orders WHERE id = $1", order.id)
    assert kept == '[0.10, 12345678901234567890123, true, null, "\u2603"]'


async def test_the_first_event_is_told_with_the_order_and_names_no_person(trade: Trade) -> None:
    order, _ = await _create(trade, _full(trade))
    [event] = await trade.events(order)
    assert (event.number, event.type, event.occurred_at) == (1, EventType.ORDER_CREATED, trade.now)
    times = {name: value.isoformat().replace("+00:00", "Z") for name, value in (
        ("created_at", order.created_at), ("expires_at", order.expires_at),
    )}  # fmt: skip
    assert event.data == times | {
        "shape": 1, "id": str(order.id), "number": order.number, "reference": "PO-1",
        "reference_status": "paid in part", "state": "new", "currency": "USD",
        "total": 1140_00, "subtotal": 1000_00, "tax": 150_00, "shipping": 10_00, "discount": 20_00,
        "items": [
            {"sku": "BOLT-8", "name": "براغي", "quantity": 2, "unit_price": 500_00, "subtotal": 1000_00,
             "tax": 150_00, "total": 1150_00},
        ],
    }  # fmt: skip


async def test_a_mail_is_queued_with_the_order_when_the_customer_is_to_be_told(trade: Trade) -> None:
    told, _ = await _create(trade, _full(trade))
    quiet = msgspec.structs.replace(_FULL, notify_customer=False)
    untold, _ = await _create(trade, _full(trade, reference="PO-2", detail=quiet))
    async with trade.database.single_statement() as tx:
        queued = await mail.of_order(tx, told.merchant_id, told.id)
        assert await mail.of_order(tx, untold.merchant_id, untold.id) == []
    assert [(letter.kind, letter.recipient, letter.state) for letter in queued] == [
        ("order_link", "ana@northwind.example.com", "queued")
    ]


async def test_the_same_order_again_is_the_same_order_as_it_stands(trade: Trade) -> None:
    first, _ = await _create(trade, _full(trade))
    chosen = await trade.choose(first)
    assert await _create(trade, _full(trade)) == (chosen, False)
    assert (await _count(trade), await _count(trade, "events")) == (1, 2)
    async with trade.database.single_statement() as tx:
        kinds = [letter.kind for letter in await mail.of_order(tx, first.merchant_id, first.id)]
    assert kinds.count(Kind.ORDER_LINK) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"amounts": Amounts(total=1140_01, subtotal=1000_01, tax=150_00, shipping=10_00, discount=20_00)},
        {"reference_status": "unpaid"},
        {"face": "buildnow"},
        {"detail": msgspec.structs.replace(_FULL, documents=())},
        {"detail": msgspec.structs.replace(_FULL, metadata={"a": "0.10"})},
    ],
)
async def test_another_order_under_a_live_reference_is_refused(trade: Trade, changes: dict[str, object]) -> None:
    await _create(trade, _full(trade))
    with pytest.raises(Duplicate, match="already belongs to a live order"):
        await _create(trade, _full(trade, **changes))
    assert await _count(trade) == 1


@pytest.mark.parametrize("end", [State.CANCELED, State.DECLINED, State.EXPIRED])
async def test_a_reference_is_free_again_after_an_order_ended_without_a_sale(trade: Trade, end: State) -> None:
    ended = await trade.order_in(end)
    order, made = await _create(trade, _full(trade, reference=ended.reference))
    assert made
    assert order.id != ended.id


@pytest.mark.parametrize("state", sorted(set(State) - {State.CANCELED, State.DECLINED, State.EXPIRED}))
async def test_a_reference_is_taken_as_long_as_its_order_lives(trade: Trade, state: State) -> None:
    live = await trade.order_in(state)
    with pytest.raises(Duplicate):
        await _create(trade, _full(trade, reference=live.reference))


async def test_the_same_reference_of_two_merchants_is_two_orders(make_trade: MakeTrade) -> None:
    one, other = await make_trade(), await make_trade()
    first, _ = await _create(one, _full(one))
    second, made = await _create(other, _full(other))
    assert made
    assert first.id != second.id
    async with one.database.single_statement() as tx:
        assert await store.find(tx, other.merchant.id, first.id) is None
        with pytest.raises(NotFound):
            await orders.by_number(tx, other.merchant.id, first.number)


async def test_fifty_identical_orders_at_once_are_one_order_and_fifty_equal_answers(trade: Trade) -> None:
    answers = await asyncio.gather(*(_create(trade, _full(trade)) for _ in range(50)))
    assert len({order.id for order, _ in answers}) == 1
    assert all(order == answers[0][0] for order, _ in answers)
    assert [made for _, made in answers].count(True) == 1
    assert (await _count(trade), await _count(trade, "events"), await _count(trade, _LINKS)) == (1, 1, 1)


async def test_of_many_different_orders_at_once_under_one_reference_one_is_made(trade: Trade) -> None:
    ends = await asyncio.gather(
        *(_create(trade, _full(trade, reference_status=f"{number}")) for number in range(20)), return_exceptions=True
    )
    assert sorted({type(end).__name__ for end in ends}) == ["Duplicate", "tuple"]
    assert await _count(trade) == 1


async def test_every_problem_of_an_order_is_named_at_once(trade: Trade) -> None:
    detail = msgspec.structs.replace(
        _FULL, success_url="https://evil.example.com/", close_url="https://shop.example.com.evil.example.com/"
    )
    amounts = Amounts(total=1140_01, subtotal=999_98, tax=150_00, shipping=10_00, discount=20_00)
    with pytest.raises(Invalid) as refusal:
        await _create(trade, _full(trade, detail=detail, amounts=amounts))
    assert {dotted(one.path): one.message for one in refusal.value.problems} == {
        "total": "is 1140.01 USD, but the parts make 1139.98 USD (off by 0.03 USD)",
        "subtotal": "is 999.98 USD, but the items make 1000.00 USD"
        " (at most 0.01 USD may differ, one smallest unit a line)",
        "success_url": "must lead to https://shop.example.com",
        "close_url": "must lead to https://shop.example.com",
    }
    assert await _count(trade) == 0
