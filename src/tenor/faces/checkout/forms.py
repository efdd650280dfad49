"""What the buyer filled in: reading it and checking it. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Literal
from urllib.parse import parse_qs

import msgspec

from tenor.base import money
from tenor.base.wire import FORBIDDEN
from tenor.core.buyers import identity
from tenor.core.buyers import rules as buyers
from tenor.core.buyers.identity import Business
from tenor.core.terms.model import Offer

# The longest form has a dozen fields; whoever sends this many has not filled in ours.
_MOST_FIELDS = 40

# Stands for every character that could not be read or may not be kept. The buyer sees it and types again.
_UNREADABLE = "\ufffd"

# The longest answer that is kept of a form that comes back. Nobody's is longer.
_LONGEST = 500

Complaint = Literal["missing", "unknown", "changed", "unreadable", "invalid", "wrong"]
Answers = Mapping[str, str]
Problems = Mapping[str, Complaint]


def read(body: bytes) -> Answers:
    """The answers in an urlencoded body by name, blanks at the ends gone. It never raises: what is no form reads as
    one left empty.

    A field that came twice counts as not filled in: nobody can tell which of the two was meant.
    """
    try:
        sent = parse_qs(body.decode(errors="replace"), errors="replace", max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}
    return {name: " ".join(FORBIDDEN.sub(_UNREADABLE, one[0]).split()) for name, one in sent.items() if len(one) == 1}


def email_problems(answers: Answers) -> Problems:
    """What is wrong with the e-mail address."""
    email = answers.get("email", "")
    if not email:
        return {"email": "missing"}
    if _UNREADABLE in email:
        return {"email": "unreadable"}
    return {} if buyers.is_email(buyers.normal_email(email)) else {"email": "invalid"}


def business_of(answers: Answers) -> Business:
    """The business as it was typed."""
    return Business(**{name: answers.get(name, "")[:_LONGEST] for name in Business.__struct_fields__})


def business_problems(business: Business, country: str) -> Problems:
    """What is wrong with each answer about the business, in the order of the form."""
    found = identity.problems(business, country)
    broken = {field.name for field in identity.fields(country) if _UNREADABLE in getattr(business, field.name)}
    problems: dict[str, Complaint] = {}
    for field in identity.fields(country):
        if field.name in broken:
            problems[field.name] = "unreadable"
        elif field.name in found:
            problems[field.name] = found[field.name]
    return problems


def revenue_of(answers: Answers) -> str:
    """The revenue as it was typed; empty where it was left out."""
    return answers.get("stated_revenue", "")[:_LONGEST]


def revenue_problems(typed: str, currency: str) -> Problems:
    """What is wrong with the revenue, which nobody has to tell."""
    if _UNREADABLE in typed:
        return {"stated_revenue": "unreadable"}
    return {"stated_revenue": "invalid"} if typed and revenue(typed, currency) is None else {}


def revenue(typed: str, currency: str) -> int | None:
    """The revenue in minor units; None where it was left out or is no amount."""
    try:
        return money.from_typed(typed, currency) if typed else None
    except money.MoneyError:
        return None


def mark_of(offers: Sequence[Offer], business: Business | None = None, clauses: Sequence[str] = ()) -> str:
    """A short mark of what the buyer was shown: it changes with any date or amount, and says nothing else.

    The mark of an agreement changes with the business and with every word of its clauses too. What the merchant pays
    is no part of it, because a buyer could find it out by trying.
    """
    shown = [(offer.rule.code, offer.total, offer.buyer_fee, offer.schedule) for offer in offers]
    return hashlib.sha256(msgspec.json.encode([shown, business, clauses])).hexdigest()[:32]


def choice_problems(answers: Answers, offers: Sequence[Offer]) -> Problems:
    """What is wrong with the choice of an offer.

    Midnight or a new programme may have changed the offers since the page was opened. Then the choice is of something
    that is no longer offered, and the buyer has to look and choose again.
    """
    code = answers.get("offer", "")
    if not code:
        return {"offer": "missing"}
    if answers.get("shown") != mark_of(offers):
        return {"offer": "changed"}
    return {} if any(offer.rule.code == code for offer in offers) else {"offer": "unknown"}


def agreement_problems(answers: Answers, offer: Offer, business: Business, clauses: Sequence[str] = ()) -> Problems:
    """What is wrong with the signed agreement, in the page's order; empty when it can be taken.

    `business` is in its normal form. A tick under something else than what is agreed now is none.
    """
    problems: dict[str, Complaint] = {}
    same = answers.get("shown") == mark_of([offer], business, clauses)
    if not same:
        problems["offer"] = "changed"
    signature = answers.get("signature", "")
    if not signature:
        problems["signature"] = "missing"
    elif _UNREADABLE in signature:
        problems["signature"] = "unreadable"
    elif not identity.is_signed_by(signature, business.signatory):
        problems["signature"] = "wrong"
    if not (same and answers.get("agree") == "yes"):
        problems["agree"] = "missing"
    return problems
