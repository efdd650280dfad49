"""The commands on orders. Each is one transaction's worth of work and tells the event log what it did.

Locks are taken in one order everywhere: the order's row, the buyer's exposure, the ledger's balances.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from tenor.base.database import Tx
from tenor.base.errors import Duplicate, Invalid, LimitExceeded, NotFound, Problem
from tenor.base.ids import new_id, order_number
from tenor.core.buyers import service as buyers
from tenor.core.buyers.identity import Business
from tenor.core.credit import service as credit
from tenor.core.credit.service import Application
from tenor.core.deliveries import service as deliveries
from tenor.core.events import store as events
from tenor.core.events.model import Event, EventType
from tenor.core.ledger import postings
from tenor.core.ledger import store as ledger
from tenor.core.ledger.model import Cause, Entry
from tenor.core.merchants import rules as merchant_rules
from tenor.core.merchants.model import Merchant
from tenor.core.orders import letters, rules, store
from tenor.core.orders.model import UNFINISHED, Actor, NewOrder, Order, OrderChange, State, Terms
from tenor.core.repayments import store as repayments
from tenor.core.terms import rules as terms
from tenor.core.terms.model import Offer

_NOT_FOUND = "Order not found."


async def create(tx: Tx, merchant: Merchant, new: NewOrder, now: datetime) -> tuple[Order, bool]:
    """Write a new order, with one statement; True when this call made it.

    The same order again is found and given back as it stands. Raises `Invalid` for numbers that do not add up
    or return URLs off the merchant's origins, and `Duplicate` when another live order has the reference.
    """
    _check_new(merchant, new)
    order = _new_order(merchant, new, now)
    mail_to = new.detail.customer_email if new.detail.notify_customer else None
    while not await store.insert(tx, order, _event_data(order), mail_to):
        live = await store.find_live(tx, merchant.id, new.reference)
        if live is None:
            # The order that stood in the way has just ended, or two numbers were the same: try again.
            order = msgspec.structs.replace(order, number=order_number(now))
        elif live.fingerprint == order.fingerprint:
            return live, False
        else:
            raise Duplicate("already belongs to a live order with another content")
    return order, True


def _check_new(merchant: Merchant, new: NewOrder) -> None:
    problems = rules.number_problems(new.amounts, new.detail.items, merchant.currency)
    for name, url in (("success_url", new.detail.success_url), ("close_url", new.detail.close_url)):
        if url and not merchant_rules.allows(merchant.origins, url):
            problems.append(Problem((name,), "origin", f"must lead to {' or '.join(merchant.origins) or 'a web page'}"))
    if problems:
        raise Invalid(problems)


def _new_order(merchant: Merchant, new: NewOrder, now: datetime) -> Order:
    return Order(
        merchant_id=merchant.id,
        id=new_id(),
        number=order_number(now),
        face=new.face,
        reference=new.reference,
        reference_status=new.reference_status,
        state=State.NEW,
        version=1,
        currency=merchant.currency,
        amounts=new.amounts,
        detail=new.detail,
        fingerprint=rules.fingerprint(new),
        buyer_id=None,
        terms=None,
        exposure=0,
        created_at=now,
        updated_at=now,
        expires_at=now + merchant.programme.order_valid,
    )


async def locked(tx: Tx, merchant_id: UUID, order_id: UUID) -> Order:
    """A merchant's order under its row lock. Raises `NotFound`."""
    order = await store.lock(tx, merchant_id, order_id)
    if order is None:
        raise NotFound(_NOT_FOUND)
    return order


async def by_number(
    tx: Tx,
    merchant_id: UUID,
    number: str,
    *,
    reference: str | None = None,
    face: str | None = None,
    lock: bool = False,
) -> Order:
    """A merchant's order by its number and, where given, its reference and the face that it came in by.

    Locked if so wished. Raises `NotFound`.
    """
    order = await store.find_by_number(tx, merchant_id, number, lock=lock)
    if order is None or reference not in (None, order.reference) or face not in (None, order.face):
        raise NotFound(_NOT_FOUND)
    return order


def offers(merchant: Merchant, order: Order, now: datetime) -> list[Offer]:
    """What the buyer may choose from, priced for today in the programme's time zone."""
    return terms.price_all(merchant.programme.offers, order.amounts.total, today(merchant, now))


def today(merchant: Merchant, now: datetime) -> date:
    """The day in the programme's time zone."""
    return now.astimezone(ZoneInfo(merchant.programme.time_zone)).date()


