"""How a credit falls on a schedule: the latest instalment first, never more than is open."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tenor.core.repayments.model import OwedInstalment
from tenor.core.repayments.rules import credit_latest_first


def _owed(*parts: tuple[int, int, int]) -> list[OwedInstalment]:
    return [
        OwedInstalment(
            number=number,
            due_on=date(2026, 4, 15) + timedelta(days=30 * number),
            amount=amount,
            paid=paid,
            credited=off,
        )
        for number, (amount, paid, off) in enumerate(parts, 1)
    ]


@st.composite
def schedules(draw: st.DrawFn) -> list[OwedInstalment]:
    """Schedules with some of each instalment paid and some credited."""
    parts = []
    for _ in range(draw(st.integers(1, 6))):
        amount = draw(st.integers(0, 1000))
        paid = draw(st.integers(0, amount))
        parts.append((amount, paid, draw(st.integers(0, amount - paid))))
    return _owed(*parts)


def test_a_credit_takes_the_last_instalment_whole_and_a_part_of_the_one_before() -> None:
    assert credit_latest_first(_owed((100, 0, 0), (100, 0, 0), (100, 0, 0)), 150) == {3: 100, 2: 50}


def test_what_was_paid_already_is_left_out() -> None:
    assert credit_latest_first(_owed((100, 100, 0), (100, 30, 20)), 150) == {2: 50}
    assert credit_latest_first(_owed((100, 100, 0)), 150) == {}


@given(schedule=schedules(), amount=st.integers(0, 8000))
def test_a_credit_never_takes_more_than_is_open_nor_more_than_itself(
    schedule: list[OwedInstalment], amount: int
) -> None:
    taken = credit_latest_first(schedule, amount)
    still_open = {one.number: one.open for one in schedule}
    assert sum(taken.values()) == min(amount, sum(still_open.values()))
    assert all(0 < off <= still_open[number] for number, off in taken.items())


@given(schedule=schedules(), amount=st.integers(0, 8000))
def test_an_instalment_is_touched_only_when_all_later_ones_are_closed(
    schedule: list[OwedInstalment], amount: int
) -> None:
    taken = credit_latest_first(schedule, amount)
    for one in schedule:
        if any(number < one.number for number in taken):
            assert taken.get(one.number, 0) == one.open


@given(data=st.data(), schedule=schedules(), amount=st.integers(0, 8000))
def test_the_order_in_which_a_schedule_is_given_does_not_matter(
    data: st.DataObject, schedule: list[OwedInstalment], amount: int
) -> None:
    shuffled = data.draw(st.permutations(schedule))
    assert credit_latest_first(shuffled, amount) == credit_latest_first(schedule, amount)
