"""Orders that wait for a person: the queue, one case with all that is known of it, and what people decide.

Terms stay as the buyer signed them. Only where the first payment would be due already when the order is approved they
are priced again from that day: what is paid stays the same to the cent, and every date moves on.

An order waits once in its life and each person has one vote on it. Locks are taken as everywhere: the order's row, then
the buyer's exposure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from tenor.base import money
from tenor.base.database import Tx
from tenor.base.errors import Forbidden, Invalid, LimitExceeded, NotFound, WrongState
from tenor.base.wire import FORBIDDEN
from tenor.core.credit import rules as credit_rules
from tenor.core.credit import service as credit
from tenor.core.credit import store as credit_store
from tenor.core.credit.model import BuyerLimit, Decision, KeptDecision, KeptReport, Reviewer, Vote
from tenor.core.credit.service import Assessment
from tenor.core.merchants import service as merchants
from tenor.core.merchants import store as merchant_store
from tenor.core.merchants.model import Merchant
from tenor.core.orders import rules, service, store
from tenor.core.orders.model import Order, State
from tenor.core.terms import rules as terms

__all__ = ["Case", "CaseFile", "Reviewer", "Vote", "approve", "case", "decline", "waiting"]

_LONGEST_NOTE = 2000

# Reasons of a decline that the buyer's page has a sentence for. Any other text is kept for staff alone.
DECLINE_REASONS = ("company_unverified", "amount_too_large", "too_much_owed", "documents_missing")
_OTHER_REASON = "staff_declined"


@dataclass(frozen=True)
class Case:
    """An order that waits. Amounts are minor units of `currency`; `amount` is the order's total.

    `since` is when it began to wait and `age` for how long it has, both by the merchant's clock; `expires_at` is when
    it ends undecided.
    """

    merchant_id: UUID
    order_id: UUID
    number: str
    merchant_name: str
    buyer_id: UUID
    company_name: str
    amount: int
    to_pay: int
    currency: str
    since: datetime
    age: timedelta
    expires_at: datetime
    votes: tuple[Vote, ...]


@dataclass(frozen=True)
class CaseFile:
    """All that is known of an order that asked for terms. Amounts are minor units of the order's currency.

    `decisions` are first to last, each with its facts and the rules that fired. `exposure` is what the buyer owes or
    has reserved now, this order included where it is approved; `limit` is what it may owe in all, or None where nobody
    has said. `suggested_limit` is the least with which the order can be approved, or what the policy grants if that is
    more. `votes_needed` is how many people must agree to the order with the suggested limit.
    """

    order: Order
    merchant: Merchant
    decisions: tuple[KeptDecision, ...]
    votes: tuple[Vote, ...]
    votes_needed: int
    exposure: int
    limit: BuyerLimit | None
    suggested_limit: int
    report: KeptReport | None


async def waiting(tx: Tx, limit: int) -> list[Case]:
    """The orders of all merchants that wait for a person, at most `limit`.

    The day on which they began to wait orders them, the oldest first; within a day the largest total comes first.
    """
    found = await store.under_review(tx, limit)
    votes = await credit_store.votes_on(tx, [(order.merchant_id, order.id) for order, _, _ in found])
    return [_case(order, name, age, votes[order.merchant_id, order.id]) for order, name, age in found]


def _case(order: Order, merchant_name: str, age: timedelta, votes: tuple[Vote, ...]) -> Case:
    assert order.buyer_id is not None, "whoever waits has asked for terms"
    assert order.terms is not None, "whoever waits has asked for terms"
    return Case(
        merchant_id=order.merchant_id,
        order_id=order.id,
        number=order.number,
        merchant_name=merchant_name,
        buyer_id=order.buyer_id,
        company_name=order.terms.company_name,
        amount=order.amounts.total,
        to_pay=order.terms.offer.to_pay,
        currency=order.currency,
        since=order.updated_at,
        age=age,
        expires_at=order.expires_at,
        votes=votes,
    )


async def case(tx: Tx, merchant_id: UUID, order_id: UUID) -> CaseFile:
    """One order with everything that was decided on it, in whatever state it is now. Raises `NotFound`.

    Raises `NotFound` also for an order of which nobody has asked for terms yet.
    """
    order = await store.find(tx, merchant_id, order_id)
    merchant = await merchant_store.find(tx, merchant_id)
    if order is None or merchant is None or order.buyer_id is None or order.terms is None:
        raise NotFound("There is no such case.")
    decisions = await credit_store.decisions_of(tx, merchant_id, order_id)
    votes = await credit_store.votes_on(tx, [(merchant_id, order_id)])
    exposure = await credit_store.exposure(tx, order.buyer_id, order.currency)
    limit = await credit_store.limit_of(tx, order.buyer_id, order.currency)
    policy, _ = await credit.in_force(tx, merchant.programme.policy or merchant.flow)
    application = service.application(merchant, order, await merchants.now(tx, merchant_id))
    least = exposure - order.exposure + order.terms.offer.to_pay
    granted = credit_rules.effective_limit(policy, decisions[-1].facts) if policy and decisions else None
    suggested = max(least, granted or 0, limit.amount if limit else 0)
    return CaseFile(
        order=order,
        merchant=merchant,
        decisions=tuple(decisions),
        votes=votes[merchant_id, order_id],
        votes_needed=credit_rules.votes_needed(policy, decisions[-1].facts, suggested) if decisions else 2,
        exposure=exposure,
        limit=limit,
        suggested_limit=suggested,
        report=await credit.known_report(tx, application),
    )


async def approve(
    tx: Tx, merchant: Merchant, order_id: UUID, reviewer: Reviewer, *, limit: int, note: str, now: datetime
) -> Order:
    """A person agrees to an order and to what its buyer may owe in all from now on (`limit`, minor units).

    The order as it stands then: still under review while another person has to agree; else its terms are selected and
    reserved, and in a programme that confirms itself it is confirmed. Of several people's limits the least is granted.
    `now` is the merchant's time. Raises `NotFound`; `WrongState` unless the order waits and its time is not over;
    `Forbidden` for somebody who has voted on it; `Invalid` (paths `limit`, `note`); and `LimitExceeded` where the
    limits agreed with the merchant, or by the people before, are passed.
    """
    order = await _locked(tx, merchant, order_id, now)
    order = _dated(merchant, order, now)
    _check_note(("note",), note)
    application = service.application(merchant, order, now)
    assessed = await credit.assess(tx, application)
    _check_limit(order, assessed, limit)
    vote = Vote(reviewer=reviewer, verdict="approve", limit=limit, note=note, voted_at=now)
    votes = (*await _votes_before(tx, order, reviewer), vote)
    granted = credit_rules.agreed_limit([vote.limit for vote in votes if vote.limit is not None])
    # What the first agreed to may by itself need a second, whatever the second says.
    most = max(vote.limit or 0 for vote in votes)
    is_last = len(votes) >= credit_rules.votes_needed(assessed.policy, assessed.facts, most)
    if is_last and granted < assessed.facts.exposure_after:
        raise LimitExceeded(
            f"The limit on which those agree who voted is {_text(order, granted)}, and with this order the buyer would"
            f" owe {_text(order, assessed.facts.exposure_after)}."
        )
    await credit_store.insert_vote(tx, order.merchant_id, order.id, vote)
    decision = Decision("approve", "staff_approved", limit=granted)
    await credit.keep(tx, application, assessed, "staff", decision=decision, reviewer=reviewer, note=note)
    if not is_last:
        return await service.locked(tx, merchant.id, order_id)
    granting = BuyerLimit(amount=granted, granted_by="staff")
    await credit_store.set_limit(tx, application.buyer_id, order.currency, granting, now)
    await credit.reserve(tx, application)
    return await service.approved(tx, merchant, order, "credit", now)


async def decline(
    tx: Tx, merchant: Merchant, order_id: UUID, reviewer: Reviewer, *, reason: str, now: datetime, note: str = ""
) -> Order:
    """A person declines an order; one is enough, whoever has agreed before.

    For a reason of `DECLINE_REASONS` the buyer is told a sentence; any other text is for staff. Raises as `approve`,
    with the path `reason`.
    """
    order = await _locked(tx, merchant, order_id, now)
    _check_note(("note",), note)
    if not reason.strip():
        raise Invalid.field(("reason",), "must say why the order is declined")
    _check_note(("reason",), reason)
    told = reason if reason in DECLINE_REASONS else _OTHER_REASON
    words = note if told == reason else "\n".join(filter(None, (reason, note)))
    application = service.application(merchant, order, now)
    assessed = await credit.assess(tx, application)
    await _votes_before(tx, order, reviewer)
    vote = Vote(reviewer=reviewer, verdict="decline", limit=None, note=words, voted_at=now)
    await credit_store.insert_vote(tx, order.merchant_id, order.id, vote)
    decision = Decision("decline", told)
    await credit.keep(tx, application, assessed, "staff", decision=decision, reviewer=reviewer, note=words)
    return await service.declined(tx, order, told, now)


async def _locked(tx: Tx, merchant: Merchant, order_id: UUID, now: datetime) -> Order:
    order = await service.locked(tx, merchant.id, order_id)
    if (state := rules.standing(order, now)) != State.UNDER_REVIEW:
        raise WrongState(rules.wrong_state(state, [State.UNDER_REVIEW]))
    return order


def _dated(merchant: Merchant, order: Order, now: datetime) -> Order:
    """The order with terms whose payments all lie ahead."""
    assert order.terms is not None, "whoever waits has asked for terms"
    today, offer = service.today(merchant, now), order.terms.offer
    if all(payment.due_on > today for payment in offer.schedule):
        return order
    again = terms.price(offer.rule, offer.total, today)
    return msgspec.structs.replace(order, terms=msgspec.structs.replace(order.terms, offer=again))


def _check_note(path: tuple[str], note: str) -> None:
    if len(note) > _LONGEST_NOTE:
        raise Invalid.field(path, f"must be at most {_LONGEST_NOTE} characters, not {len(note)}")
    if FORBIDDEN.search(note):
        raise Invalid.field(path, "must not hold control characters or text-direction overrides")


def _check_limit(order: Order, assessed: Assessment, limit: int) -> None:
    facts = assessed.facts
    if not facts.exposure_after <= limit <= money.MAX_MINOR:
        raise Invalid.field(
            ("limit",),
            f"must be at least {_text(order, facts.exposure_after)}: what the buyer would owe with this order"
            if limit < facts.exposure_after
            else f"must be at most {_text(order, money.MAX_MINOR)}",
        )
    passed = list(credit_rules.passed_limits(facts, None))
    if passed and passed[0].bound is not None:
        what = "an order" if passed[0].code == "order_limit" else "a buyer"
        raise LimitExceeded(f"The limit agreed with the merchant for {what} is {_text(order, passed[0].bound)}.")


async def _votes_before(tx: Tx, order: Order, reviewer: Reviewer) -> tuple[Vote, ...]:
    """The votes on a locked order so far. Raises `Forbidden` for who has voted on it."""
    votes = (await credit_store.votes_on(tx, [(order.merchant_id, order.id)]))[order.merchant_id, order.id]
    if any(vote.reviewer.id == reviewer.id for vote in votes):
        raise Forbidden("You have voted on this order already; another person has to agree.")
    return votes


def _text(order: Order, minor: int) -> str:
    return f"{money.to_text(minor, order.currency)} {order.currency}"
