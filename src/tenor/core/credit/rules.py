"""The rules of a policy: facts in, decision out. Pure, so that any decision can be made again from what is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from tenor.core.credit.model import (
    Bounds,
    Decision,
    Facts,
    Fired,
    KeptReport,
    Measured,
    Named,
    Outcome,
    Policy,
    Required,
)

_SEVERITY: dict[Outcome, int] = {"approve": 0, "review": 1, "decline": 2}

# A bureau's word is good for so long.
REPORT_VALID = timedelta(days=30)

# What nobody but a bureau tells.
_OF_A_BUREAU: tuple[Required, ...] = ("bureau_report", "company_age_days", "revenue")


def decide(policy: Policy | None, facts: Facts) -> Decision:
    """What a policy says. The worst outcome wins; the first rule that yields it is the reason.

    Where no rule says anything, or no policy is in force, a person has to look: nobody is approved by silence.
    """
    if policy is None:
        return Decision("review", "no_policy", (Fired("no_policy", "review"),))
    limit = effective_limit(policy, facts)
    fired = tuple(_fired(policy, facts, limit))
    if not fired:
        return Decision("review", "nothing_matched", (), limit)
    worst = max(fired, key=lambda one: _SEVERITY[one.outcome])
    return Decision(worst.outcome, worst.code, fired, limit)


def effective_limit(policy: Policy, facts: Facts) -> int | None:
    """What the buyer may owe in all. A policy gives more than an earlier one did, never less, and overrules nobody."""
    grant = policy.limit if _speaks_of(policy, facts) else None
    if facts.kept_limit is None or grant is None:
        return grant if facts.kept_limit is None else facts.kept_limit
    return facts.kept_limit if facts.limit_by_staff else max(facts.kept_limit, grant)


def _speaks_of(policy: Policy, facts: Facts) -> bool:
    return policy.currency in (None, facts.currency)


def _fired(policy: Policy, facts: Facts, limit: int | None) -> Iterator[Fired]:
    """Every rule that says something, the limits first."""
    passed = list(passed_limits(facts, limit, policy.over_limit))
    yield from passed
    if policy.approve_within_limits and not passed:
        yield Fired("within_limits", "approve")
    if _is_named(policy.blocked, facts):
        yield Fired("blocked", "decline")
    trusted = _is_named(policy.trusted, facts)
    if trusted:
        yield Fired("trusted", "approve")
    if not _speaks_of(policy, facts):
        yield Fired("currency_other", "review")
        return
    yield from _flags(policy, facts)
    # Who is trusted is not asked for what is unknown.
    if not trusted:
        for fact in missing(policy, facts):
            yield Fired(f"{fact}_missing", "review")
    for name, bounds in policy.bounds.items():
        value = getattr(facts, name)
        if value is not None:
            yield _measured(name, bounds, value)


def passed_limits(facts: Facts, limit: int | None, over_limit: Outcome = "decline") -> Iterator[Fired]:
    """Which limits an order passes: the programme's two, as agreed with the merchant, and the buyer's own."""
    if facts.order_amount > facts.order_limit:
        yield Fired("order_limit", "decline", facts.order_amount, facts.order_limit)
    if facts.exposure_after > facts.exposure_limit:
        yield Fired("exposure_limit", "decline", facts.exposure_after, facts.exposure_limit)
    if limit is not None and facts.exposure_after > limit:
        yield Fired("buyer_limit", over_limit, facts.exposure_after, limit)


def _is_named(named: Named, facts: Facts) -> bool:
    return (
        f"{facts.country} {facts.registration_number}" in named.registration_numbers
        or facts.email_domain in named.email_domains
    )


def _flags(policy: Policy, facts: Facts) -> Iterator[Fired]:
    for flag in facts.flags:
        declines = flag in policy.flags.decline
        yield Fired("flag_declines" if declines else "flag_reviews", "decline" if declines else "review", name=flag)


def asks_for(policy: Policy, fact: Required | Measured) -> bool:
    """Whether a policy requires a fact or sets bounds to it, so that an order without it is a review."""
    return fact in policy.required or fact in policy.bounds


def asks_a_bureau(policy: Policy) -> bool:
    """Whether a policy asks for what nobody but a bureau tells."""
    return any(asks_for(policy, fact) for fact in _OF_A_BUREAU)


def missing(policy: Policy, facts: Facts) -> list[str]:
    """The facts that a policy requires, or sets bounds to, and that are not known."""
    asked = dict.fromkeys([*policy.required, *policy.bounds])
    return [fact for fact in asked if not _is_known(fact, facts)]


def _is_known(fact: str, facts: Facts) -> bool:
    if fact == "bureau_report":
        return facts.bureau == "reported"
    return getattr(facts, fact) is not None


def _measured(name: Measured, bounds: Bounds, value: int) -> Fired:
    if bounds.decline_below is not None and value < bounds.decline_below:
        return Fired(f"{name}_low", "decline", value, bounds.decline_below)
    if bounds.decline_above is not None and value > bounds.decline_above:
        return Fired(f"{name}_high", "decline", value, bounds.decline_above)
    if bounds.review_below is not None and value < bounds.review_below:
        return Fired(f"{name}_low", "review", value, bounds.review_below)
    if bounds.review_above is not None and value > bounds.review_above:
        return Fired(f"{name}_high", "review", value, bounds.review_above)
    return Fired(f"{name}_fits", "approve", value)


def votes_needed(policy: Policy | None, facts: Facts, limit: int) -> int:
    """How many people must agree to an order and to the limit that it is approved with.

    Two where the order's total, or a limit that is raised, is above what the policy leaves to one; and always where no
    policy says what one may decide.
    """
    if policy is None or not _speaks_of(policy, facts):
        return 2
    above, present = policy.second_person_above, effective_limit(policy, facts)
    if above is None:
        return 1
    raised = limit > above and (present is None or limit > present)
    return 2 if facts.order_amount > above or raised else 1


def agreed_limit(limits: Sequence[int]) -> int:
    """The limit on which people agree who said several: none of them has agreed to more than the least."""
    return min(limits)


def is_fresh(report: KeptReport | None, now: datetime) -> bool:
    """Whether a bureau has answered and need not be asked again. `now` is on the merchant's clock."""
    return report is not None and report.status == "reported" and now - report.fetched_at < REPORT_VALID
