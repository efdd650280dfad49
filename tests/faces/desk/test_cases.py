"""People decide: two where it is much, nobody twice, nobody on what is their own, and each act is noted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import httpx
import pytest
from bs4 import BeautifulSoup

from tenor.base import clock
from tenor.core.credit import service as credit
from tenor.core.credit import wording
from tenor.core.documents import store as documents
from tenor.core.documents.model import Evidence
from tenor.core.mail import store as mail
from tenor.core.mail.model import Kind
from tenor.core.orders import review
from tenor.core.orders.model import Order, State
from tenor.core.staff.model import Entry, Role
from tenor.faces.desk.cases import DECLINES, EVIDENCE
from tests.core.conftest import MakeTrade, Trade
from tests.faces.desk.conftest import Clerk, Hire

Audited = Callable[[], Awaitable[list[Entry]]]

# Leaves 5,000.00 to one person and everything to people.
CAREFUL = """
name = "careful"
version = 1
currency = "USD"
required = ["bureau_report"]
limit = "8000"
second_person_above = "5000"
"""
EMAIL = "owner@one.example.com"


@dataclass(frozen=True)
class Waiting:
    """An order that waits, at a trade."""

    trade: Trade
    order: Order

    @property
    def path(self) -> str:
        return f"/cases/{self.order.merchant_id}/{self.order.id}"

    async def state(self) -> State:
        return (await self.trade.fresh(self.order)).state

    async def approve(self, clerk: Clerk, limit: str = "7,000.00") -> httpx.Response:
        return await clerk.post(f"{self.path}/approve", limit=limit, note="seen the books")


@pytest.fixture
async def small(make_trade: MakeTrade) -> Waiting:
    """1,000.00, which one person may approve."""
    trade = await make_trade(policy="careful")
    # The desk's clock is the real one, and an order waits only so long.
    trade = replace(trade, now=clock.now())
    async with trade.database.transaction() as tx:
        await credit.publish(tx, CAREFUL)
    return Waiting(trade, await trade.choose(await trade.create(total=1_000_00), email=EMAIL))


@pytest.fixture
async def large(small: Waiting) -> Waiting:
    """6,000.00, on which two must agree."""
    order = await small.trade.create(total=6_000_00)
    return Waiting(small.trade, await small.trade.choose(order, email="second@two.example.com"))


async def test_the_queue_shows_what_waits_the_largest_of_a_day_first(
    small: Waiting, large: Waiting, hire: Hire
) -> None:
    clerk = await hire(Role.CREDIT_OFFICER)
    page = BeautifulSoup((await clerk.get("/cases")).text, "html.parser")
    assert [cell.get_text() for cell in page.select("tbody th")] == [large.order.number, small.order.number]
    assert "2 waiting" in (await clerk.get("")).text


async def test_a_case_shows_the_company_the_money_and_the_rules_that_fired(small: Waiting, hire: Hire) -> None:
    page = await (await hire(Role.CREDIT_OFFICER)).get(small.path)
    text = " ".join(BeautifulSoup(page.text, "html.parser").get_text(" ").split())
    missing = wording.reason(wording.languages()["en"], "bureau_report_missing")
    for words in ("Northwind Builders", "1,000.00", "careful 1", missing, "one person", "8,000.00", EMAIL):
        assert words in text, words


async def test_one_person_approves_and_the_order_goes_on(small: Waiting, hire: Hire, audited: Audited) -> None:
    clerk = await hire(Role.CREDIT_OFFICER)
    answer = await small.approve(clerk)
    assert answer.headers["location"].endswith("?said=approved"), answer.text
    assert await small.state() == State.TERMS_SELECTED
    entry = (await audited())[0]
    assert (entry.done.act, entry.done.order_id, entry.who.id) == ("case_approved", small.order.id, clerk.staff.id)
    assert entry.done.detail["limit"] == "7000.00 USD"


async def test_the_second_person_has_to_be_another_one(large: Waiting, hire: Hire) -> None:
    first, second = await hire(Role.CREDIT_OFFICER, name="Anna"), await hire(Role.CREDIT_OFFICER, name="Badr")
    assert (await large.approve(first)).headers["location"].endswith("?said=seconded")
    assert await large.state() == State.UNDER_REVIEW
    again = await large.approve(first)
    assert again.status_code == 403
    assert "another person" in again.text
    assert "Approve</button>" not in (await first.get(large.path)).text
    assert "Anna" in (await second.get(large.path)).text
    assert (await large.approve(second)).headers["location"].endswith("?said=approved")
    assert await large.state() == State.TERMS_SELECTED


@pytest.mark.parametrize("email", [EMAIL, "Owner@One.Example.com"])
async def test_nobody_decides_on_a_case_of_their_own(small: Waiting, hire: Hire, audited: Audited, email: str) -> None:
    clerk = await hire(Role.CREDIT_OFFICER, email=email.lower())
    page = await clerk.get(small.path)
    assert "your own" in page.text
    assert "Approve</button>" not in page.text
    for answer in (await small.approve(clerk), await clerk.post(f"{small.path}/decline", reason="too_much_owed")):
        assert answer.status_code == 403
        assert "your own" in answer.text
    assert await small.state() == State.UNDER_REVIEW
    assert not [one for one in await audited() if one.done.act.startswith("case_")]


@pytest.mark.parametrize("limit", ["", "a lot", "-1", "1e99", "NaN", "1000.001", "999.99"])
async def test_a_limit_that_is_none_is_refused_in_words(small: Waiting, hire: Hire, limit: str) -> None:
    answer = await small.approve(await hire(Role.CREDIT_OFFICER), limit)
    assert answer.status_code == 422
    assert "limit: must be" in answer.text
    assert "seen the books" in answer.text, "what was typed is kept"
    assert await small.state() == State.UNDER_REVIEW


async def test_a_decline_tells_the_buyer_a_reason_of_the_list(small: Waiting, hire: Hire, audited: Audited) -> None:
    clerk = await hire(Role.CREDIT_OFFICER)
    assert (
        await clerk.post(f"{small.path}/decline", reason="company_unverified", note="no such number")
    ).status_code == 303
    assert await small.state() == State.DECLINED
    assert (await small.trade.events(small.order))[-1].data["reason"] == "company_unverified"
    assert (await audited())[0].done.detail == {"reason": "company_unverified", "note": "no such number"}


async def test_another_reason_needs_a_note_which_stays_with_staff(small: Waiting, hire: Hire) -> None:
    clerk = await hire(Role.CREDIT_OFFICER)
    for fields in ({"reason": "other"}, {"reason": ""}, {"reason": "made up"}):
        assert (await clerk.post(f"{small.path}/decline", **fields)).status_code == 422
    assert (await clerk.post(f"{small.path}/decline", reason="other", note="a <b>secret</b>")).status_code == 303
    assert "secret" not in str((await small.trade.events(small.order))[-1].data)
    page = await clerk.get(small.path)
    assert "a &lt;b&gt;secret" in page.text


async def test_what_was_decided_is_decided(small: Waiting, hire: Hire) -> None:
    first, second = await hire(Role.CREDIT_OFFICER), await hire(Role.CREDIT_OFFICER)
    await small.approve(first)
    late = await second.post(f"{small.path}/decline", reason="too_much_owed")
    assert late.status_code == 409
    assert await small.state() == State.TERMS_SELECTED


async def test_a_document_is_asked_for_by_letter_and_stands_in_the_case(
    small: Waiting, hire: Hire, audited: Audited
) -> None:
    clerk = await hire(Role.CREDIT_OFFICER)
    assert (await clerk.post(f"{small.path}/ask", wanted="a pony")).status_code == 422
    assert (await clerk.post(f"{small.path}/ask", wanted="bank_statements")).status_code == 303
    async with small.trade.database.single_statement() as tx:
        letter = (await mail.of_order(tx, small.order.merchant_id, small.order.id))[-1]
        (request,) = await documents.requests_of(tx, small.order.merchant_id, small.order.id)
    assert (letter.kind, letter.recipient) == (Kind.DOCUMENT_WANTED, EMAIL)
    assert request.asked_by == clerk.staff.id
    assert "Bank statements" in (await clerk.get(small.path)).text
    assert (await audited())[0].done.act == "document_asked_for"


async def test_a_buyer_is_not_mailed_without_end(small: Waiting, hire: Hire) -> None:
    clerk = await hire(Role.CREDIT_OFFICER)
    answers = [await clerk.post(f"{small.path}/ask", wanted="registration") for _ in range(11)]
    assert [one.status_code for one in answers] == [303] * 10 + [409]


async def test_finance_reads_a_case_and_decides_nothing(small: Waiting, hire: Hire) -> None:
    clerk = await hire(Role.FINANCE)
    page = await clerk.get(small.path)
    assert page.status_code == 200
    assert "Approve</button>" not in page.text
    assert (await small.approve(clerk)).status_code == 403
    assert await small.state() == State.UNDER_REVIEW


async def test_an_order_without_a_buyer_is_no_case(small: Waiting, hire: Hire) -> None:
    new = await small.trade.create()
    clerk = await hire(Role.CREDIT_OFFICER)
    assert (await clerk.get(f"/cases/{new.merchant_id}/{new.id}")).status_code == 404
    assert (await clerk.post(f"/cases/{new.merchant_id}/{new.id}/approve", limit="1")).status_code == 404


def test_the_lists_of_the_forms_are_those_of_the_core() -> None:
    assert set(DECLINES) == {*review.DECLINE_REASONS, "other"}
    assert set(EVIDENCE) == set(Evidence)
