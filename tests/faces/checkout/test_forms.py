"""What buyers type, and what others send to the same address: a sentence beside each field, and never a 500."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.base.database import Database
from tenor.base.wire import FORBIDDEN
from tenor.core.terms import rules as terms
from tenor.faces.checkout import forms
from tests.faces.checkout.shop import PROGRAMME, LinkOf, PlaceOrder, filled, parsed

OFFERS = terms.price_all(PROGRAMME.offers, 11_350_000, date(2026, 1, 31))
GOOD = forms.Answers(
    offer="net30", company_name="Tuwaiq", email="a@tuwaiq.example.com", agreed=True, shown=forms.mark_of(OFFERS)
)


def test_a_form_that_is_filled_in_has_no_problems() -> None:
    assert forms.problems_of(GOOD, OFFERS) == {}


@given(st.binary(max_size=400))
def test_any_bytes_are_read_as_some_answers_without_characters_that_may_not_be_kept(body: bytes) -> None:
    answers = forms.read(body)
    for text in (answers.offer, answers.company_name, answers.email, answers.shown):
        assert not FORBIDDEN.search(text)
        assert text == text.strip()
        text.encode()


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Z"]), min_size=1, max_size=50))
def test_what_is_typed_is_read_as_it_was_typed(name: str) -> None:
    if "\ufffd" not in name:
        assert forms.read(f"company_name=++{quote(name)}%20".encode()).company_name == name


@given(st.sampled_from(["net30", "parts3"]), st.integers(1, 10**12), st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_the_mark_changes_with_every_amount_and_every_day(code: str, total: int, day: date) -> None:
    rules = [rule for rule in PROGRAMME.offers if rule.code == code]
    shown = terms.price_all(rules, total, day)
    assert forms.mark_of(shown) == forms.mark_of(terms.price_all(rules, total, day))
    assert forms.mark_of(shown) != forms.mark_of(terms.price_all(rules, total + 1, day))


def test_a_field_that_came_twice_is_not_filled_in() -> None:
    assert forms.read(b"offer=net30&offer=parts3&agree=yes").offer == ""


def test_a_thousand_fields_are_no_form() -> None:
    assert forms.read(b"&".join(b"agree=yes" for _ in range(1000))) == forms.Answers()


async def test_an_empty_form_names_every_field_and_links_to_it(
    browser: httpx.AsyncClient, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    link = link_of(await place_order())
    response = await browser.post(link, data={"company_name": ""})
    assert response.status_code == 422
    page = parsed(response)
    links = page.select(".errors a")
    assert [str(one["href"]) for one in links] == ["#offer-1", "#company_name", "#email", "#agree"]
    assert all(page.find(id=str(one["href"])[1:]) for one in links)
    for field in ("company_name", "email", "agree"):
        control = page.find(id=field)
        assert control is not None
        assert control["aria-invalid"] == "true"
        assert page.find(id=control["aria-describedby"])
    assert page.title is not None
    assert page.title.get_text().startswith("Error:")


async def test_what_was_typed_stays_in_a_form_that_comes_back(
    browser: httpx.AsyncClient, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    link = link_of(await place_order())
    form = filled(parsed(await browser.get(link)), offer="parts3", company_name='A "quoted" <b>', email="Not@valid")
    page = parsed(await browser.post(link, data=form))
    assert page.select_one("#company_name")["value"] == 'A "quoted" <b>'  # type: ignore[index]
    assert page.select_one("#email")["value"] == "Not@valid"  # type: ignore[index]
    assert page.select_one("#offer-3[checked]")
    assert page.select_one("#agree[checked]")


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("company_name", b"A", "2 to 200 characters"),
        ("company_name", b"--", "letters or digits"),
        ("company_name", b"x" * 201, "2 to 200 characters"),
        ("company_name", b"x" * 15_000, "2 to 200 characters"),
        ("company_name", b"Tu%00waiq", "can't be read"),
        ("company_name", b"Tu%ED%A0%80waiq", "can't be read"),
        ("company_name", b"Tu%FFwaiq", "can't be read"),
        ("company_name", b"Tu\x00waiq", "can't be read"),
        ("company_name", "\u202eTuwaiq".encode(), "can't be read"),
        ("company_name", b"%20%09%0A", "Enter your company"),
        ("email", b"not an address", "such as name@company.example"),
        ("email", b"a@b", "such as name@company.example"),
        ("email", b"a%00@tuwaiq.example.com", "can't be read"),
        ("email", b"a@" + b"x" * 9_000 + b".example.com", "such as name@company.example"),
        ("offer", b"net31", "shown here"),
        ("offer", b"", "Choose one of the payment terms"),
        ("agree", b"no", "Tick the box"),
        ("shown", b"0" * 32, "have changed"),
    ],
)
async def test_each_wrong_field_comes_back_with_a_sentence_and_nothing_is_stored(
    browser: httpx.AsyncClient,
    database: Database,
    place_order: PlaceOrder,
    link_of: LinkOf,
    field: str,
    typed: bytes,
    words: str,
) -> None:
    link = link_of(await place_order())
    form = {name: quote(value).encode() for name, value in filled(parsed(await browser.get(link))).items()}
    body = b"&".join(name.encode() + b"=" + value for name, value in (form | {field: typed}).items())
    response = await browser.post(
        link, content=body, headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    )
    assert response.status_code == 422
    assert words in parsed(response).select_one(".errors").get_text()  # type: ignore[union-attr]
    assert "\x00" not in response.text
    async with database.single_statement() as tx:
        assert await tx.fetchval("SELECT count(*) FROM buyers") == 0
        assert await tx.fetchval("SELECT state FROM orders") == "new"


async def test_a_body_above_16_kilobytes_is_refused(
    browser: httpx.AsyncClient, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    link = link_of(await place_order())
    response = await browser.post(link, data={"company_name": "x" * 16_384})
    assert response.status_code == 413
    assert parsed(response).h1.get_text() == "This is more than the form can take"  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain", ""])
async def test_only_a_form_as_browsers_send_it_is_read(
    browser: httpx.AsyncClient, place_order: PlaceOrder, link_of: LinkOf, kind: str
) -> None:
    link = link_of(await place_order())
    response = await browser.post(link, content=b"offer=net30", headers={"Content-Type": kind})
    assert response.status_code == 415
    assert parsed(response).h1.get_text() == "This could not be read"  # type: ignore[union-attr]
