"""The credit policy: within both limits to the cent, or declined for the first that is passed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tenor.core.credit.model import Decision
from tenor.core.credit.rules import decide

cents = st.integers(0, 10**9)


@given(total=cents, fee=st.integers(0, 10**6), exposure=cents, order_limit=cents, exposure_limit=cents)
def test_an_order_is_approved_exactly_when_it_stays_within_both_limits(
    total: int, fee: int, exposure: int, order_limit: int, exposure_limit: int
) -> None:
    decision = decide(
        total=total, to_pay=total + fee, exposure=exposure, order_limit=order_limit, exposure_limit=exposure_limit
    )
    within = total <= order_limit and exposure + total + fee <= exposure_limit
    assert (decision.outcome == "approve") == within


def test_every_decision_tells_its_reason() -> None:
    def of(total: int, exposure: int) -> Decision:
        return decide(total=total, to_pay=total + 1, exposure=exposure, order_limit=10, exposure_limit=20)

    assert of(10, 9) == Decision("approve", "within_limits")
    assert of(11, 0) == Decision("decline", "order_limit")
    assert of(10, 10) == Decision("decline", "exposure_limit")
