"""All pairs of states: the model, the rules and the database agree on every one."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, get_args
from uuid import UUID

import asyncpg
import pytest

from tenor.base.errors import WrongState
from tenor.base.ids import new_id
from tenor.core.orders import rules
from tenor.core.orders.model import ENDED_WITHOUT_SALE, TRANSITIONS, UNFINISHED, Actor, State

if TYPE_CHECKING:
    from tenor.base.database import Database, Tx
    from tests.core.conftest import Trade

_PAIRS = list(product(State, State))
_ACTORS = get_args(Actor)


async def test_the_database_holds_the_same_table_as_the_model(database: Database) -> None:
    async with database.single_statement() as tx:
        rows = await tx.fetch("SELECT from_state, to_state FROM order_transitions")
    assert {(State(row[0]), State(row[1])) for row in rows} == set(TRANSITIONS)


@pytest.mark.parametrize("begin", State)
async def test_the_database_lets_through_exactly_the_steps_of_the_model(trade: Trade, begin: State) -> None:
    order = await trade.order_in(begin)
    assert order.state == begin
    buyer = (await trade.order_in(State.TERMS_SELECTED)).buyer_id
    for end in State:
        allowed = begin == end or (begin, end) in TRANSITIONS
        async with trade.database.single_statement() as tx:
            assert await _lets_through(tx, order.id, end, buyer) == allowed, f"{begin} to {end}"


async def _lets_through(tx: Tx, order_id: UUID, end: State, buyer: UUID | None) -> bool:
    attempt = tx.transaction()
    await attempt.start()
    step = "UPDATE orders SET state = $2, buyer_id = $3, terms = '{}' WHERE id = $1"
    try:
        await tx.execute(step, order_id, end, buyer)
    except asyncpg.CheckViolationError as refusal:
        return refusal.constraint_name != "order_transitions"
    finally:
        await attempt.rollback()
    return True


@pytest.mark.parametrize("state", State)
async def test_an_order_can_not_begin_in_another_state_than_new(trade: Trade, state: State) -> None:
    sold = await trade.sold()
    insert = trade.do(
        sold,
        lambda tx, _: tx.execute(
            """
            INSERT INTO orders SELECT (jsonb_populate_record(o, jsonb_build_object(
                       'id', $3::text, 'number', $3::text, 'reference', $3::text, 'state', $4::text))).*
              FROM orders o WHERE merchant_id = $1 AND id = $2
            """,
            sold.merchant_id, sold.id, str(new_id()), state,
        ),
    )  # fmt: skip
    if state == State.NEW:
        await insert
    else:
        with pytest.raises(asyncpg.CheckViolationError) as refusal:
            await insert
        assert refusal.value.constraint_name == "order_transitions"


@pytest.mark.parametrize("actor", _ACTORS)
@pytest.mark.parametrize(("begin", "end"), _PAIRS)
def test_the_rules_let_through_exactly_the_steps_and_actors_of_the_model(
    begin: State, end: State, actor: Actor
) -> None:
    if actor in TRANSITIONS.get((begin, end), ()):
        rules.check_step(begin, end, actor)
    else:
        with pytest.raises(WrongState) as refusal:
            rules.check_step(begin, end, actor)
        assert f"The order is {begin};" in str(refusal.value)


def test_a_refused_step_names_the_states_from_which_it_may_be_taken() -> None:
    with pytest.raises(WrongState, match=re.escape("is new; this needs an order that is order_placed.")):
        rules.check_step(State.NEW, State.ORDER_CONFIRMED, "merchant")


def test_every_actor_of_the_table_is_one_of_the_five() -> None:
    assert {actor for actors in TRANSITIONS.values() for actor in actors} <= set(_ACTORS)
    assert all(TRANSITIONS.values()), "a step that nobody may take is no step"


def test_an_order_that_ended_goes_nowhere_and_one_that_is_unfinished_can_expire() -> None:
    beginnings = {begin for begin, _ in TRANSITIONS}
    assert beginnings.isdisjoint(ENDED_WITHOUT_SALE | {State.REFUNDED})
    assert {begin for begin, end in TRANSITIONS if end == State.EXPIRED} == UNFINISHED
