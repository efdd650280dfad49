"""From business event to balanced legs, one function an event, as an accounting textbook would write them. Pure.

Amounts are minor units of one currency. Legs of nothing are left out.
"""

from __future__ import annotations

from tenor.base import money
from tenor.core.ledger.model import Account, Leg


def debit(account: Account, amount: int) -> Leg:
    """A leg on the debit side."""
    return Leg(account, debit=amount)


def credit(account: Account, amount: int) -> Leg:
    """A leg on the credit side."""
    return Leg(account, credit=amount)


def order_confirmed(*, total: int, merchant_fee: int, buyer_fee: int) -> tuple[Leg, ...]:
    """The sale: the buyer owes the total and its fee, the merchant is owed the total less its fee."""
    return _whole(
        debit(Account.BUYER_RECEIVABLE, total + buyer_fee),
        credit(Account.MERCHANT_PAYABLE, total - merchant_fee),
        credit(Account.MERCHANT_FEE_INCOME, merchant_fee),
        credit(Account.BUYER_FEE_INCOME, buyer_fee),
    )


def payout(*, amount: int) -> tuple[Leg, ...]:
    """The merchant is paid."""
    return _whole(debit(Account.MERCHANT_PAYABLE, amount), credit(Account.CASH, amount))


def repayment(*, owed: int, surplus: int) -> tuple[Leg, ...]:
    """The buyer pays: what was owed settles the receivable, the rest is the buyer's credit."""
    return _whole(
        debit(Account.CASH, owed + surplus),
        credit(Account.BUYER_RECEIVABLE, owed),
        credit(Account.BUYER_CREDIT, surplus),
    )


def refund_executed(*, amount: int, buyer_fee: int, owed: int) -> tuple[Leg, ...]:
    """The refund: taken back from the merchant, given to the buyer.

    `amount` comes off the merchant's payable, which may go below zero and is netted from the next payout.
    `buyer_fee` is the share of the buyer's fee that falls with the refunded part of the sale. Of the two
    together, `owed` still stands open and comes off the receivable; what was paid already becomes the buyer's credit.
    """
    return _whole(
        debit(Account.MERCHANT_PAYABLE, amount),
        debit(Account.BUYER_FEE_INCOME, buyer_fee),
        credit(Account.BUYER_RECEIVABLE, owed),
        credit(Account.BUYER_CREDIT, amount + buyer_fee - owed),
    )


def late_fee(*, amount: int) -> tuple[Leg, ...]:
    """A fee for paying late, where the programme and the law know one."""
    return _whole(debit(Account.BUYER_RECEIVABLE, amount), credit(Account.LATE_FEE_INCOME, amount))


def write_off(*, amount: int) -> tuple[Leg, ...]:
    """What will not be paid any more."""
    return _whole(debit(Account.BAD_DEBT, amount), credit(Account.BUYER_RECEIVABLE, amount))


def fee_share(buyer_fee: int, total: int, refunded_before: int, refunded_after: int) -> int:
    """How much of the buyer's fee falls with a refund that takes the refunded sum from one value to the other.

    Counted on the sums and not on the part, so that many small refunds give back the same as one large one,
    and a full refund gives back the whole fee: who returned everything owes nothing.
    """
    return money.half_up(buyer_fee * refunded_after, total) - money.half_up(buyer_fee * refunded_before, total)


def _whole(*legs: Leg) -> tuple[Leg, ...]:
    return tuple(leg for leg in legs if leg.debit or leg.credit)
