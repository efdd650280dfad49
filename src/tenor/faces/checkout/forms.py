"""What the buyer filled in: reading it and checking it. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs

import msgspec

from tenor.base.wire import FORBIDDEN
from tenor.core.buyers import rules as buyers
from tenor.core.terms.model import Offer

# A form has five fields; whoever sends this many has not filled in ours.
_MOST_FIELDS = 40

# Stands for every character that could not be read or may not be kept. The buyer sees it and types again.
_UNREADABLE = "\ufffd"

Field = Literal["offer", "company_name", "email", "agree"]
Complaint = Literal["missing", "unknown", "changed", "unreadable", "invalid"]
Problems = dict[Field, Complaint]


@dataclass(frozen=True)
class Answers:
    """The form as the buyer typed it, blanks at the ends gone. `shown` is `mark_of` the offers on that page."""

    offer: str = ""
    company_name: str = ""
    email: str = ""
    agreed: bool = False
    shown: str = ""

    @property
    def address(self) -> str:
        """The e-mail address as buyers are known by it."""
        return buyers.normal_email(self.email)


def read(body: bytes) -> Answers:
    """The answers in an urlencoded body. It never raises: what is no form at all reads as one left empty.

    A field that came twice counts as not filled in: nobody can tell which of the two was meant.
    """
    try:
        sent = parse_qs(body.decode(errors="replace"), errors="replace", max_num_fields=_MOST_FIELDS)
    except ValueError:
        sent = {}

    def one(name: str) -> str:
        values = sent.get(name, [])
        return " ".join(FORBIDDEN.sub(_UNREADABLE, values[0]).split()) if len(values) == 1 else ""

    return Answers(
        offer=one("offer"),
        company_name=one("company_name"),
        email=one("email"),
        agreed=one("agree") == "yes",
        shown=one("shown"),
    )


def mark_of(offers: Sequence[Offer]) -> str:
    """A short mark of what the buyer was shown: it changes with any date or amount, and says nothing else.

    What the merchant pays is no part of it, because a buyer could find it out by trying.
    """
    shown = [(offer.rule.code, offer.total, offer.buyer_fee, offer.schedule) for offer in offers]
    return hashlib.sha256(msgspec.json.encode(shown)).hexdigest()[:32]


def problems_of(answers: Answers, offers: Sequence[Offer]) -> Problems:
    """What is wrong with each field, in the page's order; empty when the form can be taken.

    Midnight or a new programme may have changed the offers since the page was opened. Then the acceptance is of
    something that is no longer offered, and the buyer has to look and accept again.
    """
    same = answers.shown == mark_of(offers)
    found: dict[Field, Complaint | None] = {
        "offer": _offer_problem(answers.offer, offers, same),
        "company_name": _company_problem(answers.company_name),
        "email": _email_problem(answers),
        "agree": None if answers.agreed and same else "missing",
    }
    return {field: complaint for field, complaint in found.items() if complaint is not None}


def _offer_problem(code: str, offers: Sequence[Offer], same: bool) -> Complaint | None:
    if not code:
        return "missing"
    if not same:
        return "changed"
    return None if any(offer.rule.code == code for offer in offers) else "unknown"


def _company_problem(name: str) -> Complaint | None:
    if not name:
        return "missing"
    if _UNREADABLE in name:
        return "unreadable"
    return "invalid" if buyers.company_name_problem(name) else None


def _email_problem(answers: Answers) -> Complaint | None:
    if not answers.email:
        return "missing"
    if _UNREADABLE in answers.email:
        return "unreadable"
    return None if buyers.is_email(answers.address) else "invalid"
