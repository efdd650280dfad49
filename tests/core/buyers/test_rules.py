"""What a buyer's e-mail address and company name must look like."""

from __future__ import annotations

import pytest

from tenor.core.buyers.rules import company_name_problem, is_email, normal_email


@pytest.mark.parametrize(
    "text",
    [
        "ana@example.com",
        "ana.perez+orders@mail.example.com",
        "o'brien@example.com",
        "ana_@xn--bcher-kva.example.com",
        "مشتريات@example.com",
        "1@example.co",
        "a" * 64 + "@example.com",
    ],
)
def test_an_address_that_mail_can_go_to_passes(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "ana", "@example.com", "ana@", "ana@@example.com", "ana@example", "ana@example..com", "ana@.example.com",
        "ana@example.com.", "ana@-example.com", "ana@exa_mple.com", "a@b@example.com", "a na@example.com",
        "ana@exam ple.com", ".ana@example.com", "ana.@example.com", "ana..perez@example.com", "Ana <ana@example.com>",
        "ana@example.com,bo@example.com", "ana@example.com\nBcc: bo@example.com", "ana@example.com\n",
        "an\x00a@example.com", "an\u202ea@example.com", "an\u200ba@example.com", "an\ud800a@example.com",
        "an\x85a@example.com", "ana@example.com\x00", "ana@مثال.com", "a" * 65 + "@example.com",
        "ana@" + "a" * 64 + ".com", "ana@" + "a." * 100 + "com",
    ],
)  # fmt: skip
def test_what_mail_can_not_go_to_is_none(text: str) -> None:
    assert not is_email(text)


def test_buyers_are_known_by_their_address_trimmed_and_in_lower_case() -> None:
    assert normal_email("  Ana@Example.COM ") == "ana@example.com"


@pytest.mark.parametrize("text", ["Northwind Builders", "3M", "شركة البناء", "Müller & Söhne GmbH, 2. Werk", "x" * 200])
def test_a_companys_name_passes(text: str) -> None:
    assert company_name_problem(text) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "must be 2 to 200 characters"),
        ("A", "must be 2 to 200 characters"),
        ("x" * 201, "must be 2 to 200 characters"),
        ("--", "must be a name in letters or digits"),
        ("  ", "must be a name in letters or digits"),
        ("Acme\x00", "must be a name in letters or digits"),
        ("Acme\u202egnp", "must be a name in letters or digits"),
        ("Acme\r\nBcc: bo@example.com", "must be a name in letters or digits"),
        ("Acme\u2028Ltd", "must be a name in letters or digits"),
    ],
)
def test_what_is_no_companys_name_says_what_was_expected(text: str, problem: str) -> None:
    assert company_name_problem(text) == problem
