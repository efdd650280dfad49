"""Accounts, legs and entries."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec


class Account(StrEnum):
    """The accounts of one merchant's books, as an accountant would name them."""

    BUYER_RECEIVABLE = "assets:buyer receivable"
    CASH = "assets:cash"
    MERCHANT_PAYABLE = "liabilities:merchant payable"
    BUYER_CREDIT = "liabilities:buyer credit"
    MERCHANT_FEE_INCOME = "income:merchant fees"
    BUYER_FEE_INCOME = "income:buyer fees"
    LATE_FEE_INCOME = "income:late fees"
    BAD_DEBT = "expenses:bad debt"


class Leg(msgspec.Struct, frozen=True):
    """One side of an entry: minor units on debit or on credit, never on both, never below zero."""

    account: Account
    debit: int = 0
    credit: int = 0


class Cause(msgspec.Struct, frozen=True):
    """What an entry is for. An entry of one kind is posted once a cause."""

    type: str
    id: UUID


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A journal entry: legs in one currency that sum to zero."""

    merchant_id: UUID
    kind: str
    cause: Cause
    order_id: UUID | None
    currency: str
    occurred_at: datetime
    legs: tuple[Leg, ...]


class Balance(msgspec.Struct, frozen=True):
    """The sums of one account of one merchant in one currency, in minor units. `net` is debit less credit."""

    merchant_id: UUID
    account: str
    currency: str
    debit: int
    credit: int

    @property
    def net(self) -> int:
        """Debit less credit: positive for what is owned, negative for what is owed or earned."""
        return self.debit - self.credit
