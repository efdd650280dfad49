"""Tax as a textbook has it: half-up, exact, and never through a float."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.core.orders import tax
from tenor.core.orders.model import Amounts, Item

FIFTEEN = Decimal("15.00")


def line(price: int, quantity: int = 1, **told: Any) -> Item:
    """A line whose sums are right, with changes to it."""
    subtotal = price * quantity
    vat = tax.tax_of(subtotal, FIFTEEN)
    known = {"subtotal": subtotal, "tax": vat, "total": subtotal + vat} | told
    return Item(sku="A", name="B", unit_price=price, quantity=quantity, **known)


def order(*items: Item, **changes: int) -> Amounts:
    """The sums of the lines, with changes to them."""
    subtotal, vat = sum(item.subtotal or 0 for item in items), sum(item.tax or 0 for item in items)
    known = {"subtotal": subtotal, "tax": vat, "total": subtotal + vat} | changes
    return Amounts(**known)


def places(amounts: Amounts, *items: Item, rate: Decimal = FIFTEEN) -> list[str]:
    """Where something is wrong, as text."""
    return [".".join(map(str, one.path)) for one in tax.problems(amounts, rate, items, "SAR")]


@pytest.mark.parametrize(
    ("subtotal", "rate", "expected"),
    [
        (100_00, "15", 15_00), (3, "15", 0), (10, "15", 2), (50, "1", 1), (49, "1", 0), (1, "50", 1),
        (99_99, "7.25", 7_25), (5, "0", 0),
    ],
)  # fmt: skip
def test_half_a_minor_unit_is_rounded_up(subtotal: int, rate: str, expected: int) -> None:
    assert tax.tax_of(subtotal, Decimal(rate)) == expected


@given(subtotal=st.integers(0, 10**18), rate=st.decimals(0, 100, places=2))
def test_tax_is_what_an_exact_calculator_says(subtotal: int, rate: Decimal) -> None:
    exact = Decimal(subtotal * int(rate * 100)).scaleb(-4)
    assert tax.tax_of(subtotal, rate) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def test_an_order_that_is_its_lines_has_no_problem() -> None:
    items = line(33, 3), line(10), line(99_99, 7)
    assert places(order(*items), *items) == []


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ({"subtotal": 101, "tax": None}, ["items.0.subtotal"]),
        ({"tax": 14, "total": 114}, ["items.0.tax"]),
        ({"total": 116}, ["items.0.total"]),
        ({"tax_rate": "14.00"}, ["items.0.tax"]),
    ],
)
def test_a_line_is_exact(told: dict[str, Any], where: list[str]) -> None:
    assert places(Amounts(total=115, subtotal=100, tax=15), line(100, **told)) == where


def test_what_a_line_does_not_tell_is_not_asked_of_it() -> None:
    bare = line(100, subtotal=None, tax=None, total=None)
    assert places(Amounts(total=115, subtotal=100, tax=15), bare) == []
    without_tax = line(100, tax=None, total=115)
    assert places(Amounts(total=115, subtotal=100, tax=15), without_tax) == []


@pytest.mark.parametrize(("off", "where"), [(-3, ["tax", "total"]), (-2, []), (2, []), (3, ["tax", "total"])])
def test_the_order_may_differ_by_one_minor_unit_a_line(off: int, where: list[str]) -> None:
    items = line(100), line(200)
    assert places(order(*items, tax=45 + off, total=345 + off), *items) == where


def test_tax_may_be_rounded_a_line_or_on_the_sum() -> None:
    items = line(10), line(10), line(10)
    assert tax.tax_of(30, FIFTEEN) == 5
    assert places(order(*items, tax=6, total=36), *items) == []
    assert places(order(*items, tax=5, total=35), *items) == []


def test_lines_with_rates_of_their_own_make_the_orders_tax() -> None:
    items = line(100_00), line(100_00, tax_rate="0.00", tax=0, total=100_00)
    assert places(order(*items), *items) == []
    assert places(order(*items, tax=30_00, total=230_00), *items) == ["tax", "total"]
