"""The bureau: whatever it does, nobody waits long for it and nothing breaks; and the magic values of a sandbox."""

from __future__ import annotations

import pytest

from tenor.core.buyers import identity
from tenor.core.buyers import rules as buyers
from tenor.core.buyers.identity import Business
from tenor.core.credit import sandbox
from tenor.core.credit.bureau import Company, ask
from tenor.core.credit.model import Report
from tenor.core.credit.sandbox import SandboxBureau


class Broken:
    """A bureau that never answers well."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def ask(self, company: Company) -> Report | None:
        raise self._error


@pytest.mark.parametrize("error", [RuntimeError("down"), OSError("refused"), ValueError("what?")])
async def test_a_bureau_that_fails_is_no_error(error: Exception) -> None:
    assert await ask(Broken(error), Company("US", "12-3456789", "a@b.example.com")) == ("failed", None)


async def test_a_bureau_that_is_slow_is_not_waited_for() -> None:
    slow = Company("US", "10-0000004", "a@b.example.com")
    assert await ask(SandboxBureau(), slow, patience=0.01) == ("timed_out", None)


@pytest.mark.parametrize("country", ["US", "SA"])
async def test_each_magic_number_does_what_it_says(country: str) -> None:
    for number, magic in sandbox.NUMBERS[country].items():
        status, report = await ask(SandboxBureau(), Company(country, number, "a@b.example.com"), patience=0.05)
        _assert_does(magic, status, report)


@pytest.mark.parametrize("country", ["US", "SA", "DE"])
async def test_each_magic_address_does_what_it_says_in_every_country(country: str) -> None:
    for email, magic in sandbox.EMAILS.items():
        status, report = await ask(SandboxBureau(), Company(country, "X", email), patience=0.05)
        _assert_does(magic, status, report)


def _assert_does(magic: str, status: str, report: Report | None) -> None:
    expected = {
        "approve": ("reported", ()),
        "decline": ("reported", ("insolvency",)),
        "review": ("reported", ("manual_review",)),
        "time out": ("timed_out", None),
        "fail": ("failed", None),
    }
    assert (status, report.flags if report else None) == expected[magic]


def test_magic_values_pass_every_form() -> None:
    for country, numbers in sandbox.NUMBERS.items():
        for number in numbers:
            business = Business(registration_number=number)
            assert identity.normal(business, country).registration_number == number
            assert "registration_number" not in identity.problems(business, country)
    assert all(buyers.is_email(email) for email in sandbox.EMAILS)


async def test_every_other_company_of_a_sandbox_is_a_healthy_one() -> None:
    status, report = await ask(SandboxBureau(), Company("SA", "1010123456", "accounts@northwind.example.com"))
    assert status == "reported"
    assert report is not None
    assert (report.currency, report.flags) == ("SAR", ())
