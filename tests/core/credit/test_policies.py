"""Policies as they are written: read strictly, and the ones that come with Tenor say what their markets ask for."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import pytest

from tenor.base.errors import Invalid, NotFound
from tenor.core.credit import policies
from tenor.core.credit.model import Bounds, Facts, Outcome
from tenor.core.credit.rules import decide

HEAD = 'name = "mine"\nversion = 3\ncurrency = "USD"\n'


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("name = ", "the policy is not TOML"),
        ('version = 1\ncurrency = "USD"', "missing required field `name`"),
        ('name = "mine"', "missing required field `version`"),
        ('name = "mine"\nversion = 0', "version: "),
        ('name = "Mine!"\nversion = 1', "name: "),
        ('name = "mine"\nversion = 1\ncurrency = "ZZZ"', "currency: 'ZZZ' is not a currency"),
        ('name = "mine"\nversion = 1\nlimit = 5', "limit: is an amount, so the policy needs a currency"),
        (HEAD + "limits = 5", "unknown field `limits`"),
        (HEAD + 'limit = "5.001"', "limit: must have at most 2 decimal places"),
        (HEAD + "limit = -1", "limit: must not be negative"),
        (HEAD + 'limit = "many"', "limit: invalid decimal string"),
        (HEAD + 'over_limit = "approve"', "over_limit: "),
        (HEAD + 'required = ["shoe_size"]', "required[0]: "),
        (HEAD + "[thresholds.shoe_size]\ndecline_above = 1", "thresholds: object contains unknown field `shoe_size`"),
        (HEAD + "[thresholds.revenue]", "thresholds.revenue: needs at least one of"),
        (HEAD + '[thresholds.revenue]\ndecline_below = "x"', "thresholds.revenue.decline_below: "),
        (HEAD + "[thresholds.days_overdue]\ndecline_above = 1.5", "thresholds.days_overdue.decline_above: "),
        (HEAD + "[thresholds.revenue]\nreview_below = 1\ndecline_below = 2", "thresholds.revenue: must rise from"),
        (HEAD + "[blocked]\nnumbers = []", "blocked: object contains unknown field `numbers`"),
        (HEAD + "[blocked]\nemail_domains = [7]", "blocked.email_domains[0]: "),
    ],
)
def test_what_is_wrong_with_a_policy_is_named_by_its_field(source: str, complaint: str) -> None:
    with pytest.raises(Invalid) as refusal:
        policies.read(source)
    assert complaint in str(refusal.value)


def test_amounts_are_major_units_to_the_cent_and_never_a_float() -> None:
    policy = policies.read(HEAD + 'limit = 70368744177664.07\nsecond_person_above = "0.1"')
    assert policy.limit == 7036874417766407
    assert policy.second_person_above == 10


def test_the_packaged_policies_are_the_versions_that_were_released() -> None:
    # Decisions are read back by name and version, so a change of the text has to be a new version.
    assert {name: (policies.read(source).version, _mark(source)) for name, source in policies.packaged().items()} == {
        "backd": (1, "e5309bc015d6"),
        "buildnow": (1, "b316b18a56e3"),
        "limits": (1, "cc947cc7d617"),
    }


def _mark(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:12]


def test_a_packaged_policy_has_the_name_of_its_file() -> None:
    assert all(policies.read(source).name == name for name, source in policies.packaged().items())
    with pytest.raises(NotFound, match="there are backd, buildnow, limits"):
        policies.packaged_policy("mine")


BACKD = Facts(
    currency="USD",
    order_amount=7_255_12,
    to_pay=7_327_67,
    exposure=0,
    order_limit=100_000_00,
    exposure_limit=250_000_00,
    country="US",
    registration_number="12-3456789",
    bureau="reported",
    company_age_days=3_000,
    revenue=25_000_000_00,
)
BUILDNOW = msgspec.structs.replace(
    BACKD,
    currency="SAR",
    country="SA",
    order_amount=122_187_50,
    to_pay=125_853_12,
    order_limit=1_000_000_00,
    exposure_limit=2_000_000_00,
)


@pytest.mark.parametrize(
    ("changes", "outcome", "reason"),
    [
        ({}, "approve", "order_amount_fits"),
        ({"order_amount": 100_000_01, "order_limit": 10**12}, "decline", "order_amount_high"),
        ({"order_amount": 100_000_01}, "decline", "order_limit"),
        ({"company_age_days": 179}, "decline", "company_age_days_low"),
        ({"company_age_days": 180}, "review", "company_age_days_low"),
        ({"company_age_days": 365}, "approve", "order_amount_fits"),
        ({"revenue": 99_999_99}, "decline", "revenue_low"),
        ({"revenue": 249_999_99}, "review", "revenue_low"),
        ({"days_overdue": 1}, "review", "days_overdue_high"),
        ({"days_overdue": 31}, "decline", "days_overdue_high"),
        ({"orders_in_24_hours": 9}, "approve", "order_amount_fits"),
        ({"orders_in_24_hours": 10}, "review", "orders_in_24_hours_high"),
        ({"orders_in_24_hours": 30}, "decline", "orders_in_24_hours_high"),
        ({"registration_number": None}, "review", "registration_number_missing"),
        ({"bureau": "timed_out", "revenue": None, "company_age_days": None}, "review", "bureau_report_missing"),
        ({"flags": ("sanctions",)}, "decline", "flag_declines"),
        ({"flags": ("manual_review",)}, "review", "flag_reviews"),
        ({"exposure": 245_000_00, "exposure_limit": 10**12}, "review", "buyer_limit"),
        ({"exposure": 245_000_00}, "decline", "exposure_limit"),
        ({"currency": "KWD"}, "review", "currency_other"),
    ],
)
def test_backds_market(changes: Any, outcome: Outcome, reason: str) -> None:
    decision = decide(policies.packaged_policy("backd"), msgspec.structs.replace(BACKD, **changes))
    assert (decision.outcome, decision.reason) == (outcome, reason)
    assert decision.limit == (None if changes.get("currency") else 250_000_00)


@pytest.mark.parametrize(
    ("changes", "outcome", "reason"),
    [
        ({}, "approve", "order_amount_fits"),
        ({"order_amount": 99_999_99}, "decline", "order_amount_low"),
        ({"order_amount": 100_000_00}, "approve", "order_amount_fits"),
        ({"order_amount": 750_000_01}, "review", "order_amount_high"),
        ({"order_amount": 1_000_000_01, "order_limit": 10**12}, "decline", "order_amount_high"),
        ({"company_age_days": 364}, "decline", "company_age_days_low"),
        ({"company_age_days": 365}, "approve", "order_amount_fits"),
        ({"revenue": 3_999_999_99}, "decline", "revenue_low"),
        ({"revenue": 4_000_000_00}, "approve", "order_amount_fits"),
        ({"bureau": None, "revenue": None, "company_age_days": None}, "review", "bureau_report_missing"),
        ({"currency": "USD"}, "review", "currency_other"),
    ],
)
def test_buildnows_market(changes: Any, outcome: Outcome, reason: str) -> None:
    decision = decide(policies.packaged_policy("buildnow"), msgspec.structs.replace(BUILDNOW, **changes))
    assert (decision.outcome, decision.reason) == (outcome, reason)


def test_buildnows_bounds_are_those_of_its_market() -> None:
    bounds = policies.packaged_policy("buildnow").bounds
    assert bounds["order_amount"] == Bounds(
        decline_below=100_000_00, review_above=750_000_00, decline_above=1_000_000_00
    )
    assert bounds["company_age_days"] == Bounds(decline_below=365)
    assert bounds["revenue"] == Bounds(decline_below=4_000_000_00)
