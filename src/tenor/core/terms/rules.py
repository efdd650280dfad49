"""Pricing and schedules. Pure: no clock, no store."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date, timedelta

from tenor.base import money
from tenor.core.terms.model import Instalment, Offer, OfferRule


def add_months(start: date, months: int) -> date:
    """The same day `months` later, or the month's last day where it is shorter: 31 January + 1 is 28 February."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def due_dates(rule: OfferRule, starts_on: date) -> list[date]:
    """The days on which payments fall due, in order; each counts from the start, so that no month drifts."""
    if rule.kind == "instalments":
        return [add_months(starts_on, month) for month in range(1, rule.months + 1)]
    return [add_months(starts_on, rule.months) + timedelta(days=rule.days)]


def price(rule: OfferRule, total: int, starts_on: date) -> Offer:
    """The offer that a rule makes of a total (minor units): fees half-up, the schedule sums exactly to what is paid."""
    buyer_fee = money.share(total, rule.buyer_fee_bps)
    dates = due_dates(rule, starts_on)
    amounts = money.split(total + buyer_fee, len(dates))
    return Offer(
        rule=rule,
        total=total,
        buyer_fee=buyer_fee,
        merchant_fee=money.share(total, rule.merchant_fee_bps),
        starts_on=starts_on,
        schedule=tuple(
            Instalment(number, due_on, amount)
            for number, (due_on, amount) in enumerate(zip(dates, amounts, strict=True), 1)
        ),
    )


def price_all(rules: Iterable[OfferRule], total: int, starts_on: date) -> list[Offer]:
    """Every offer of a programme for one total, in the programme's order."""
    return [price(rule, total, starts_on) for rule in rules]
