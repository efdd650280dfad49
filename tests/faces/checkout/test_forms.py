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
from tenor.core.buyers.identity import Business
from tenor.core.terms import rules as terms
from tenor.faces.checkout import forms, wording
from tenor.faces.checkout.languages import languages
from tests.faces.checkout.buyer import BUSINESS, SIGNATORY, Buyer, filled_in, hidden
from tests.faces.checkout.shop import PROGRAMME, LinkOf, OpenShop, PlaceOrder, parsed

OFFERS = terms.price_all(PROGRAMME.offers, 11_350_000, date(2026, 1, 31))
_FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


def test_forms_that_are_filled_in_have_no_problems() -> None:
    business, offer = Business(**BUSINESS), OFFERS[0]
    assert forms.email_problems({"email": "a@tuwaiq.example.com"}) == {}
    assert forms.business_problems(business, "SA") == {}
    assert forms.choice_problems({"offer": "net30", "shown": forms.mark_of(OFFERS)}, OFFERS) == {}
    signed = {"signature": SIGNATORY, "agree": "yes", "shown": forms.mark_of([offer], business)}
    assert forms.agreement_problems(signed, offer, business) == {}


@given(st.binary(max_size=400))
def test_any_bytes_are_read_as_some_answers_without_characters_that_may_not_be_kept(body: bytes) -> None:
    for text in forms.read(body).values():
        assert not FORBIDDEN.search(text)
        assert text == text.strip()
        text.encode()


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Z"]), min_size=1, max_size=50))
def test_what_is_typed_is_read_as_it_was_typed(name: str) -> None:
    if "\ufffd" not in name:
        assert forms.read(f"legal_name=++{quote(name)}%20".encode()) == {"legal_name": name}


