"""An order's numbers: what must add up, to the cent, and what may differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.base.errors import dotted
from tenor.base.money import MAX_MINOR
from tenor.core.orders import rules
from tenor.core.orders.model import Amounts, Detail, Item, NewOrder

cents = st.integers(0, 10**12)


def _lines(*prices: int, quantity: int = 1) -> tuple[Item, ...]:
    return tuple(Item(sku="S", name="N", unit_price=price, quantity=quantity) for price in prices)


@given(subtotal=cents, tax=cents, shipping=cents, discount=cents, off=st.integers(-3, 3))
def test_a_total_is_right_to_the_cent_or_wrong(subtotal: int, tax: int, shipping: int, discount: int, off: int) -> None:
    total = subtotal + tax + shipping - discount
    amounts = Amounts(total=total + off, subtotal=subtotal, tax=tax, shipping=shipping, discount=discount)
    assert (rules.sum_problem(amounts, "USD") is None) == (off == 0)


@given(prices=st.lists(cents, min_size=1, max_size=20), quantity=st.integers(1, 1000), off=st.integers(-30, 30))
def test_items_may_differ_from_the_subtotal_by_one_unit_a_line(prices: list[int], quantity: int, off: int) -> None:
    lines = _lines(*prices, quantity=quantity)
    problem = rules.items_problem(lines, sum(prices) * quantity + off, "USD")
    assert (problem is None) == (abs(off) <= len(lines))


@pytest.mark.parametrize(
    ("total", "message"),
    [(0, "must be above zero"), (-1, "must be above zero"), (MAX_MINOR + 1, "must be at most 9999999999999999.99")],
)
def test_a_total_of_nothing_or_of_more_than_money_is_refused(total: int, message: str) -> None:
    [problem] = rules.number_problems(Amounts(total=total, subtotal=total), _lines(total), "USD")
    assert (dotted(problem.path), problem.message) == ("total", message)


@pytest.mark.parametrize(
    ("currency", "text"), [("JPY", "is 1001 JPY"), ("KWD", "is 1.001 KWD"), ("SAR", "is 10.01 SAR")]
)
def test_a_wrong_total_is_told_in_the_currencys_own_places(currency: str, text: str) -> None:
    message = rules.sum_problem(Amounts(total=1001, subtotal=1000), currency)
    assert message is not None
    assert message.startswith(text)


def test_a_fingerprint_tells_orders_apart_by_meaning_and_not_by_the_order_of_keys() -> None:
    def new(metadata: object) -> NewOrder:
        detail = Detail(items=_lines(1), metadata=metadata)
        return NewOrder(face="backd", reference="R", amounts=Amounts(total=1, subtotal=1), detail=detail)

    assert rules.fingerprint(new({"a": 1, "b": 2})) == rules.fingerprint(new({"b": 2, "a": 1}))
    different: list[object] = [None, {}, {"a": 1}, {"a": "1"}, {"a": [1]}, {"a": True}, ["a", 1]]
    assert len({rules.fingerprint(new(metadata)) for metadata in different}) == len(different)
