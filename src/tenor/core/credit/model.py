"""Policies, facts and decisions. All amounts are minor units of the order's currency."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

Outcome = Literal["approve", "review", "decline"]
DecisionKind = Literal["policy", "change", "staff"]
Verdict = Literal["approve", "decline"]

# What a policy may set bounds to: the first four are amounts, the others whole numbers.
Measured = Literal[
    "order_amount",
    "exposure_after",
    "revenue",
    "stated_revenue",
    "company_age_days",
    "days_overdue",
    "orders_in_24_hours",
    "lookalikes",
]
Required = Literal["registration_number", "bureau_report", "company_age_days", "revenue", "stated_revenue"]
ReportStatus = Literal["reported", "unknown", "timed_out", "failed"]


class Bounds(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a fact has to be: outside of the first and the last it declines, outside of the other two a person looks."""

    decline_below: int | None = None
    review_below: int | None = None
    review_above: int | None = None
    decline_above: int | None = None


class Named(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A list of companies, by country and registration number (`US 12-3456789`) or by the domain of their e-mail."""

    registration_numbers: tuple[str, ...] = ()
    email_domains: tuple[str, ...] = ()


class Flags(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Which of a bureau's flags decline. Each other flag means that a person looks."""

    decline: tuple[str, ...] = ()


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a policy. `currency` is None where it holds no amount.

    `limit` is what an approved buyer may owe in all; None grants no limit of its own. `over_limit` is what comes of an
    order that passes the buyer's limit. Above `second_person_above` two people must agree; None: one is always enough.
    """

    name: str
    version: int
    currency: str | None
    required: tuple[Required, ...]
    bounds: dict[Measured, Bounds]
    flags: Flags
    blocked: Named
    trusted: Named
    limit: int | None
    over_limit: Literal["review", "decline"]
    second_person_above: int | None
    approve_within_limits: bool


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that a decision is made of. None: not known. No person's name or address is in it, because it is kept.

    `exposure` is what the buyer owes or has reserved beside this order; `kept_limit` is the buyer's limit so far, which
    a person has set or else a policy. `orders_in_24_hours` counts this order too; `lookalikes` counts the
    companies that may be this one, registered once more with a typo.
    """

    currency: str
    order_amount: int
    to_pay: int
    exposure: int
    order_limit: int
    exposure_limit: int
    kept_limit: int | None = None
    limit_by_staff: bool = False
    country: str = ""
    registration_number: str | None = None
    email_domain: str = ""
    bureau: ReportStatus | None = None
    flags: tuple[str, ...] = ()
    company_age_days: int | None = None
    revenue: int | None = None
    stated_revenue: int | None = None
    days_overdue: int = 0
    orders_in_24_hours: int = 1
    lookalikes: int = 0

    @property
    def exposure_after(self) -> int:
        """What the buyer would owe or have reserved with this order."""
        return self.exposure + self.to_pay


class Fired(msgspec.Struct, frozen=True, omit_defaults=True):
    """A rule that said something: its stable code, what it yields, and what it found and held against it, if numbers.

    `name` is the bureau's word where the rule is about one.
    """

    code: str
    outcome: Outcome
    found: int | None = None
    bound: int | None = None
    name: str = ""


class Decision(msgspec.Struct, frozen=True):
    """What was decided, the code of the rule that decided it, every rule that fired, and the buyer's limit, if any."""

    outcome: Outcome
    reason: str
    fired: tuple[Fired, ...] = ()
    limit: int | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a bureau knows of a company. `revenue` is a year's, in minor units of `currency`."""

    founded_on: date | None = None
    revenue: int | None = None
    currency: str | None = None
    flags: tuple[str, ...] = ()


class KeptReport(msgspec.Struct, frozen=True, kw_only=True):
    """What came of asking a bureau for an order, and when by its merchant's clock. `report`: set where it answered."""

    order_id: UUID
    country: str
    registration_number: str
    status: ReportStatus
    report: Report | None
    fetched_at: datetime


class BuyerLimit(msgspec.Struct, frozen=True, kw_only=True):
    """What a buyer may owe in all in a currency, and who said so."""

    amount: int
    granted_by: Literal["policy", "staff"]


class Reviewer(msgspec.Struct, frozen=True):
    """A person of the staff who decides."""

    id: UUID
    name: str


class Vote(msgspec.Struct, frozen=True, kw_only=True):
    """What a person said of an order that waits; `limit` is what one who approves would let the buyer owe."""

    reviewer: Reviewer
    verdict: Verdict
    limit: int | None
    note: str
    voted_at: datetime


class KeptDecision(msgspec.Struct, frozen=True, kw_only=True):
    """A decision as it is kept, with all that it was made of. `reviewer` is None where a policy decided.

    `policy` is name and version; None where no policy was in force, so that a person had to look.
    """

    merchant_id: UUID
    order_id: UUID
    id: UUID
    buyer_id: UUID
    kind: DecisionKind
    outcome: Outcome
    reason: str
    limit: int | None
    facts: Facts
    fired: tuple[Fired, ...]
    policy: tuple[str, int] | None
    reviewer: Reviewer | None
    note: str
    decided_at: datetime
