"""Deciding and reserving in one step, so that no race can pass a limit; and keeping why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from tenor.base.database import Tx
from tenor.base.errors import Invalid, NotFound
from tenor.base.ids import new_id
from tenor.core.buyers import service as buyers
from tenor.core.credit import policies, rules, store
from tenor.core.credit.bureau import Company
from tenor.core.credit.model import (
    BuyerLimit,
    Decision,
    DecisionKind,
    Facts,
    KeptDecision,
    KeptReport,
    Policy,
    Report,
    ReportStatus,
    Reviewer,
)
from tenor.core.merchants.model import Merchant
from tenor.core.repayments import store as repayments
from tenor.core.terms.model import Offer

_LIMITS = "limits"


@dataclass(frozen=True)
class Application:
    """A buyer asks to owe what an offer says. `now` is the merchant's time.

    `registration_number` is in its country's normal form, or "" where nobody told it. `email` is proven. `reserved` is
    what the same order holds of the buyer's exposure already. `stated_revenue` is what the buyer says of itself.
    """

    merchant: Merchant
    order_id: UUID
    buyer_id: UUID
    offer: Offer
    registration_number: str
    email: str
    now: datetime
    reserved: int = 0
    stated_revenue: int | None = None


@dataclass(frozen=True)
class Assessment:
    """What the policy in force, if any, says of an application, and of which facts."""

    policy: Policy | None
    source: str
    facts: Facts
    decision: Decision


async def decide_and_reserve(tx: Tx, application: Application) -> Decision:
    """Decide under the buyer's row lock, keep the decision and, when approved, reserve what would have to be paid.

    Take this lock before any of the ledger's.
    """
    assessed = await assess(tx, application)
    await keep(tx, application, assessed, "policy")
    decision = assessed.decision
    if decision.outcome == "approve":
        if decision.limit is not None and decision.limit != assessed.facts.kept_limit:
            limit = BuyerLimit(amount=decision.limit, granted_by="policy")
            await store.set_limit(tx, application.buyer_id, assessed.facts.currency, limit, application.now)
        await reserve(tx, application)
    return decision


async def change_reserved(tx: Tx, application: Application) -> Decision:
    """Decide on a raised total by the limits alone: what was approved stays approved. As `decide_and_reserve`."""
    facts = await gather(tx, application)
    policy = policies.packaged_policy(_LIMITS)
    source = policies.packaged_source(_LIMITS) or ""
    decision = rules.decide(policy, facts)
    await keep(tx, application, Assessment(policy, source, facts, decision), "change")
    if decision.outcome == "approve":
        await reserve(tx, application)
    return decision


async def reserve(tx: Tx, application: Application) -> None:
    """Reserve what an application would have to pay, in place of what its order holds already."""
    by = application.offer.to_pay - application.reserved
    await store.change_exposure(tx, application.buyer_id, application.merchant.currency, by)


async def release(tx: Tx, buyer_id: UUID | None, currency: str, amount: int) -> None:
    """Give back what an order had reserved. Take this lock before any of the ledger's."""
    if buyer_id is not None and amount:
        await store.change_exposure(tx, buyer_id, currency, -amount)


async def assess(tx: Tx, application: Application) -> Assessment:
    """What the policy in force says, under the lock of the buyer's exposure. Nothing is kept or reserved yet."""
    facts = await gather(tx, application)
    policy, source = await in_force(tx, application.merchant.programme.policy or application.merchant.flow)
    return Assessment(policy, source, facts, rules.decide(policy, facts))


async def in_force(tx: Tx, name: str) -> tuple[Policy | None, str]:
    """The newest published policy of a name, else the one that comes with Tenor, else none; and its source."""
    source = await store.published(tx, name) or policies.packaged_source(name)
    return (policies.read(source), source) if source else (None, "")


async def stored(tx: Tx, name: str, version: int) -> Policy:
    """A version by which something was decided, or that was published. Raises `NotFound`."""
    source = await store.policy_source(tx, name, version)
    if source is None:
        raise NotFound(f"No version {version} of a policy {name!r} is stored.")
    return policies.read(source)


