"""Offers: fees half-up, schedules that sum exactly, dates that never drift."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from tenor.base import money
from tenor.core.terms.model import OfferRule
from tenor.core.terms.rules import add_months, due_dates, price, price_all

totals = st.integers(1, 10**15)
days = st.dates(date(2024, 1, 1), date(2040, 12, 31))
bps = st.integers(0, 3000)
instalment_rules = st.builds(
    lambda months, buyer, merchant: OfferRule(
        code="i", kind="instalments", months=months, buyer_fee_bps=buyer, merchant_fee_bps=merchant
    ),
    st.integers(1, 36), bps, bps,
)  # fmt: skip
net_rules = st.builds(
    lambda days, months, buyer, merchant: OfferRule(
        code="n", kind="net", days=days, months=months, buyer_fee_bps=buyer, merchant_fee_bps=merchant
    ),
    st.integers(0, 120), st.integers(0, 6), bps, bps,
)  # fmt: skip
rules = instalment_rules | net_rules


@given(rule=rules, total=totals, starts_on=days)
def test_a_schedule_sums_exactly_to_what_is_paid_in_equal_parts(rule: OfferRule, total: int, starts_on: date) -> None:
    offer = price(rule, total, starts_on)
    amounts = [one.amount for one in offer.schedule]
    assert sum(amounts) == offer.to_pay == total + offer.buyer_fee
    assert max(amounts) - min(amounts) <= 1
    assert [one.number for one in offer.schedule] == list(range(1, len(amounts) + 1))
    assert len(amounts) == (rule.months if rule.kind == "instalments" else 1)


@given(rule=rules, total=totals, starts_on=days)
def test_due_dates_ascend_strictly_and_the_first_is_not_before_the_start(
    rule: OfferRule, total: int, starts_on: date
) -> None:
    dates = [one.due_on for one in price(rule, total, starts_on).schedule]
    assert all(one < other for one, other in pairwise(dates))
    assert dates[0] >= starts_on


@given(rule=instalment_rules, starts_on=days)
def test_every_month_has_its_payment_on_the_day_of_the_start_or_the_months_last(
    rule: OfferRule, starts_on: date
) -> None:
    for number, due_on in enumerate(due_dates(rule, starts_on), 1):
        last = calendar.monthrange(due_on.year, due_on.month)[1]
        assert due_on.day == min(starts_on.day, last)
        assert (due_on.year - starts_on.year) * 12 + due_on.month - starts_on.month == number


@given(start=days, months=st.integers(0, 60))
def test_adding_months_agrees_with_dateutil(start: date, months: int) -> None:
    assert add_months(start, months) == start + relativedelta(months=months)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-01-31", 2, "2026-03-31"),
        ("2026-08-31", 1, "2026-09-30"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2024-02-29", 12, "2025-02-28"),
    ],
)
def test_a_short_month_ends_a_payment_on_its_last_day_and_the_next_is_not_pulled_back(
    start: str, months: int, end: str
) -> None:
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(end)


@given(total=totals, rate=bps)
def test_fees_are_basis_points_of_the_total_half_up(total: int, rate: int) -> None:
    rule = OfferRule(code="n", kind="net", days=30, buyer_fee_bps=rate, merchant_fee_bps=rate)
    offer = price(rule, total, date(2026, 4, 15))
    expected = int((Decimal(total) * rate / 10_000).to_integral_value(ROUND_HALF_UP))
    assert (offer.buyer_fee, offer.merchant_fee) == (expected, expected)


@pytest.mark.parametrize(
    ("currency", "total", "fee", "parts"),
    [
        ("JPY", "100000", "2500", ["34167", "34167", "34166"]),
        ("SAR", "1000.00", "25.00", ["341.67", "341.67", "341.66"]),
        ("KWD", "100.001", "2.500", ["34.167", "34.167", "34.167"]),
    ],
)
def test_every_currency_is_split_in_its_own_smallest_unit(
    currency: str, total: str, fee: str, parts: list[str]
) -> None:
    rule = OfferRule(code="months3", kind="instalments", months=3, buyer_fee_bps=250)
    offer = price(rule, money.to_minor(Decimal(total), currency), date(2026, 4, 15))
    assert money.to_text(offer.buyer_fee, currency) == fee
    assert [money.to_text(one.amount, currency) for one in offer.schedule] == parts


def test_less_money_than_instalments_still_sums() -> None:
    offer = price(OfferRule(code="i", kind="instalments", months=6), 4, date(2026, 4, 15))
    assert [one.amount for one in offer.schedule] == [1, 1, 1, 1, 0, 0]


def test_a_net_term_counts_days_or_months_from_the_start() -> None:
    start = date(2026, 1, 31)
    assert due_dates(OfferRule(code="n", kind="net", days=60), start) == [start + timedelta(days=60)]
    assert due_dates(OfferRule(code="n", kind="net", months=1), start) == [date(2026, 2, 28)]


def test_all_offers_of_a_programme_come_in_its_order() -> None:
    offered = [OfferRule(code=code, kind="net", days=30) for code in ("b", "a", "c")]
    assert [offer.rule.code for offer in price_all(offered, 100, date(2026, 4, 15))] == ["b", "a", "c"]
