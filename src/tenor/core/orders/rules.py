"""What must hold of an order's numbers, and which step may follow which. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from tenor.base import money
from tenor.base.errors import Problem, WrongState
from tenor.core.events.model import ChosenTerms, DueInstalment, Facts, Line
from tenor.core.orders.model import (
    TRANSITIONS,
    UNFINISHED,
    Actor,
    Amounts,
    Item,
    NewOrder,
    Order,
    OrderChange,
    State,
    Terms,
)

T = TypeVar("T")

# Deterministic: the same content gives the same bytes, however the merchant's JSON was written.
_canonical = msgspec.json.Encoder(order="deterministic", decimal_format="number")


def fingerprint(order: NewOrder) -> bytes:
    """SHA-256 over an order's meaning, by which the same call again is told from another one."""
    return hashlib.sha256(_canonical.encode(order)).digest()


def sum_problem(amounts: Amounts, currency: str) -> str | None:
    """Why the total is not what its parts say, in both numbers; None when it is, to the minor unit."""
    expected = amounts.subtotal + amounts.tax + amounts.shipping - amounts.discount
    if amounts.total == expected:
        return None
    return (
        f"is {_signed(amounts.total, currency)}, but the parts make {_signed(expected, currency)}"
        f" (off by {_signed(amounts.total - expected, currency)})"
    )


def items_problem(items: Sequence[Item], subtotal: int, currency: str) -> str | None:
    """Why the lines do not make the subtotal; None when they do, within one minor unit a line.

    Each line is `unit_price x quantity`. The tolerance is `spec/backd.md`'s: shops round a line or the sum.
    """
    lines = sum(item.unit_price * item.quantity for item in items)
    if abs(lines - subtotal) <= len(items):
        return None
    return (
        f"is {_signed(subtotal, currency)}, but the items make {_signed(lines, currency)}"
        f" (at most {_signed(len(items), currency)} may differ, one smallest unit a line)"
    )


def _signed(minor: int, currency: str) -> str:
    return f"{money.to_text(minor, currency)} {currency}"


def check_step(state: State, to: State, actor: Actor) -> None:
    """Raises `WrongState` unless that actor may take the order from one state to the other."""
    if actor not in TRANSITIONS.get((state, to), frozenset()):
        raise WrongState(
            wrong_state(state, [frm for (frm, target), who in TRANSITIONS.items() if target == to and actor in who])
        )


def check_move(order: Order, to: State, actor: Actor, now: datetime) -> None:
    """Raises `WrongState` unless that actor may take the order there. `now` is the merchant's time."""
    check_step(order.state if to == State.EXPIRED else standing(order, now), to, actor)


def standing(order: Order, now: datetime) -> State:
    """Where an order stands, which is expired from its time on, swept or not. `now` is the merchant's time."""
    return State.EXPIRED if order.state in UNFINISHED and now >= order.expires_at else order.state


def wrong_state(state: State, expected: Sequence[State]) -> str:
    """The sentence that tells where the order stands and where it would have to."""
    return f"The order is {state}; this needs an order that is {' or '.join(expected) or 'in another state'}."


def check_updatable(order: Order, now: datetime) -> None:
    """Raises `WrongState` unless the order is placed: only then may the merchant change it (`spec/backd.md`)."""
    if (state := standing(order, now)) != State.ORDER_PLACED:
        raise WrongState(wrong_state(state, [State.ORDER_PLACED]))


def changed(order: Order, change: OrderChange) -> Order:
    """An order after a change; what the change leaves out stays."""

    def pick(new: T | None, old: T) -> T:
        return old if new is None else new

    amounts, detail = order.amounts, order.detail
    return msgspec.structs.replace(
        order,
        reference_status=pick(change.reference_status, order.reference_status),
        amounts=Amounts(
            total=pick(change.total, amounts.total),
            subtotal=pick(change.subtotal, amounts.subtotal),
            tax=pick(change.tax, amounts.tax),
            shipping=pick(change.shipping_amount, amounts.shipping),
            discount=pick(change.discount, amounts.discount),
        ),
        detail=msgspec.structs.replace(
            detail,
            items=pick(change.items, detail.items),
            billing=pick(change.billing, detail.billing),
            shipping=pick(change.shipping, detail.shipping),
        ),
    )


def number_problems(amounts: Amounts, items: Sequence[Item], currency: str) -> list[Problem]:
    """Every way in which an order's numbers do not add up; paths are `total` and `subtotal`."""
    problems = []
    if amounts.total <= 0:
        problems.append(Problem(("total",), "invalid", "must be above zero"))
    elif amounts.total > money.MAX_MINOR:
        problems.append(Problem(("total",), "invalid", f"must be at most {money.to_text(money.MAX_MINOR, currency)}"))
    elif message := sum_problem(amounts, currency):
        problems.append(Problem(("total",), "sum", message))
    if message := items_problem(items, amounts.subtotal, currency):
        problems.append(Problem(("subtotal",), "sum", message))
    return problems


def snapshot(order: Order) -> Facts:
    """An order's facts as an event tells them."""
    amounts = order.amounts
    return Facts(
        shape=1,
        id=order.id,
        number=order.number,
        reference=order.reference,
        reference_status=order.reference_status,
        state=order.state,
        currency=order.currency,
        total=amounts.total,
        subtotal=amounts.subtotal,
        tax=amounts.tax,
        shipping=amounts.shipping,
        discount=amounts.discount,
        items=tuple(map(_line, order.detail.items)),
        terms=_chosen(order.terms) if order.terms else None,
        created_at=order.created_at,
        expires_at=order.expires_at,
    )


def _line(item: Item) -> Line:
    return Line(
        sku=item.sku,
        name=item.name,
        quantity=item.quantity,
        unit_price=item.unit_price,
        subtotal=item.subtotal,
        tax=item.tax,
        total=item.total,
    )


def _chosen(terms: Terms) -> ChosenTerms:
    offer = terms.offer
    return ChosenTerms(
        code=offer.rule.code,
        kind=offer.rule.kind,
        days=offer.rule.days,
        months=offer.rule.months,
        to_pay=offer.to_pay,
        buyer_fee=offer.buyer_fee,
        merchant_fee=offer.merchant_fee,
        instalments=tuple(
            DueInstalment(number=one.number, due_on=one.due_on, amount=one.amount) for one in offer.schedule
        ),
    )
