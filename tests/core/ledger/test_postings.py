"""Postings, as a textbook would work them: every business event, its debits and its credits."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tenor.core.ledger import postings
from tenor.core.ledger.model import Account, Leg

cents = st.integers(1, 10**12)
fees = st.integers(0, 10**6)


def _balanced(legs: tuple[Leg, ...]) -> bool:
    one_sided = all((leg.debit > 0) != (leg.credit > 0) and min(leg.debit, leg.credit) == 0 for leg in legs)
    return one_sided and len(legs) >= 2 and sum(leg.debit - leg.credit for leg in legs) == 0


def test_a_sale_of_1000_with_a_merchant_fee_of_30_and_a_buyer_fee_of_15() -> None:
    assert postings.order_confirmed(total=1000_00, merchant_fee=30_00, buyer_fee=15_00) == (
        Leg(Account.BUYER_RECEIVABLE, debit=1015_00),
        Leg(Account.MERCHANT_PAYABLE, credit=970_00),
        Leg(Account.MERCHANT_FEE_INCOME, credit=30_00),
        Leg(Account.BUYER_FEE_INCOME, credit=15_00),
    )


def test_a_sale_without_fees_has_two_legs() -> None:
    assert postings.order_confirmed(total=1000_00, merchant_fee=0, buyer_fee=0) == (
        Leg(Account.BUYER_RECEIVABLE, debit=1000_00),
        Leg(Account.MERCHANT_PAYABLE, credit=1000_00),
    )


def test_the_merchant_is_paid_970() -> None:
    assert postings.payout(amount=970_00) == (
        Leg(Account.MERCHANT_PAYABLE, debit=970_00),
        Leg(Account.CASH, credit=970_00),
    )


def test_the_buyer_pays_1020_where_1015_is_owed() -> None:
    assert postings.repayment(owed=1015_00, surplus=5_00) == (
        Leg(Account.CASH, debit=1020_00),
        Leg(Account.BUYER_RECEIVABLE, credit=1015_00),
        Leg(Account.BUYER_CREDIT, credit=5_00),
    )


def test_400_of_1000_are_refunded_before_the_buyer_paid_anything() -> None:
    assert postings.refund_executed(amount=400_00, buyer_fee=6_00, owed=406_00) == (
        Leg(Account.MERCHANT_PAYABLE, debit=400_00),
        Leg(Account.BUYER_FEE_INCOME, debit=6_00),
        Leg(Account.BUYER_RECEIVABLE, credit=406_00),
    )


def test_400_of_1000_are_refunded_after_the_buyer_paid_all() -> None:
    assert postings.refund_executed(amount=400_00, buyer_fee=0, owed=0) == (
        Leg(Account.MERCHANT_PAYABLE, debit=400_00),
        Leg(Account.BUYER_CREDIT, credit=400_00),
    )


def test_a_late_fee_of_25_and_a_write_off_of_300() -> None:
    assert postings.late_fee(amount=25_00) == (
        Leg(Account.BUYER_RECEIVABLE, debit=25_00),
        Leg(Account.LATE_FEE_INCOME, credit=25_00),
    )
    assert postings.write_off(amount=300_00) == (
        Leg(Account.BAD_DEBT, debit=300_00),
        Leg(Account.BUYER_RECEIVABLE, credit=300_00),
    )


@given(total=cents, merchant_fee=fees, buyer_fee=fees, owed=cents, surplus=fees)
def test_every_posting_balances(total: int, merchant_fee: int, buyer_fee: int, owed: int, surplus: int) -> None:
    entries = [
        postings.order_confirmed(total=total, merchant_fee=min(merchant_fee, total), buyer_fee=buyer_fee),
        postings.payout(amount=total),
        postings.repayment(owed=owed, surplus=surplus),
        postings.repayment(owed=0, surplus=owed),
        postings.refund_executed(amount=total, buyer_fee=buyer_fee, owed=min(owed, total + buyer_fee)),
        postings.late_fee(amount=total),
        postings.write_off(amount=total),
    ]
    assert [legs for legs in entries if not _balanced(legs)] == []


@given(total=cents, buyer_fee=fees, cuts=st.lists(st.floats(0, 1), max_size=12))
def test_the_fees_shares_over_any_refunds_are_never_negative_and_sum_to_the_whole(
    total: int, buyer_fee: int, cuts: list[float]
) -> None:
    marks = [0, *sorted(int(cut * total) for cut in cuts), total]
    shares = [postings.fee_share(buyer_fee, total, one, other) for one, other in pairwise(marks)]
    assert sum(shares) == buyer_fee
    assert min(shares) >= 0


@given(total=cents, buyer_fee=fees, before=st.floats(0, 1), part=st.floats(0, 1))
def test_a_share_is_the_parts_proportion_of_the_fee_within_a_cent(
    total: int, buyer_fee: int, before: float, part: float
) -> None:
    begin = int(before * total)
    end = begin + int(part * (total - begin))
    share = postings.fee_share(buyer_fee, total, begin, end)
    assert abs(share * total - buyer_fee * (end - begin)) <= total
