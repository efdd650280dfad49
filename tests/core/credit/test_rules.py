"""The credit policy: the worst outcome wins, silence is a review, and more money is never easier to get."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenor.core.credit.model import Bounds, Decision, Facts, Fired, Flags, Measured, Named, Outcome, Policy
from tenor.core.credit.rules import agreed_limit, decide, effective_limit, votes_needed

# A busy machine is no fault of a rule.
patient = settings(deadline=None)

SEVERITY: list[Outcome] = ["approve", "review", "decline"]
MEASURED: list[Measured] = [
    "order_amount",
    "exposure_after",
    "revenue",
    "stated_revenue",
    "company_age_days",
    "days_overdue",
    "orders_in_24_hours",
]
NOBODY = Named()

SILENT = Policy(
    name="silent",
    version=1,
    currency="USD",
    required=(),
    bounds={},
    flags=Flags(),
    blocked=NOBODY,
    trusted=NOBODY,
    limit=None,
    over_limit="review",
    second_person_above=None,
    approve_within_limits=False,
)
HEALTHY = Facts(
    currency="USD",
    order_amount=1_000_00,
    to_pay=1_010_00,
    exposure=500_00,
    order_limit=50_000_00,
    exposure_limit=100_000_00,
    country="US",
    registration_number="12-3456789",
    email_domain="northwind.example.com",
    bureau="reported",
    company_age_days=2_000,
    revenue=9_000_000_00,
    stated_revenue=8_000_000_00,
)


def policy(**changes: Any) -> Policy:
    """A policy that says nothing, but for the changes."""
    return msgspec.structs.replace(SILENT, **changes)


def facts(**changes: Any) -> Facts:
    """A healthy company's facts, but for the changes."""
    return msgspec.structs.replace(HEALTHY, **changes)


cents = st.integers(0, 10**9)
maybe = st.none() | cents
bounds = st.lists(maybe, min_size=4, max_size=4).map(
    lambda given: Bounds(
        **dict(
            zip(
                ("decline_below", "review_below", "review_above", "decline_above"),
                [
                    next(ordered) if one is not None else None
                    for ordered in [iter(sorted(one for one in given if one is not None))]
                    for one in given
                ],
                strict=True,
            )
        )
    )
)
names = st.builds(
    Named,
    registration_numbers=st.sampled_from([(), ("US 12-3456789",), ("US 98-7654321",)]),
    email_domains=st.sampled_from([(), ("northwind.example.com",), ("else.example.com",)]),
)
policies = st.builds(
    Policy,
    name=st.just("any"),
    version=st.just(1),
    currency=st.sampled_from(["USD", "SAR", None]),
    required=st.lists(st.sampled_from(["registration_number", "bureau_report", "revenue"]), unique=True).map(tuple),
    bounds=st.dictionaries(st.sampled_from(MEASURED), bounds),
    flags=st.just(Flags(decline=("insolvency",))),
    blocked=names,
    trusted=names,
    limit=maybe,
    over_limit=st.sampled_from(["review", "decline"]),
    second_person_above=maybe,
    approve_within_limits=st.booleans(),
)
any_facts = st.builds(
    Facts,
    currency=st.sampled_from(["USD", "SAR"]),
    order_amount=cents,
    to_pay=cents,
    exposure=cents,
    order_limit=cents,
    exposure_limit=cents,
    kept_limit=maybe,
    limit_by_staff=st.booleans(),
    country=st.just("US"),
    registration_number=st.sampled_from([None, "12-3456789", "98-7654321"]),
    email_domain=st.sampled_from(["northwind.example.com", "third.example.com"]),
    bureau=st.sampled_from([None, "reported", "timed_out"]),
    flags=st.sampled_from([(), ("insolvency",), ("odd",), ("odd", "insolvency")]),
    company_age_days=st.none() | st.integers(-10, 10_000),
    revenue=maybe,
    stated_revenue=maybe,
    days_overdue=st.integers(0, 100),
    orders_in_24_hours=st.integers(1, 50),
)


@patient
@given(policies, any_facts)
def test_the_worst_rule_that_fired_wins_and_is_the_reason(one: Policy, of: Facts) -> None:
    decision = decide(one, of)
    outcomes = [SEVERITY.index(fired.outcome) for fired in decision.fired]
    assert SEVERITY.index(decision.outcome) == max(outcomes, default=SEVERITY.index("review"))
    if decision.fired:
        assert decision.reason == next(f.code for f in decision.fired if f.outcome == decision.outcome)


@patient
@given(any_facts)
def test_where_nothing_matches_a_person_looks(of: Facts) -> None:
    within = msgspec.structs.replace(
        of, currency="USD", order_limit=10**12, exposure_limit=10**12, kept_limit=None, flags=()
    )
    assert decide(SILENT, within) == Decision("review", "nothing_matched")


@patient
@given(any_facts)
def test_without_a_policy_a_person_looks(of: Facts) -> None:
    assert decide(None, of).outcome == "review"


@patient
@given(policies, any_facts, st.integers(1, 10**9))
def test_more_money_is_never_easier_to_get_where_bounds_are_upper_ones(one: Policy, of: Facts, more: int) -> None:
    upper = {
        name: msgspec.structs.replace(bound, decline_below=None, review_below=None)
        if name in ("order_amount", "exposure_after")
        else bound
        for name, bound in one.bounds.items()
    }
    one = msgspec.structs.replace(one, bounds=upper)
    larger = msgspec.structs.replace(of, order_amount=of.order_amount + more, to_pay=of.to_pay + more)
    assert SEVERITY.index(decide(one, larger).outcome) >= SEVERITY.index(decide(one, of).outcome)