async def select_terms(
    tx: Tx,
    merchant: Merchant,
    order_id: UUID,
    *,
    code: str,
    company_name: str,
    email: str,
    now: datetime,
    language: str = "en",
    business: Business | None = None,
    signed_by: str | None = None,
    stated_revenue: int | None = None,
) -> Order:
    """The buyer chooses an offer and accepts the agreement; credit approves and reserves, declines, or lets it wait
    for a person (`review`).

    In a programme that confirms itself an approved order is placed and confirmed in the same transaction.
    `company_name` and `email` have passed the buyers' rules; letters to that address are written in `language`.
    `business`, in its country's normal form, and the name typed as signature are kept with the terms; once approved,
    the business is also the buyer's profile. `stated_revenue` is a year's, in minor units. Raises `NotFound`, `Invalid`
    (path `offer`), or `WrongState`, also when the order's time is over.
    """
    order = await locked(tx, merchant.id, order_id)
    rules.check_move(order, State.TERMS_SELECTED, "buyer", now)
    rule = merchant.programme.offer(code)
    if rule is None:
        raise Invalid.field(("offer",), "must be one of the offers shown")
    offer = terms.price(rule, order.amounts.total, today(merchant, now))
    buyer = await buyers.meet(
        tx, company_name=company_name, email=email, country=merchant.country, business=business, now=now
    )
    chosen = msgspec.structs.replace(
        order,
        buyer_id=buyer.id,
        terms=Terms(
            offer=offer,
            company_name=company_name,
            email=email,
            accepted_at=now,
            language=language,
            business=business,
            signed_by=signed_by,
            stated_revenue=stated_revenue,
        ),
    )
    decision = await credit.decide_and_reserve(tx, application(merchant, chosen, now))
    if decision.outcome == "decline":
        return await declined(tx, chosen, decision.reason, now)
    if decision.outcome == "review":
        event = EventType.ORDER_UNDER_REVIEW
        return await _move(tx, chosen, State.UNDER_REVIEW, "credit", event, now, reason=decision.reason)
    return await approved(tx, merchant, chosen, "buyer", now)


def application(merchant: Merchant, order: Order, now: datetime) -> Application:
    """What an order whose terms were asked for asks of credit."""
    assert order.buyer_id is not None, "it is known who asked for terms"
    assert order.terms is not None, "it is known for what"
    return Application(
        merchant=merchant,
        order_id=order.id,
        buyer_id=order.buyer_id,
        offer=order.terms.offer,
        registration_number=order.terms.business.registration_number if order.terms.business else "",
        email=order.terms.email,
        now=now,
        reserved=order.exposure,
        stated_revenue=order.terms.stated_revenue,
    )


async def declined(tx: Tx, order: Order, reason: str, now: datetime) -> Order:
    """Credit declines a locked order whose terms were asked for. `reason` is a code, and is no merchant's to know."""
    return await _move(tx, order, State.DECLINED, "credit", EventType.ORDER_DECLINED, now, reason=reason)


async def approved(tx: Tx, merchant: Merchant, order: Order, actor: Actor, now: datetime) -> Order:
    """A locked order's terms hold: what they make to pay is reserved already, under the buyer's row lock.

    In a programme that confirms itself the order is placed and confirmed as well.
    """
    assert order.buyer_id is not None, "it is known who asked for terms"
    assert order.terms is not None, "it is known what was agreed"
    offer, business = order.terms.offer, order.terms.business
    if business is not None:
        await buyers.keep_profile(tx, order.buyer_id, order.terms.email, business, now)
    order = msgspec.structs.replace(order, exposure=offer.to_pay, expires_at=now + merchant.programme.approval_valid)
    event = EventType.ORDER_TERMS_SELECTED
    order = await _move(tx, order, State.TERMS_SELECTED, actor, event, now, offer=offer.rule.code)
    if merchant.programme.confirms_itself:
        order = await place(tx, order, now, actor="programme")
        order = await confirm(tx, order, now, actor="programme")
    return order


async def place(tx: Tx, order: Order, now: datetime, actor: Actor = "merchant") -> Order:
    """The merchant acknowledges a locked order. Done before: the order as it stands. Raises `WrongState`."""
    if order.state == State.ORDER_PLACED:
        return order
    return await _move(tx, order, State.ORDER_PLACED, actor, EventType.ORDER_PLACED, now)


async def confirm(tx: Tx, order: Order, now: datetime, actor: Actor = "merchant") -> Order:
    """The sale: the ledger's entry and the buyer's schedule.

    Done before: the order as it stands. Raises `WrongState`.
    """
    if order.state == State.ORDER_CONFIRMED:
        return order
    confirmed = await _move(tx, order, State.ORDER_CONFIRMED, actor, EventType.ORDER_CONFIRMED, now)
    assert order.terms is not None, "the schema refuses a placed order without terms"
    offer = order.terms.offer
    await repayments.insert(tx, order.merchant_id, order.id, offer.schedule)
    await ledger.post(
        tx,
        Entry(
            merchant_id=order.merchant_id,
            kind="order_confirmed",
            cause=Cause("order", order.id),
            order_id=order.id,
            currency=order.currency,
            occurred_at=now,
            legs=postings.order_confirmed(
                total=offer.total, merchant_fee=offer.merchant_fee, buyer_fee=offer.buyer_fee
            ),
        ),
    )
    return confirmed


