"""Facts and rules of a credit decision as people read them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tenor.base import money
from tenor.core.credit import wording
from tenor.core.credit.model import Facts, Fired

_AMOUNTS = (
    "order_amount",
    "to_pay",
    "exposure",
    "order_limit",
    "exposure_limit",
    "kept_limit",
    "revenue",
    "stated_revenue",
    "credit_limit",
    "buyer_limit",
)


def facts(known: Facts) -> Iterator[tuple[str, str]]:
    """Every fact by its name; what is not known is said to be so."""
    for field in msgspec.structs.fields(Facts):
        value = getattr(known, field.name)
        yield field.name.replace("_", " "), _said(field.name, value, known.currency)


def reason(code: str) -> str:
    """The sentence for a code of credit's; the code itself where a later release has one that this one has not."""
    return wording.sentences(wording.languages()["en"]).get(code, code.replace("_", " "))


def fired(rule: Fired, currency: str) -> str:
    """A rule that said something, with the numbers that it held against each other."""
    words = [reason(rule.code)]
    if rule.name:
        words.append(f"({rule.name})")
    if rule.found is not None:
        words.append(f"Found: {_said(rule.code, rule.found, currency)}.")
    if rule.bound is not None:
        words.append(f"Bound: {_said(rule.code, rule.bound, currency)}.")
    return " ".join(words)


def _said(name: str, value: object, currency: str) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and name.startswith(_AMOUNTS):
        return f"{money.to_decimal(value, currency):,} {currency}"
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value) or "none"
    return str(value) or "not known"