@patient
@given(policies, any_facts)
def test_nothing_is_approved_above_a_limit(one: Policy, of: Facts) -> None:
    decision = decide(one, of)
    if decision.outcome == "approve":
        assert of.order_amount <= of.order_limit
        assert of.exposure_after <= of.exposure_limit
        assert decision.limit is None or of.exposure_after <= decision.limit


@patient
@given(policies, any_facts)
def test_a_policy_lowers_no_limit_and_overrules_nobody(one: Policy, of: Facts) -> None:
    limit = effective_limit(one, of)
    if of.kept_limit is not None:
        assert limit is not None
        assert limit >= of.kept_limit
        assert not of.limit_by_staff or limit == of.kept_limit


@patient
@given(policies, any_facts)
def test_facts_and_rules_are_read_back_as_they_were_kept(one: Policy, of: Facts) -> None:
    again = msgspec.json.decode(msgspec.json.encode(of), type=Facts)
    assert again == of
    decision = decide(one, again)
    assert msgspec.json.decode(msgspec.json.encode(decision.fired), type=tuple[Fired, ...]) == decision.fired


@pytest.mark.parametrize(
    ("value", "outcome"),
    [(9, "decline"), (10, "review"), (19, "review"), (20, "approve"), (30, "approve"), (31, "review"), (41, "decline")],
)
def test_a_bound_itself_is_still_inside(value: int, outcome: Outcome) -> None:
    age = Bounds(decline_below=10, review_below=20, review_above=30, decline_above=40)
    assert decide(policy(bounds={"company_age_days": age}), facts(company_age_days=value)).outcome == outcome


def test_a_bound_on_what_nobody_knows_is_a_review() -> None:
    one = policy(bounds={"revenue": Bounds(decline_below=1)})
    assert decide(one, facts(revenue=None)) == Decision(
        "review", "revenue_missing", (Fired("revenue_missing", "review"),)
    )


@pytest.mark.parametrize("bureau", [None, "unknown", "timed_out", "failed"])
def test_a_bureau_that_did_not_answer_is_a_review(bureau: Any) -> None:
    one = policy(required=("bureau_report",), approve_within_limits=True)
    assert decide(one, facts(bureau=bureau)).reason == "bureau_report_missing"
    assert decide(one, facts()).outcome == "approve"


def test_who_is_blocked_is_declined_by_number_or_by_domain() -> None:
    by_number = policy(approve_within_limits=True, blocked=Named(registration_numbers=("US 12-3456789",)))
    by_domain = policy(approve_within_limits=True, blocked=Named(email_domains=("northwind.example.com",)))
    for one in (by_number, by_domain):
        assert decide(one, facts()).reason == "blocked"
        other = facts(registration_number="12-3456780", email_domain="other.example.com")
        assert decide(one, other).outcome == "approve"


def test_who_is_trusted_is_not_asked_for_what_is_unknown_but_held_to_what_is_known() -> None:
    one = policy(
        required=("bureau_report",),
        bounds={"revenue": Bounds(decline_below=100)},
        trusted=Named(registration_numbers=("US 12-3456789",)),
    )
    assert decide(one, facts(bureau=None, revenue=None)).outcome == "approve"
    assert decide(one, facts(revenue=99)).outcome == "decline"


def test_a_flag_that_the_policy_does_not_know_is_a_review() -> None:
    one = policy(approve_within_limits=True, flags=Flags(decline=("insolvency",)))
    assert decide(one, facts(flags=("odd",))).reason == "flag_reviews"
    assert decide(one, facts(flags=("odd", "insolvency"))).reason == "flag_declines"


def test_an_order_in_another_currency_than_the_policys_is_a_review() -> None:
    assert decide(policy(approve_within_limits=True), facts(currency="SAR")).reason == "currency_other"


def test_the_limits_come_first_among_the_reasons() -> None:
    one = policy(approve_within_limits=True, limit=1_510_00, over_limit="decline")
    assert decide(one, facts()).reason == "within_limits"
    assert decide(one, facts(exposure=500_01)).reason == "buyer_limit"
    assert decide(one, facts(exposure=99_000_00)).reason == "exposure_limit"
    assert decide(one, facts(order_amount=50_000_01)).reason == "order_limit"


def test_a_second_person_is_needed_for_a_large_order_or_a_limit_that_is_raised_far() -> None:
    one = policy(second_person_above=5_000_00, limit=10_000_00)
    assert votes_needed(one, facts(order_amount=5_000_00), 10_000_00) == 1
    assert votes_needed(one, facts(order_amount=5_000_01), 10_000_00) == 2
    assert votes_needed(one, facts(), 10_000_01) == 2
    assert votes_needed(one, facts(kept_limit=20_000_00), 20_000_00) == 1
    assert votes_needed(policy(), facts(), 10**9) == 1


def test_without_a_policy_for_the_currency_two_people_must_agree() -> None:
    assert votes_needed(None, facts(), 1) == 2
    assert votes_needed(policy(), facts(currency="SAR"), 1) == 2


@patient
@given(st.lists(cents, min_size=1))
def test_nobody_is_taken_to_agree_to_a_higher_limit_than_the_own(limits: list[int]) -> None:
    assert all(agreed_limit(limits) <= one for one in limits)
    assert agreed_limit(limits) in limits
