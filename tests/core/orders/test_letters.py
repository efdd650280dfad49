"""Each step of an order's life writes its letters with it, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tenor.base.database import Tx
from tenor.core.events.model import EventType
from tenor.core.mail import store
from tenor.core.mail.model import Kind, Mail
from tenor.core.orders import service as orders
from tenor.core.orders.model import Order, State
from tenor.core.terms.model import Offer

if TYPE_CHECKING:
    from tests.core.conftest import MakeTrade, Trade

BUYER = "accounts@northwind.example.com"


async def written(trade: Trade, order: Order) -> list[Mail]:
    async with trade.database.single_statement() as tx:
        return await store.of_order(tx, order.merchant_id, order.id)


@pytest.mark.parametrize(
    ("state", "kinds"),
    [
        (State.NEW, []),
        (State.TERMS_SELECTED, [Kind.APPROVED, Kind.AGREEMENT]),
        (State.ORDER_PLACED, [Kind.APPROVED, Kind.AGREEMENT]),
        (State.ORDER_CONFIRMED, [Kind.APPROVED, Kind.AGREEMENT, Kind.ORDER_CONFIRMED]),
        (State.REFUNDED, [Kind.APPROVED, Kind.AGREEMENT, Kind.ORDER_CONFIRMED]),
        (State.DECLINED, [Kind.DECLINED]),
        (State.CANCELED, [Kind.APPROVED, Kind.AGREEMENT]),
        (State.EXPIRED, []),
    ],
)
async def test_an_order_has_written_the_letters_of_its_way(trade: Trade, state: State, kinds: list[Kind]) -> None:
    letters = await written(trade, await trade.order_in(state))
    assert [letter.kind for letter in letters] == kinds
    assert {letter.recipient for letter in letters} <= {BUYER}


async def test_an_order_that_confirms_itself_writes_all_three(make_trade: MakeTrade) -> None:
    trade = await make_trade(confirms_itself=True)
    letters = await written(trade, await trade.choose(await trade.create()))
    assert [letter.kind for letter in letters] == [Kind.APPROVED, Kind.AGREEMENT, Kind.ORDER_CONFIRMED]


async def test_a_buyer_under_review_is_told(trade: Trade) -> None:
    order = await trade.choose(await trade.create())

    async def step(tx: Tx, locked: Order) -> None:
        # What underwriting will do: the terms are asked for, and a person has to look.
        await tx.execute("DELETE FROM deliveries")
        await orders.tell(tx, locked, EventType.ORDER_UNDER_REVIEW, trade.now)

    await trade.do(order, step)
    (letter,) = await written(trade, order)
    assert (letter.kind, letter.recipient) == (Kind.UNDER_REVIEW, BUYER)


async def test_letters_speak_the_language_in_which_the_terms_were_accepted(trade: Trade) -> None:
    order = await trade.create()
    async with trade.database.transaction() as tx:
        chosen = await orders.select_terms(
            tx, trade.merchant, order.id, code="net30", company_name="Northwind", email=BUYER, now=trade.now,
            language="ar",
        )  # fmt: skip
    assert chosen.terms is not None
    assert chosen.terms.language == "ar"
    await trade.confirm(await trade.place(chosen))
    assert {letter.language for letter in await written(trade, order)} == {"ar"}


async def test_a_letter_keeps_the_terms_as_they_were_accepted(trade: Trade) -> None:
    order = await trade.choose(await trade.create(), "months3")
    assert order.terms is not None
    for letter in await written(trade, order):
        assert list(letter.data) == ["offer"]
        assert msgspec.convert(letter.data["offer"], Offer) == order.terms.offer


async def test_a_step_that_is_rolled_back_writes_no_letter(trade: Trade) -> None:
    order = await trade.create()

    async def choose_and_fail(tx: Tx, locked: Order) -> None:
        await orders.select_terms(
            tx, trade.merchant, locked.id, code="net30", company_name="Northwind", email=BUYER, now=trade.now
        )
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await trade.do(order, choose_and_fail)
    assert await written(trade, order) == []
