"""Whatever is asked of a handful of orders, in whatever order or all at once, the books stay clean."""

from __future__ import annotations

import asyncio
import dataclasses
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from tenor.base.errors import TenorError
from tenor.core.ledger.model import Account
from tenor.core.orders import service as orders
from tenor.core.orders.model import ENDED_WITHOUT_SALE, Item, Order, OrderChange, State
from tenor.core.refunds import service as refunds
from tenor.core.refunds import store as refund_store
from tenor.core.refunds.model import RefundState

if TYPE_CHECKING:
    from tests.core.conftest import MakeTrade, Trade

_BUYERS = ("ana@example.com", "bo@example.com")
_CODES = ("net30", "net60", "months3")
_KINDS = ("choose", "place", "confirm", "update", "cancel", "refund", "decline", "execute", "expire")
# What brings an order on, as often as it is named; the rest of the time anything is asked of it.
_FITTING = {
    State.NEW: ("choose",),
    State.TERMS_SELECTED: ("place",),
    State.ORDER_PLACED: ("confirm", "confirm", "update", "update", "cancel"),
    State.ORDER_CONFIRMED: ("refund", "refund", "execute", "execute", "decline"),
}


class Command(msgspec.Struct, frozen=True):
    """One thing asked of one of the orders. `size` is a share of what the order is about, `hours` pass before it."""

    kind: str
    slot: int
    size: float
    hours: int


class Walk:
    """A merchant's orders and the commands on them. The clock goes forward only."""

    def __init__(self, trade: Trade, slots: list[Order]) -> None:
        self.trade = trade
        self.slots = slots
        self.retired: list[Order] = []
        self.now = trade.now

    async def renew(self, chance: random.Random) -> None:
        """Where an order has ended, or now and then where it was sold, another one begins."""
        for slot, order in enumerate(self.slots):
            state = (await self.trade.fresh(order)).state
            sold = state == State.ORDER_CONFIRMED and chance.random() < 0.02
            if sold or state in (*ENDED_WITHOUT_SALE, State.REFUNDED):
                self.trade = dataclasses.replace(self.trade, now=self.now)
                self.retired.append(order)
                self.slots[slot] = await self.trade.create(total=chance.randrange(1, 2_100_00))

    async def command(self, chance: random.Random) -> Command:
        """What is asked next, of any order."""
        slot = chance.randrange(len(self.slots))
        state = (await self.trade.fresh(self.slots[slot])).state
        kinds = _FITTING[state] if state in _FITTING and chance.random() < 0.7 else _KINDS
        return Command(chance.choice(kinds), slot, chance.uniform(0, 1.1), chance.choice([0, 0, 0, 6, 30]))

    async def take(self, command: Command) -> None:
        """Do it; a refusal is an answer too."""
        self.now += timedelta(hours=command.hours)
        order = self.slots[command.slot]
        step: Callable[[Order, Command], Awaitable[object]] = getattr(self, f"_{command.kind}")
        try:
            await step(order, command)
        except TenorError:
            return

    async def _choose(self, order: Order, command: Command) -> None:
        code, email = _CODES[int(command.size * 100) % 3], _BUYERS[command.slot % 2]
        await self.trade.choose(order, code, email=email, now=self.now)

    async def _place(self, order: Order, _: Command) -> None:
        await self.trade.do(order, lambda tx, locked: orders.place(tx, locked, self.now))

    async def _confirm(self, order: Order, _: Command) -> None:
        await self.trade.do(order, lambda tx, locked: orders.confirm(tx, locked, self.now))

    async def _cancel(self, order: Order, _: Command) -> None:
        await self.trade.do(order, lambda tx, locked: orders.cancel(tx, locked, self.now))

    async def _update(self, order: Order, command: Command) -> None:
        total = int(command.size * 1_500_00)
        lines = (Item(sku="A", name="A", unit_price=total, quantity=1),)
        change = OrderChange(total=total, subtotal=total, items=lines)
        await self.trade.do(order, lambda tx, locked: orders.update(tx, self.trade.merchant, locked, change, self.now))

    async def _refund(self, order: Order, command: Command) -> None:
        amount = int((await self.trade.fresh(order)).amounts.total * command.size)
        await self.trade.refund(order, amount, self.now)

    async def _decline(self, order: Order, _: Command) -> None:
        await self.trade.do(order, lambda tx, locked: refunds.decline(tx, locked, self.now))

    async def _execute(self, order: Order, _: Command) -> None:
        await self.trade.execute(order, self.now)

    async def _expire(self, order: Order, _: Command) -> None:
        async with self.trade.database.transaction() as tx:
            await orders.expire_due(tx, order.merchant_id, order.id, self.now)

    async def check(self) -> None:
        """The books are clean, and every order is what its schedule, refunds and events say."""
        await self.trade.assert_clean()
        for order in self.slots:
            await self._check_order(await self.trade.fresh(order))

    async def check_payable(self) -> None:
        """What the merchant is owed is what all orders make it."""
        orders_made = [await self.trade.fresh(order) for order in (*self.slots, *self.retired)]
        payable = sum([await self._check_order(order) for order in orders_made])
        assert -(await self.trade.books()).get(Account.MERCHANT_PAYABLE, 0) == payable

    async def _check_order(self, order: Order) -> int:
        """What the order makes the merchant's payable, after a look at the order itself."""
        async with self.trade.database.single_statement() as tx:
            requests = await refund_store.of_order(tx, order.merchant_id, order.id)
        refunded = sum(one.amount for one in requests if one.state == RefundState.EXECUTED)
        owed = sum(one.open for one in await self.trade.schedule(order))
        assert [event.number for event in await self.trade.events(order)] == list(range(1, order.version + 1))
        assert (order.state == State.REFUNDED) == (refunded == order.amounts.total)
        if order.state in (State.ORDER_CONFIRMED, State.REFUNDED):
            assert order.terms is not None
            assert order.exposure == owed
            return order.amounts.total - order.terms.offer.merchant_fee - refunded
        reserved = order.terms.offer.to_pay if order.terms else 0
        assert order.exposure == (reserved if order.state in (State.TERMS_SELECTED, State.ORDER_PLACED) else 0)
        assert (owed, refunded) == (0, 0)
        return 0

    async def finish(self) -> None:
        """Let time end what is unfinished and refund what was sold: nothing is left reserved or owed."""
        self.now += timedelta(days=60)
        made = (*self.slots, *self.retired)
        for order in made:
            if await self.trade.execute(order, self.now):
                continue
            async with self.trade.database.transaction() as tx:
                await orders.expire_due(tx, order.merchant_id, order.id, self.now)
        await self.check_payable()
        for order in made:
            if (await self.trade.fresh(order)).state == State.ORDER_CONFIRMED:
                await self._refund_the_rest(order)
        await self.check()
        await self.check_payable()
        assert {(await self.trade.fresh(order)).exposure for order in made} == {0}

    async def _refund_the_rest(self, order: Order) -> None:
        async with self.trade.database.single_statement() as tx:
            requests = await refund_store.of_order(tx, order.merchant_id, order.id)
        refunded = sum(one.amount for one in requests if one.state == RefundState.EXECUTED)
        await self.trade.refund(order, (await self.trade.fresh(order)).amounts.total - refunded, self.now)
        assert await self.trade.execute(order, self.now + timedelta(days=4))
        assert (await self.trade.fresh(order)).state == State.REFUNDED

    async def told(self) -> set[str]:
        """The kinds of events that happened on the way."""
        async with self.trade.database.single_statement() as tx:
            return {row[0] for row in await tx.fetch("SELECT DISTINCT type FROM events")}