@given(st.sampled_from(["net30", "parts3"]), st.integers(1, 10**12), st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_the_mark_changes_with_every_amount_and_every_day(code: str, total: int, day: date) -> None:
    rules = [rule for rule in PROGRAMME.offers if rule.code == code]
    shown = terms.price_all(rules, total, day)
    assert forms.mark_of(shown) == forms.mark_of(terms.price_all(rules, total, day))
    assert forms.mark_of(shown) != forms.mark_of(terms.price_all(rules, total + 1, day))


@given(st.sampled_from(list(BUSINESS)), st.text(min_size=1, max_size=20))
def test_the_mark_of_an_agreement_changes_with_everything_that_names_the_company(name: str, value: str) -> None:
    other = Business(**BUSINESS | {name: value})
    same = other == Business(**BUSINESS)
    assert (forms.mark_of(OFFERS[:1], other) == forms.mark_of(OFFERS[:1], Business(**BUSINESS))) == same


def test_a_field_that_came_twice_is_not_filled_in() -> None:
    assert forms.read(b"offer=net30&offer=parts3&agree=yes") == {"agree": "yes"}


def test_a_thousand_fields_are_no_form() -> None:
    assert forms.read(b"&".join(b"agree%d=yes" % n for n in range(1000))) == {}


def test_whatever_is_wrong_with_an_answer_there_are_words_for_it() -> None:
    problems: list[tuple[str, str, forms.Complaint]] = [("", "email", "unreadable"), ("", "signature", "unreadable")]
    for country in ("US", "SA", "DE"):
        for name in forms.business_problems(Business(), country):
            problems += [(country, name, "missing"), (country, name, "invalid"), (country, name, "unreadable")]
    for language in languages().values():
        for country, name, complaint in problems:
            (one,) = wording.corrections(language, {name: complaint}, country)
            assert one.words


async def _session(buyer: Buyer, step: str, link: str) -> str:
    """The address of a step whose form is still to be sent."""
    session = await buyer.signs_in(link)
    if step in ("terms", "agreement"):
        await buyer.tells_business(session)
    if step == "agreement":
        await buyer.chooses(session)
    return f"{session}/{step}"


@pytest.mark.parametrize(
    ("step", "controls"),
    [
        ("business", list(BUSINESS)),
        ("terms", ["offer-1"]),
        ("agreement", ["signature", "agree"]),
    ],
)
async def test_an_empty_form_names_every_field_and_links_to_it(
    buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf, step: str, controls: list[str]
) -> None:
    address = await _session(buyer, step, link_of(await place_order()))
    untouched = hidden(parsed(await buyer.browser.get(address)))
    response = await buyer.browser.post(address, data=untouched | {"x": "y"})
    assert response.status_code == 422
    page = parsed(response)
    links = page.select(".errors a")
    assert [str(one["href"]) for one in links] == [f"#{control}" for control in controls]
    for control in controls:
        field = page.find(id=control)
        assert field is not None
        if step != "terms":
            assert field["aria-invalid"] == "true"
            assert all(page.find(id=one) for one in str(field["aria-describedby"]).split())
    assert page.title is not None
    assert page.title.get_text().startswith("Error:")


async def test_what_was_typed_stays_in_a_form_that_comes_back_and_in_the_page_when_it_is_opened_again(
    buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    address = await _session(buyer, "business", link_of(await place_order()))
    typed = BUSINESS | {"legal_name": 'A "quoted" <b>', "vat_number": "12", "phone": "none"}
    page = parsed(await buyer.browser.post(address, data=typed))
    assert filled_in(page) == typed
    assert filled_in(parsed(await buyer.browser.get(address))) == typed


@pytest.mark.parametrize(
    ("step", "field", "typed", "words"),
    [
        ("you", "email", b"", "Enter your e-mail address"),
        ("you", "email", b"not an address", "such as name@company.example"),
        ("you", "email", b"a@b", "such as name@company.example"),
        ("you", "email", b"a%00@tuwaiq.example.com", "can't be read"),
        ("you", "email", b"a@" + b"x" * 9_000 + b".example.com", "such as name@company.example"),
        ("business", "legal_name", b"A", "2 to 200 characters"),
        ("business", "legal_name", b"--", "letters or digits"),
        ("business", "legal_name", b"x" * 201, "2 to 200 characters"),
        ("business", "legal_name", b"x" * 15_000, "2 to 200 characters"),
        ("business", "legal_name", b"Tu%00waiq", "can't be read"),
        ("business", "legal_name", b"Tu%ED%A0%80waiq", "can't be read"),
        ("business", "legal_name", b"Tu%FFwaiq", "can't be read"),
        ("business", "legal_name", b"Tu\x00waiq", "can't be read"),
        ("business", "legal_name", "\u202eTuwaiq".encode(), "can't be read"),
        ("business", "legal_name", b"%20%09%0A", "Enter the company"),
        ("business", "registration_number", b"12345", "ten digits"),
        ("business", "vat_number", b"300012345600004", "first and the last are 3"),
        ("business", "phone", b"call me", "7 to 15 digits"),
        ("business", "signatory", b"7", "who may sign"),
        ("terms", "offer", b"net31", "shown here"),
        ("terms", "offer", b"", "Choose one of the payment terms"),
        ("terms", "shown", b"0" * 32, "have changed"),
        ("agreement", "signature", b"", "Type your full name"),
        ("agreement", "signature", b"Somebody Else", "Only the person authorised to sign"),
        ("agreement", "signature", b"Sara%FF", "can't be read"),
        ("agreement", "agree", b"no", "Tick the box"),
        ("agreement", "shown", b"0" * 32, "have changed"),
    ],
)
async def test_each_wrong_field_comes_back_with_a_sentence_and_nothing_is_agreed(
    buyer: Buyer,
    database: Database,
    place_order: PlaceOrder,
    link_of: LinkOf,
    step: str,
    field: str,
    typed: bytes,
    words: str,
) -> None:
    link = link_of(await place_order())
    address = f"{link}/you" if step == "you" else await _session(buyer, step, link)
    good = {"offer": "net30", "signature": SIGNATORY, "agree": "yes"} | BUSINESS
    good |= hidden(parsed(await buyer.browser.get(address)))
    form = {name: quote(value).encode() for name, value in good.items()} | {field: typed}
    body = b"&".join(name.encode() + b"=" + value for name, value in form.items())
    response = await buyer.browser.post(address, content=body, headers=_FORM)
    assert response.status_code == 422
    assert words in parsed(response).select_one(".errors").get_text()  # type: ignore[union-attr]
    assert "\x00" not in response.text
    async with database.single_statement() as tx:
        assert await tx.fetchval("SELECT count(*) FROM buyers") == 0
        assert await tx.fetchval("SELECT state FROM orders") == "new"


@pytest.mark.parametrize("country", ["US", "DE"])
async def test_each_country_asks_for_what_it_knows(
    buyer: Buyer, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf, country: str
) -> None:
    session = await buyer.signs_in(link_of(await place_order(await open_shop(country=country))))
    page = parsed(await buyer.browser.get(f"{session}/business"))
    label = page.select_one("label[for=registration_number]")
    assert label is not None
    names = {"US": "Employer identification number (EIN)", "DE": "Registration number"}
    assert label.get_text() == names[country]
    assert ("vat_number" in filled_in(page)) == (country == "DE")
    american = {
        "registration_number": "12 3456789",
        "line1": "7 Main Street",
        "city": "Austin",
        "region": "tx",
        "postal_code": "73301",
        "vat_number": "",
    }
    assert (await buyer.tells_business(session, **american)).status_code == 303


async def test_a_body_above_16_kilobytes_is_refused(buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf) -> None:
    link = link_of(await place_order())
    session = await buyer.signs_in(link)
    for address in (f"{link}/you", f"{link}/begin", f"{session}/business", f"{session}/terms", f"{session}/agreement"):
        response = await buyer.browser.post(address, data={"legal_name": "x" * 16_384})
        assert response.status_code == 413
        assert parsed(response).h1.get_text() == "This is more than the form can take"  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain", ""])
async def test_only_a_form_as_browsers_send_it_is_read(
    browser: httpx.AsyncClient, place_order: PlaceOrder, link_of: LinkOf, kind: str
) -> None:
    link = link_of(await place_order())
    response = await browser.post(f"{link}/you", content=b"email=a@example.com", headers={"Content-Type": kind})
    assert response.status_code == 415
    assert parsed(response).h1.get_text() == "This could not be read"  # type: ignore[union-attr]
