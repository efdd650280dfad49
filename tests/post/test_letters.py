"""What every letter holds to: two parts that say the same, one obvious button, nothing from elsewhere."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from email.header import decode_header, make_header
from email.utils import getaddresses
from typing import cast
from uuid import UUID

import msgspec
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from tenor.base import smtp
from tenor.core.mail.model import Kind
from tenor.core.merchants.model import Merchant
from tenor.core.orders.model import Amounts, Detail, Item, Order, State, Terms
from tenor.core.terms import rules as terms
from tenor.core.terms.model import OfferRule
from tenor.post import letters, notices
from tenor.post.letters import Letter
from tenor.post.message import message
from tenor.post.notices import Notice
from tenor.post.wording import About
from tests.core.conftest import PROGRAMME
from tests.post.conftest import part, read

NOW = datetime(2026, 4, 15, 9, tzinfo=UTC)
ID = UUID("01a2095c-644f-73be-a38c-1c572cad9fb8")
URL = "https://pay.example.com/order/20260415-7K3M9QWZ2TXA/token?proof=abc&lang=en"
OFFER = terms.price(
    OfferRule(code="months3", kind="instalments", months=3, buyer_fee_bps=100), 11_350_000, date(2026, 4, 15)
)
MERCHANT = Merchant(
    id=ID,
    name="Najd Steel & Sons",
    country="SA",
    currency="SAR",
    flow="backd",
    origins=(),
    clock_offset=timedelta(0),
    created_at=NOW,
    programme=PROGRAMME,
)
ORDER = Order(
    merchant_id=ID,
    id=ID,
    number="20260415-7K3M9QWZ2TXA",
    face="backd",
    reference="PO-2031",
    reference_status=None,
    state=State.NEW,
    version=1,
    currency="SAR",
    amounts=Amounts(total=11_350_000, subtotal=11_350_000),
    detail=Detail(items=(Item(sku="R12", name="Rebar", unit_price=11_350_000, quantity=1),)),
    fingerprint=b"",
    buyer_id=None,
    terms=Terms(offer=OFFER, company_name="Tuwaiq Builders", email="ana@tuwaiq.example.com", accepted_at=NOW),
    exposure=0,
    created_at=NOW,
    updated_at=NOW,
    expires_at=NOW + timedelta(days=7),
)
EVERY = [(kind, code) for kind in Kind for code in ("en", "ar")]
WITH_TERMS = (Kind.APPROVED, Kind.AGREEMENT, Kind.ORDER_CONFIRMED)
WITHOUT_BUTTON = (Kind.SIGN_IN_CODE, Kind.DECLINED)
SWITCHED_OFF = {
    "endpoint": "01a2095c-644f-73be-a38c-1c572cad9fb9",
    "url": "https://shop.example.com/hook",
    "reason": "failing",
    "since": "2026-04-10T09:00:00+00:00",
}


def about(code: str = "en", merchant: Merchant = MERCHANT, order: Order = ORDER) -> About:
    return About(letters.languages()[code], merchant, order, URL, OFFER, "048213", "bank_statements")


def written(kind: Kind, code: str = "en", *, sandbox: bool = False) -> Letter:
    return write(kind, about(code), sandbox=sandbox)


def write(kind: Kind, spoken_of: About, *, sandbox: bool) -> Letter:
    """A letter to the buyer or, where it is one to the merchant, a notice."""
    if kind in notices.WRITERS:
        return letters.write(kind, Notice(spoken_of.language, spoken_of.merchant, SWITCHED_OFF, URL), sandbox=sandbox)
    return letters.write(kind, spoken_of, sandbox=sandbox)


def page(letter: Letter) -> BeautifulSoup:
    return BeautifulSoup(letter.html, "html.parser")


def shown(letter: Letter) -> str:
    """The words of the HTML part, as they are read."""
    body = page(letter).body
    assert body is not None
    return " ".join(body.get_text(" ").split())


def words(text: str) -> str:
    """A text without the signs that keep names apart, and without what separates words."""
    return "".join(re.sub("[\u2066-\u2069\u200e\u200f]", "", text).split())


@pytest.mark.parametrize(("kind", "code"), EVERY)
def test_both_parts_say_the_same(kind: Kind, code: str) -> None:
    letter = written(kind, code)
    html = words(shown(letter))
    for line in letter.text.splitlines():
        # A list's mark, a fact's colon and the address behind the button belong to plain text alone.
        said = re.sub(r"^(- |\d+\. )", "", line)
        if said.startswith("https://"):
            continue
        for piece in re.split(r": (?=\S+$|[^:]*\d)|:$", said) if ":" in said else [said]:
            assert words(piece) in html or words(piece.replace(":", "")) in html, line


@pytest.mark.parametrize(("kind", "code"), EVERY)
def test_a_letter_has_one_button_at_most_and_no_other_link(kind: Kind, code: str) -> None:
    links = page(written(kind, code)).find_all("a")
    assert [link["href"] for link in links] == ([] if kind in WITHOUT_BUTTON else [URL])


@pytest.mark.parametrize(("kind", "code"), EVERY)
def test_a_letter_fetches_nothing_and_runs_nothing(kind: Kind, code: str) -> None:
    letter = written(kind, code)
    assert {tag.name for tag in page(letter).find_all(True)}.isdisjoint(
        {"img", "script", "link", "iframe", "form", "object", "video"}
    )
    assert not re.search(r"\bsrc=|url\(|@import|@font-face", letter.html)
    assert set(re.findall(r"https?://[^\s\"'<]+", letter.html)) <= {URL.replace("&", "&amp;"), SWITCHED_OFF["url"]}


@pytest.mark.parametrize(("kind", "code"), EVERY)
def test_a_letter_is_told_its_language_and_its_direction_on_the_sheet_too(kind: Kind, code: str) -> None:
    direction = {"en": "ltr", "ar": "rtl"}[code]
    # Many mail programs drop the tags around the body, so the outermost table has them as well.
    for tag in ("html", "table"):
        found = page(written(kind, code)).find(tag)
        assert found is not None
        assert (found["lang"], found["dir"]) == (code, direction)


@pytest.mark.parametrize(("kind", "code"), EVERY)
def test_a_letter_is_readable_in_dark_mode(kind: Kind, code: str) -> None:
    found = page(written(kind, code))
    meta = found.find("meta", attrs={"name": "color-scheme"})
    assert meta is not None
    assert meta["content"] == "light dark"
    style = found.find("style")
    assert style is not None
    dark = style.get_text()
    assert "@media (prefers-color-scheme: dark)" in dark
    body = found.body
    assert body is not None
    coloured = [tag for tag in body.find_all(True) if re.search("color: #", str(tag.get("style", "")))]
    assert coloured
    for tag in coloured:
        names = [tag.name, *(f".{name}" for name in cast("list[str]", tag.get("class") or []))]
        assert any(re.search(rf"{re.escape(name)}[ ,]", dark) for name in names), f"no dark colour for {tag}"


@pytest.mark.parametrize("code", ["en", "ar"])
@pytest.mark.parametrize("kind", WITH_TERMS)
def test_a_letter_about_terms_tells_every_day_and_amount_and_the_sum(kind: Kind, code: str) -> None:
    letter, language = written(kind, code), letters.languages()[code]
    for text in (words(letter.text), words(shown(letter))):
        for payment in OFFER.schedule:
            assert words(language.day(payment.due_on) + ": " + language.money(payment.amount, "SAR")).replace(
                ":", ""
            ) in text.replace(":", "")
        assert words(language.money(OFFER.to_pay, "SAR")) in text
        assert words(language.money(OFFER.buyer_fee, "SAR")) in text


@pytest.mark.parametrize(("kind", "code"), EVERY)
def test_a_sandbox_says_that_no_money_moves_and_production_does_not(kind: Kind, code: str) -> None:
    notice = letters.languages()[code].sentences.gettext("Test mode: no goods are sold here and no money moves.")
    tried, real = written(kind, code, sandbox=True), written(kind, code)
    assert notice in tried.text
    assert notice in shown(tried)
    assert notice not in real.text + shown(real)


@pytest.mark.parametrize(("kind", "code"), EVERY)
def test_only_the_code_letter_holds_the_code(kind: Kind, code: str) -> None:
    letter = written(kind, code)
    assert ("048213" in letter.text) == ("048213" in letter.html) == (kind == Kind.SIGN_IN_CODE)
    assert "048213" not in letter.subject


def test_a_decline_gives_no_rule_away() -> None:
    letter = written(Kind.DECLINED)
    assert not re.search(r"limit|exposure|score|policy", letter.text + shown(letter), re.IGNORECASE)


def test_a_name_of_markup_stays_a_name() -> None:
    merchant = msgspec.structs.replace(MERCHANT, name='<script>alert("1")</script> & Sons')
    letter = letters.write(Kind.ORDER_LINK, about(merchant=merchant), sandbox=False)
    assert page(letter).find("script") is None
    assert '<script>alert("1")</script> & Sons' in shown(letter)
    assert '<script>alert("1")</script> & Sons' in letter.text


HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Language",
}  # fmt: skip
NAMES = st.text(min_size=1, max_size=300)


@given(name=NAMES, reference=NAMES, company=NAMES, kind=st.sampled_from(Kind), code=st.sampled_from(["en", "ar"]))
def test_no_name_can_add_a_header_or_a_recipient_and_every_header_is_read_as_it_was_written(
    name: str, reference: str, company: str, kind: Kind, code: str
) -> None:
    assert ORDER.terms is not None
    order = msgspec.structs.replace(
        ORDER, reference=reference, terms=msgspec.structs.replace(ORDER.terms, company_name=company)
    )
    merchant = msgspec.structs.replace(MERCHANT, name=name)
    letter = write(kind, about(code, merchant, order), sandbox=True)
    sent = message(
        letter,
        mail_id=ID,
        sent_by=smtp.sender_of("Example Pay <pay@example.com>"),
        recipient="ana@tuwaiq.example.com",
        language=code,
        now=NOW,
    ).as_bytes()
    head, _, _ = sent.partition(b"\r\n\r\n")
    assert head.isascii()
    assert re.sub("[\u2068\u2069]", "", letter.subject).isprintable()
    got = read(sent)
    assert len(got.keys()) == len(set(got.keys())) == len(HEADERS)
    assert set(got.keys()) == HEADERS
    assert got["Subject"] == letter.subject
    assert got["To"] == "ana@tuwaiq.example.com"
    assert part(got, "plain").replace("\r\n", "\n") == letter.text.replace("\r\n", "\n")


@pytest.mark.parametrize("length", [*range(10, 30), 65, 66, 67, 68, 300])
def test_a_subject_that_just_fits_its_line_or_does_not_is_read_as_it_was_written(length: int) -> None:
    merchant = msgspec.structs.replace(MERCHANT, name="H" * length)
    letter = write(Kind.UNDER_REVIEW, about("en", merchant, ORDER), sandbox=True)
    sender = smtp.sender_of("pay@example.com")
    sent = message(letter, mail_id=ID, sent_by=sender, recipient="a@b.example", language="en", now=NOW).as_bytes()
    head, _, _ = sent.partition(b"\r\n\r\n")
    assert read(sent)["Subject"] == letter.subject
    assert max(map(len, head.split(b"\r\n"))) <= 78


def test_the_same_letter_has_the_same_name_at_every_attempt() -> None:
    sender = smtp.sender_of("pay@example.com")
    letter = written(Kind.ORDER_LINK)
    names = {
        message(letter, mail_id=ID, sent_by=sender, recipient="a@b.example", language="en", now=NOW + timedelta(days))[
            "Message-ID"
        ]
        for days in range(3)
    }
    assert names == {f"<{ID}@example.com>"}


@given(name=st.text(st.characters(categories=["L", "Zs"]), min_size=1, max_size=120))
def test_a_sender_is_read_as_the_settings_have_it(name: str) -> None:
    try:
        sender = smtp.sender_of(f"{name} <pay@example.com>")
    except ValueError:
        return
    sent = message(written(Kind.DECLINED), mail_id=ID, sent_by=sender, recipient="a@b.example", language="en", now=NOW)
    head = sent.as_bytes().partition(b"\r\nTo: ")[0].removeprefix(b"From: ").decode("ascii")
    # Python's own reader of addresses puts blanks where a word was folded; the standard's rule is the older module's.
    got = str(make_header(decode_header(head)))
    assert getaddresses([got]) == [(sender.display_name, "pay@example.com")]


@pytest.mark.parametrize("code", ["en", "ar"])
def test_who_waits_for_us_is_told_something_else_than_who_has_to_choose(code: str) -> None:
    reviewed = about(code, order=msgspec.structs.replace(ORDER, state=State.UNDER_REVIEW))
    waits = letters.write(Kind.ENDS_SOON, reviewed, sandbox=False)
    chooses = written(Kind.ENDS_SOON, code)
    assert waits.subject != chooses.subject
    assert "22" in waits.text
    assert "22" in chooses.text
    assert [link["href"] for link in page(waits).find_all("a")] == [URL]