@pytest.fixture
async def walk(make_trade: MakeTrade) -> Walk:
    """Orders at every stage; two buyers whose limit is above some choices and some raises, and below others."""
    trade = await make_trade(order_limit=2_000_00, exposure_limit=3_500_00)
    slots = [await trade.create(total=total) for total in (1, 333_33, 1_000_00, 1_000_01, 1_999_99)]
    await trade.choose(slots[1], "net60", email=_BUYERS[1])
    await trade.place(await trade.choose(slots[2], "months3", email=_BUYERS[0]))
    await trade.confirm(await trade.place(await trade.choose(slots[3], "months3", email=_BUYERS[1])))
    return Walk(trade, slots)


# A walk that sells nothing and refunds nothing proves nothing.
_TELLING = {"order.confirmed", "order.updated", "refund.requested", "refund.executed"}


@pytest.mark.parametrize("seed", range(2))
async def test_after_every_command_the_books_are_clean(walk: Walk, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(80):
        await walk.take(await walk.command(chance))
        await walk.check()
        await walk.renew(chance)
    assert await walk.told() >= _TELLING
    await walk.finish()


@pytest.mark.parametrize("seed", range(2))
async def test_after_every_burst_of_commands_at_once_the_books_are_clean(walk: Walk, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(20):
        burst = [await walk.command(chance) for _ in range(12)]
        await asyncio.gather(*(walk.take(command) for command in burst))
        await walk.check()
        await walk.renew(chance)
    await walk.finish()
