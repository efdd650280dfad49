"""The sandbox's bureau: magic values decide what it says. docs/credit.md lists them, and a test holds both together."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tenor.core.credit.bureau import Company
from tenor.core.credit.model import Report

Magic = Literal["approve", "decline", "review", "time out", "fail"]

# By country: registration numbers that are valid in form. The e-mail addresses work in every country.
NUMBERS: dict[str, dict[str, Magic]] = {
    "US": {
        "10-0000001": "approve",
        "10-0000002": "decline",
        "10-0000003": "review",
        "10-0000004": "time out",
        "10-0000005": "fail",
    },
    "SA": {
        "1000000001": "approve",
        "1000000002": "decline",
        "1000000003": "review",
        "1000000004": "time out",
        "1000000005": "fail",
    },
}
EMAILS: dict[str, Magic] = {
    "approve@sandbox.example.com": "approve",
    "decline@sandbox.example.com": "decline",
    "review@sandbox.example.com": "review",
    "timeout@sandbox.example.com": "time out",
    "fail@sandbox.example.com": "fail",
}

_CURRENCIES = {"US": "USD", "SA": "SAR"}
_FOUNDED = date(2012, 3, 1)
_REVENUE = 25_000_000_00


class SandboxFailure(Exception):
    """The bureau is down, as a magic value asked."""


@dataclass(frozen=True)
class SandboxBureau:
    """Knows every company as a healthy one, but for the magic values. An e-mail address counts before a number."""

    async def ask(self, company: Company) -> Report | None:
        """Raises `SandboxFailure`, or never returns, where a magic value says so."""
        match magic(company):
            case "decline":
                return _report(company, "insolvency")
            case "review":
                return _report(company, "manual_review")
            case "time out":
                await asyncio.Event().wait()
            case "fail":
                raise SandboxFailure("The sandbox's bureau is down, as was asked.")
        return _report(company)


def magic(company: Company) -> Magic:
    """What the sandbox's bureau does when it is asked for a company."""
    by_number = NUMBERS.get(company.country, {}).get(company.registration_number, "approve")
    return EMAILS.get(company.email, by_number)


def _report(company: Company, *flags: str) -> Report:
    """A company founded in 2012 with a revenue of 25 million, in its country's currency."""
    currency = _CURRENCIES.get(company.country)
    return Report(founded_on=_FOUNDED, revenue=_REVENUE if currency else None, currency=currency, flags=flags)
