"""A merchant that trades: its orders are brought from state to state by the real services."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import TypeVar
from uuid import UUID

import msgspec
import pytest

from tenor.base.database import Database, Tx
from tenor.core.buyers.identity import Business
from tenor.core.events import store as events
from tenor.core.events.model import Event, EventType
from tenor.core.ledger import invariants
from tenor.core.ledger import store as ledger
from tenor.core.merchants import service as merchants
from tenor.core.merchants.model import Merchant, Programme
from tenor.core.orders import service as orders
from tenor.core.orders import store as order_store
from tenor.core.orders.model import Amounts, Detail, Item, NewOrder, Order, State
from tenor.core.refunds import service as refunds
from tenor.core.refunds.model import Refund
from tenor.core.repayments import store as repayments
from tenor.core.repayments.model import OwedInstalment
from tenor.core.terms.model import OfferRule

T = TypeVar("T")

# Noon in Chicago: the refund lock of that day is five hours away.
WEDNESDAY_NOON = datetime(2026, 4, 15, 17, tzinfo=UTC)
BUYER = "accounts@northwind.example.com"

PROGRAMME = Programme(
    offers=(
        OfferRule(code="net30", kind="net", days=30, merchant_fee_bps=300),
        OfferRule(code="net60", kind="net", days=60, buyer_fee_bps=150, merchant_fee_bps=300),
        OfferRule(code="months3", kind="instalments", months=3, buyer_fee_bps=250, merchant_fee_bps=290),
    ),
    order_limit=50_000_00,
    exposure_limit=100_000_00,
    time_zone="America/Chicago",
    policy="limits",
)

_references = count(1)


@dataclass(frozen=True)
class Trade:
    """One merchant's trade on the test's database, at a time that stands still. Amounts are cents."""

    database: Database
    merchant: Merchant
    now: datetime = WEDNESDAY_NOON

    def new(self, *, total: int = 1_000_00, reference: str | None = None, detail: Detail | None = None) -> NewOrder:
        """An order of one line, as a dialect would hand it over; a reference of its own unless one is given."""
        lines = (Item(sku="BOLT-8", name="Bolts, box", unit_price=total, quantity=1),)
        return NewOrder(
            face="backd",
            reference=reference or f"PO-{next(_references)}",
            amounts=Amounts(total=total, subtotal=total),
            detail=detail or Detail(items=lines),
        )

    async def create(self, new: NewOrder | None = None, *, total: int = 1_000_00) -> Order:
        """A new order."""
        async with self.database.single_statement() as tx:
            order, _ = await orders.create(tx, self.merchant, new or self.new(total=total), self.now)
        return order

    async def choose(
        self,
        order: Order,
        code: str = "net30",
        *,
        email: str = BUYER,
        now: datetime | None = None,
        business: Business | None = None,
    ) -> Order:
        """The buyer picks an offer and credit decides."""
        name, now = "Northwind Builders", now or self.now
        async with self.database.transaction() as tx:
            return await orders.select_terms(
                tx, self.merchant, order.id, code=code, company_name=name, email=email, now=now, business=business
            )

    async def do(self, order: Order, command: Callable[[Tx, Order], Awaitable[T]]) -> T:
        """A command in a transaction of its own, on the locked order."""
        async with self.database.transaction() as tx:
            return await command(tx, await orders.locked(tx, order.merchant_id, order.id))

    async def place(self, order: Order) -> Order:
        """The merchant acknowledges."""
        return await self.do(order, lambda tx, locked: orders.place(tx, locked, self.now))

    async def confirm(self, order: Order) -> Order:
        """The sale."""
        return await self.do(order, lambda tx, locked: orders.confirm(tx, locked, self.now))

    async def cancel(self, order: Order) -> Order:
        """The merchant calls it off."""
        return await self.do(order, lambda tx, locked: orders.cancel(tx, locked, self.now))

    async def refund(self, order: Order, amount: int, now: datetime | None = None) -> Refund:
        """A refund request, the newest of the order's."""
        _, requests = await self.do(order, lambda tx, locked: refunds.request(tx, locked, amount, now or self.now))
        return requests[-1]

    async def execute(self, order: Order, now: datetime) -> bool:
        """What the worker does when a request has locked."""
        async with self.database.transaction() as tx:
            return await refunds.execute_due(tx, order.merchant_id, order.id, now)

    async def refund_at_once(self, order: Order, amount: int) -> Order:
        """A refund requested, locked and executed."""
        refund = await self.refund(order, amount)
        assert await self.execute(order, refund.locked_at)
        return await self.fresh(order)

    async def sold(self, *, total: int = 1_000_00, code: str = "net30", email: str = BUYER) -> Order:
        """A confirmed order."""
        return await self.confirm(await self.placed(total=total, code=code, email=email))

    async def placed(self, *, total: int = 1_000_00, code: str = "net30", email: str = BUYER) -> Order:
        """A placed order."""
        return await self.place(await self.choose(await self.create(total=total), code, email=email))

    async def order_in(self, state: State) -> Order:
        """An order in any of the states, by the way that leads there."""
        match state:
            case State.NEW:
                return await self.create()
            case State.UNDER_REVIEW:
                return await self._under_review()
            case State.TERMS_SELECTED:
                return await self.choose(await self.create())
            case State.ORDER_PLACED:
                return await self.placed()
            case State.ORDER_CONFIRMED:
                return await self.sold()
            case State.REFUNDED:
                return await self.refund_at_once(await self.sold(), 1_000_00)
            case State.DECLINED:
                return await self.choose(await self.create(total=PROGRAMME.order_limit + 1))
            case State.CANCELED:
                return await self.cancel(await self.placed())
            case State.EXPIRED:
                return await self.do(await self.create(), lambda tx, locked: orders.expire(tx, locked, self.now))

    async def _under_review(self) -> Order:
        # Nothing sends an order to review yet, so this takes the step that every command takes.
        def step(tx: Tx, order: Order) -> Awaitable[Order]:
            reviewed = msgspec.structs.replace(order, state=State.UNDER_REVIEW)
            return orders.tell(tx, reviewed, EventType.ORDER_UNDER_REVIEW, self.now)

        return await self.do(await self.create(), step)

    async def fresh(self, order: Order) -> Order:
        """The order as it stands now."""
        async with self.database.single_statement() as tx:
            found = await order_store.find(tx, order.merchant_id, order.id)
        assert found is not None
        return found

    async def events(self, order: Order) -> list[Event]:
        """What was told of the order."""
        async with self.database.single_statement() as tx:
            return await events.of_order(tx, order.merchant_id, order.id)

    async def schedule(self, order: Order) -> list[OwedInstalment]:
        """The order's instalments."""
        async with self.database.single_statement() as tx:
            return await repayments.of_order(tx, order.merchant_id, order.id)

    async def exposure(self, email: str = BUYER) -> int:
        """What a buyer owes or has reserved."""
        async with self.database.single_statement() as tx:
            kept: int | None = await tx.fetchval(
                "SELECT amount FROM buyer_exposures e JOIN buyer_people p USING (buyer_id) WHERE p.email = $1", email
            )
        return kept or 0

    async def books(self) -> dict[str, int]:
        """The merchant's balances by account: debit less credit."""
        async with self.database.single_statement() as tx:
            return {one.account: one.net for one in await ledger.balances(tx, self.merchant.id)}

    async def assert_clean(self) -> None:
        """Every invariant of the books holds."""
        async with self.database.single_statement() as tx:
            assert await invariants.check(tx) == []


MakeTrade = Callable[..., Awaitable[Trade]]


@pytest.fixture
def make_trade(database: Database) -> MakeTrade:
    """Makes merchants that trade; keywords change their programme."""

    async def make(**agreed: object) -> Trade:
        async with database.transaction() as tx:
            merchant = await merchants.create(
                tx,
                name="Acme Fasteners",
                country="US",
                currency="USD",
                flow="backd",
                origins=["https://shop.example.com"],
                programme=msgspec.structs.replace(PROGRAMME, **agreed),
            )
        return Trade(database, merchant)

    return make


@pytest.fixture
async def trade(make_trade: MakeTrade) -> Trade:
    """A merchant that trades under the usual programme."""
    return await make_trade()


@pytest.fixture
def merchant_id(trade: Trade) -> UUID:
    """A merchant's id, for tests that need no more of it."""
    return trade.merchant.id
