"""Offers: the rule that a programme holds, and the offer that a rule makes of one order's total."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

Kind = Literal["net", "instalments"]


class OfferRule(msgspec.Struct, frozen=True, kw_only=True):
    """A term that a programme offers.

    `net`: one payment, after `days` or after `months`. `instalments`: `months` equal monthly payments.
    Fees are basis points of the order's total: the buyer's is added to what is paid, the merchant's is
    withheld from the payout.
    """

    code: str
    kind: Kind
    days: int = 0
    months: int = 0
    buyer_fee_bps: int = 0
    merchant_fee_bps: int = 0


class Instalment(msgspec.Struct, frozen=True):
    """One payment of a schedule: its number from 1, the day it is due, and minor units."""

    number: int
    due_on: date
    amount: int


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What a buyer agrees to: the schedule and both fees of one order, in minor units of its currency."""

    rule: OfferRule
    total: int
    buyer_fee: int
    merchant_fee: int
    starts_on: date
    schedule: tuple[Instalment, ...]

    @property
    def to_pay(self) -> int:
        """All that the buyer pays: the total and the fee."""
        return self.total + self.buyer_fee
