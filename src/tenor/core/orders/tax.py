"""What must hold of an order's tax (`spec/buildnow.md`, validations). Pure; for dialects whose orders tell it.

Amounts are minor units of one currency. A tax rate is percent, as a Decimal where it is passed and as text where an
item carries it; an item without one has the order's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from tenor.base import money
from tenor.base.errors import Problem
from tenor.core.orders.model import Amounts, Item


def tax_of(subtotal: int, rate: Decimal) -> int:
    """`rate` percent of an amount, half-up to the minor unit, exactly: the rate is taken as a fraction."""
    numerator, denominator = rate.as_integer_ratio()
    return money.half_up(subtotal * numerator, 100 * denominator)


def problems(amounts: Amounts, rate: Decimal, items: Sequence[Item], currency: str) -> list[Problem]:
    """Every way in which the tax and the lines' own sums are wrong.

    Paths are `tax`, `total` and `items[i].subtotal`, `.tax`, `.total`. That the order's total is its parts and that
    the lines make its subtotal is `rules.number_problems`' to say.
    """
    found = [problem for index, item in enumerate(items) for problem in _line_problems(item, index, rate, currency)]
    return [*found, *_order_problems(amounts, rate, items, currency)]


def _line_problems(item: Item, index: int, rate: Decimal, currency: str) -> Iterator[Problem]:
    """A line's sums, as far as the line tells its parts. Nothing is tolerated: each is rounded once."""
    subtotal, tax, total = item.subtotal, item.tax, item.total
    if subtotal is None:
        return
    expected = item.unit_price * item.quantity
    if subtotal != expected:
        told = f"{item.quantity} x {money.to_text(item.unit_price, currency)} makes"
        yield _wrong(("items", index, "subtotal"), subtotal, told, expected, currency)
    if tax is None:
        return
    own_rate = _rate_of(item, rate)
    expected = tax_of(subtotal, own_rate)
    if tax != expected:
        told = f"{own_rate}% of {money.to_text(subtotal, currency)} is"
        yield _wrong(("items", index, "tax"), tax, told, expected, currency)
    if total is not None and total != subtotal + tax:
        yield _wrong(("items", index, "total"), total, "the parts make", subtotal + tax, currency)


def _order_problems(amounts: Amounts, rate: Decimal, items: Sequence[Item], currency: str) -> Iterator[Problem]:
    """The order against its lines, one minor unit a line tolerated: tax may be rounded a line or on the sum."""
    expected = _order_tax(amounts, rate, items)
    if abs(amounts.tax - expected) > len(items):
        yield _wrong(("tax",), amounts.tax, "the tax rate makes", expected, currency, len(items))
    totals = [item.total for item in items if item.total is not None]
    if len(totals) == len(items) and abs(amounts.total - sum(totals)) > len(items):
        yield _wrong(("total",), amounts.total, "the items make", sum(totals), currency, len(items))


def _order_tax(amounts: Amounts, rate: Decimal, items: Sequence[Item]) -> int:
    """The order's rate on its subtotal. Where lines have rates of their own, no one rate is right for their sum."""
    if all(item.subtotal is None or _rate_of(item, rate) == rate for item in items):
        return tax_of(amounts.subtotal, rate)
    return sum(tax_of(item.subtotal or 0, _rate_of(item, rate)) for item in items)


def _rate_of(item: Item, rate: Decimal) -> Decimal:
    return rate if item.tax_rate is None else Decimal(item.tax_rate)


def _wrong(
    path: tuple[str | int, ...], given: int, told: str, expected: int, currency: str, tolerance: int = 0
) -> Problem:
    most = f"{money.to_text(tolerance, currency)} {currency}"
    may = f" (at most {most} may differ, one smallest unit a line)" if tolerance else ""
    says = f"is {money.to_text(given, currency)} {currency}, but {told} {money.to_text(expected, currency)} {currency}"
    return Problem(path, "sum", says + may)