async def gather(tx: Tx, application: Application) -> Facts:
    """The facts of an application. Takes the lock of the buyer's exposure, so that they hold until the end."""
    merchant, now, offer = application.merchant, application.now, application.offer
    exposure, group = await store.lock_exposure(tx, application.buyer_id, merchant.currency)
    kept = await store.limit_of(tx, application.buyer_id, merchant.currency)
    today = now.astimezone(ZoneInfo(merchant.programme.time_zone)).date()
    report = await known_report(tx, application)
    fresh = report.report if report is not None and rules.is_fresh(report, now) else None
    return Facts(
        currency=merchant.currency,
        order_amount=offer.total,
        to_pay=offer.to_pay,
        exposure=exposure - application.reserved,
        order_limit=merchant.programme.order_limit,
        exposure_limit=merchant.programme.exposure_limit,
        kept_limit=kept.amount if kept else None,
        limit_by_staff=kept is not None and kept.granted_by == "staff",
        country=merchant.country,
        registration_number=application.registration_number or None,
        email_domain=application.email.rpartition("@")[2],
        bureau=_bureau_status(report, fresh),
        flags=fresh.flags if fresh else (),
        company_age_days=(today - fresh.founded_on).days if fresh and fresh.founded_on else None,
        revenue=fresh.revenue if fresh and fresh.currency == merchant.currency else None,
        stated_revenue=application.stated_revenue,
        days_overdue=await repayments.days_overdue(tx, group, today),
        orders_in_24_hours=await buyers.asks_of_a_day(tx, group, now),
        lookalikes=len(await buyers.suspects(tx, group)),
    )


def _bureau_status(report: KeptReport | None, fresh: Report | None) -> ReportStatus | None:
    """How asking went; None also for an answer that is too old to count."""
    if report is None or (report.status == "reported" and fresh is None):
        return None
    return report.status


async def known_report(tx: Tx, application: Application) -> KeptReport | None:
    """What was last heard of the applicant's company; None without a number to look for."""
    merchant, number = application.merchant, application.registration_number
    if not number:
        return None
    return await store.latest_report(tx, merchant.id, application.order_id, merchant.country, number)


async def keep(
    tx: Tx,
    application: Application,
    assessed: Assessment,
    kind: DecisionKind,
    *,
    decision: Decision | None = None,
    reviewer: Reviewer | None = None,
    note: str = "",
) -> None:
    """Keep a decision with its facts and rules, and the version of the policy that made them.

    `decision` is a person's, where it is not the policy's own.
    """
    policy, decided = assessed.policy, decision or assessed.decision
    if policy is not None:
        # A published version is there already; one that comes with Tenor is stored by its first decision.
        await store.insert_policy(tx, policy.name, policy.version, assessed.source, "packaged")
    await store.insert_decision(
        tx,
        KeptDecision(
            merchant_id=application.merchant.id,
            order_id=application.order_id,
            id=new_id(),
            buyer_id=application.buyer_id,
            kind=kind,
            outcome=decided.outcome,
            reason=decided.reason,
            limit=decided.limit,
            facts=assessed.facts,
            fired=assessed.decision.fired,
            policy=(policy.name, policy.version) if policy else None,
            reviewer=reviewer,
            note=note,
            decided_at=application.now,
        ),
    )


async def publish(tx: Tx, source: str) -> Policy:
    """Put a version of a policy in force for every programme that names it. Raises `Invalid`, also for an old one."""
    policy = policies.read(source)
    packaged = policies.packaged_source(policy.name)
    newest = max(await store.newest_version(tx, policy.name), policies.read(packaged).version if packaged else 0)
    if policy.version <= newest:
        raise Invalid.field(("version",), f"must be above {newest}, the newest of {policy.name!r} that there is")
    if not await store.insert_policy(tx, policy.name, policy.version, source, "published"):
        raise Invalid.field(("version",), "was published by somebody else at the same time")
    return policy


async def keep_report(
    tx: Tx,
    merchant_id: UUID,
    order_id: UUID,
    company: Company,
    answer: tuple[ReportStatus, Report | None],
    now: datetime,
) -> None:
    """Keep what came of asking a bureau for an order. `now` is the merchant's time."""
    status, report = answer
    kept = KeptReport(
        order_id=order_id,
        country=company.country,
        registration_number=company.registration_number,
        status=status,
        report=report,
        fetched_at=now,
    )
    await store.insert_report(tx, merchant_id, kept)