async def cancel(tx: Tx, order: Order, now: datetime) -> Order:
    """The merchant calls a locked order off before the sale. Done before: as it stands. Raises `WrongState`."""
    if order.state == State.CANCELED:
        return order
    return await _end(tx, order, State.CANCELED, "merchant", EventType.ORDER_CANCELED, now)


async def expire(tx: Tx, order: Order, now: datetime) -> Order:
    """A locked order's time is over."""
    return await _end(tx, order, State.EXPIRED, "clock", EventType.ORDER_EXPIRED, now)


async def _end(tx: Tx, order: Order, state: State, actor: Actor, event: EventType, now: datetime) -> Order:
    rules.check_move(order, state, actor, now)
    await credit.release(tx, order.buyer_id, order.currency, order.exposure)
    return await _move(tx, msgspec.structs.replace(order, exposure=0), state, actor, event, now)


async def update(tx: Tx, merchant: Merchant, order: Order, change: OrderChange, now: datetime) -> Order:
    """Change a placed order that is locked. The offer that the buyer chose is priced again for the new total.

    Raises `WrongState`, `Invalid` for numbers that do not add up, and `LimitExceeded` when a higher total passes
    the limit agreed with the merchant or the buyer's.
    """
    rules.check_updatable(order, now)
    changed = rules.changed(order, change)
    if changed == order:
        return order
    if problems := rules.number_problems(changed.amounts, changed.detail.items, changed.currency):
        raise Invalid(problems)
    if changed.amounts.total != order.amounts.total:
        changed = await _repriced(tx, merchant, order, changed, now)
    return await tell(tx, changed, EventType.ORDER_UPDATED, now)


async def _repriced(tx: Tx, merchant: Merchant, order: Order, changed: Order, now: datetime) -> Order:
    assert order.terms is not None, "the schema refuses a placed order without terms"
    before = order.terms.offer
    offer = terms.price(before.rule, changed.amounts.total, before.starts_on)
    if offer.to_pay <= before.to_pay:
        await credit.release(tx, order.buyer_id, order.currency, order.exposure - offer.to_pay)
    else:
        raised = msgspec.structs.replace(order, terms=msgspec.structs.replace(order.terms, offer=offer))
        decision = await credit.change_reserved(tx, application(merchant, raised, now))
        if decision.outcome == "decline":
            raise LimitExceeded("is above the limit agreed for this order")
    return msgspec.structs.replace(
        changed, exposure=offer.to_pay, terms=msgspec.structs.replace(order.terms, offer=offer)
    )


async def _move(tx: Tx, order: Order, to: State, actor: Actor, event: EventType, now: datetime, **facts: Any) -> Order:
    rules.check_move(order, to, actor, now)
    return await tell(tx, msgspec.structs.replace(order, state=to), event, now, **facts)


async def refunded(tx: Tx, order: Order, now: datetime) -> Order:
    """All of a locked order's total was refunded."""
    return await _move(tx, order, State.REFUNDED, "merchant", EventType.ORDER_REFUNDED, now)


async def tell(tx: Tx, order: Order, event: EventType, now: datetime, **facts: Any) -> Order:
    """Save a locked order as its next version, and write the event of the same number, who hears of it, and letters."""
    order = msgspec.structs.replace(order, version=order.version + 1, updated_at=now)
    await store.save(tx, order)
    told = Event(
        merchant_id=order.merchant_id,
        order_id=order.id,
        number=order.version,
        type=event,
        data={**msgspec.to_builtins(rules.snapshot(order)), **facts},
        occurred_at=now,
    )
    await events.append(tx, told)
    await deliveries.send_out(tx, told, order.detail.webhook_url, order.face)
    await letters.write(tx, order, event)
    return order


def _event_data(order: Order) -> bytes:
    return msgspec.json.encode(rules.snapshot(order))


async def expire_due(tx: Tx, merchant_id: UUID, order_id: UUID, now: datetime) -> bool:
    """Expire one order if it still is due and nobody holds it. False when there was nothing to do."""
    order = await store.lock(tx, merchant_id, order_id, skip_locked=True)
    if order is None or order.state not in UNFINISHED or now < order.expires_at:
        return False
    await expire(tx, order, now)
    return True
