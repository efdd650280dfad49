"""Two buyers side by side: seen by those who may, merged after a second look, parted again, and all of it noted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import httpx
import pytest
from bs4 import BeautifulSoup

from tenor.core.buyers import merging
from tenor.core.buyers import service as buyers
from tenor.core.credit import store as credit
from tenor.core.credit.model import BuyerLimit
from tenor.core.staff.model import Entry, Role
from tests.core.buyers.companies import NOW, northwind
from tests.core.conftest import MakeTrade, Trade
from tests.faces.desk.conftest import Clerk, Hire

Audited = Callable[[], Awaitable[list[Entry]]]

ONE, OTHER = "12-3456789", "12-3456798"
ANA, BO = "ana@northwind.example.com", "bo@northwind.example.com"


@dataclass(frozen=True)
class Alike:
    """Two buyers of which the second has two digits of the first's number crossed, and an order each."""

    trade: Trade
    one: UUID
    other: UUID

    @property
    def path(self) -> str:
        return f"/lookalikes/{self.one}/{self.other}"

    async def group(self) -> list[UUID]:
        async with self.trade.database.single_statement() as tx:
            return await merging.group(tx, self.one)

    async def merge(self, clerk: Clerk, **fields: str) -> httpx.Response:
        return await clerk.post(f"{self.path}/merge", **{"into": str(self.one), "reason": "Crossed digits.", **fields})


@pytest.fixture
async def alike(make_trade: MakeTrade) -> Alike:
    trade = await make_trade()
    first = await trade.choose(await trade.create(total=300_00), email=ANA, business=northwind(ONE))
    second = await trade.choose(await trade.create(total=500_00), email=BO, business=northwind(OTHER, phone="+1312999"))
    assert first.buyer_id is not None
    assert second.buyer_id is not None
    async with trade.database.transaction() as tx:
        limit = BuyerLimit(amount=700_00, granted_by="staff")
        await credit.set_limit(tx, first.buyer_id, "USD", limit, NOW)
    return Alike(trade, first.buyer_id, second.buyer_id)


def _text(page: httpx.Response) -> str:
    return " ".join(BeautifulSoup(page.text, "html.parser").get_text(" ").split())


async def test_the_queue_sets_the_two_side_by_side_and_marks_where_the_numbers_differ(alike: Alike, hire: Hire) -> None:
    clerk = await hire(Role.FINANCE)
    page = await clerk.get("/lookalikes")
    parsed = BeautifulSoup(page.text, "html.parser")
    assert [mark.get_text() for mark in parsed.select("mark")] == ["89", "98"]
    rows = {row.select("th")[0].find(string=True, recursive=False).strip(): row for row in parsed.select("tbody tr")}  # type: ignore[union-attr]
    assert "same" in rows["Address"]["class"]
    assert "differs" in rows["Telephone numbers"]["class"]
    assert "unknown" in rows["VAT number"]["class"]
    text = _text(page)
    for words in ("300.00 USD", "1 for 500.00 USD", "one typo apart", ANA, BO):
        assert words in text.replace("\u00a0", " "), words
    assert "1 pair of buyers" in _text(await clerk.get(""))


async def test_the_second_look_says_what_joins_and_changes_nothing(alike: Alike, hire: Hire, audited: Audited) -> None:
    clerk = await hire(Role.CREDIT_OFFICER)
    page = await clerk.post(f"{alike.path}/look", into=str(alike.one), reason="Crossed digits.")
    assert page.status_code == 200
    text = _text(page).replace("\u00a0", " ")
    assert "This joins the limits of Northwind Builders" in text
    for words in ("after the merge 800.00 700.00 100.00 too much", "owe more together"):
        assert words in text, words
    assert await alike.group() == [alike.one]
    assert not [one for one in await audited() if one.done.act.startswith("buyers")]


async def test_a_merge_is_made_and_noted_and_shows_on_both_pages(alike: Alike, hire: Hire, audited: Audited) -> None:
    clerk = await hire(Role.CREDIT_OFFICER, name="Mona")
    answer = await alike.merge(clerk)
    assert answer.headers["location"] == f"/desk/buyers/{alike.one}?said=merged"
    assert await alike.group() == sorted([alike.one, alike.other])
    entry = (await audited())[0]
    assert (entry.done.act, entry.done.buyer_id, entry.done.subject) == (
        "buyers_merged", alike.other, str(alike.one),
    )  # fmt: skip
    assert (entry.who.id, entry.done.detail) == (clerk.staff.id, {"reason": "Crossed digits."})
    for buyer in (alike.one, alike.other):
        text = _text(await clerk.get(f"/buyers/{buyer}")).replace("\u00a0", " ")
        assert "Mona : Crossed digits." in text
        assert "With all that are merged 800.00 USD" in text
    assert "No two buyers look like one" in _text(await clerk.get("/lookalikes"))


async def test_the_same_merge_again_is_no_act_of_whoever_comes_second(
    alike: Alike, hire: Hire, audited: Audited
) -> None:
    await alike.merge(await hire(Role.CREDIT_OFFICER))
    assert (await alike.merge(await hire(Role.CREDIT_OFFICER, name="Late"))).status_code == 303
    assert len([one for one in await audited() if one.done.act == "buyers_merged"]) == 1


async def test_a_merge_is_undone_from_the_buyers_page_with_a_reason(alike: Alike, hire: Hire, audited: Audited) -> None:
    clerk = await hire(Role.CREDIT_OFFICER)
    await alike.merge(clerk)
    assert f"/desk/buyers/{alike.other}/unmerge" in (await clerk.get(f"/buyers/{alike.one}")).text
    look = _text(await clerk.get(f"/buyers/{alike.other}/unmerge")).replace("\u00a0", " ")
    assert "once apart 500.00 none yet" in look
    assert "once apart 300.00 700.00 400.00" in look
    assert (await clerk.post(f"/buyers/{alike.other}/unmerge", reason=" ")).status_code == 422
    done = await clerk.post(f"/buyers/{alike.other}/unmerge", reason="Two brothers, two companies.")
    assert done.headers["location"] == f"/desk/buyers/{alike.other}?said=unmerged"
    assert await alike.group() == [alike.one]
    entry = (await audited())[0]
    assert (entry.done.act, entry.done.detail) == ("buyers_parted", {"reason": "Two brothers, two companies."})
    again = await clerk.post(f"/buyers/{alike.other}/unmerge", reason="Once more.")
    assert again.status_code == 409


async def test_a_pair_that_is_found_to_be_two_waits_no_more(alike: Alike, hire: Hire, audited: Audited) -> None:
    clerk = await hire(Role.CREDIT_OFFICER, name="Mona")
    answer = await clerk.post(f"{alike.path}/dismiss", note="Both are in the register.")
    assert answer.headers["location"] == "/desk/lookalikes?said=dismissed"
    async with alike.trade.database.single_statement() as tx:
        assert await buyers.suspects(tx, [alike.one]) == []
    entry = (await audited())[0]
    assert (entry.done.act, entry.done.detail) == ("lookalikes_dismissed", {"reason": "Both are in the register."})
    assert "Mona found them to be two companies" in _text(await clerk.get(alike.path))


@pytest.mark.parametrize("role", [Role.FINANCE, Role.SUPPORT, Role.ADMIN])
async def test_nobody_but_a_credit_officer_merges(alike: Alike, hire: Hire, role: Role) -> None:
    clerk = await hire(role)
    assert (await alike.merge(clerk)).status_code == 403
    assert (await clerk.post(f"{alike.path}/dismiss")).status_code == 403
    assert await alike.group() == [alike.one]


async def test_nobody_decides_on_a_company_of_whose_people_they_are_one(alike: Alike, hire: Hire) -> None:
    clerk = await hire(Role.CREDIT_OFFICER, email=BO)
    for path, fields in (
        (f"{alike.path}/merge", {"into": str(alike.one), "reason": "Mine."}),
        (f"{alike.path}/look", {"into": str(alike.one), "reason": "Mine."}),
        (f"{alike.path}/dismiss", {}),
    ):
        refused = await clerk.post(path, **fields)
        assert refused.status_code == 403, path
        assert "your own" in refused.text
    await alike.merge(await hire(Role.CREDIT_OFFICER))
    assert (await clerk.post(f"/buyers/{alike.other}/unmerge", reason="Mine.")).status_code == 403
    assert len(await alike.group()) == 2


async def test_a_merge_without_a_reason_or_into_neither_is_refused_in_words(alike: Alike, hire: Hire) -> None:
    clerk = await hire(Role.CREDIT_OFFICER)
    for path in (f"{alike.path}/look", f"{alike.path}/merge"):
        without = await clerk.post(path, into=str(alike.one), reason="")
        assert without.status_code == 422
        assert "must say something" in without.text
        neither = await clerk.post(path, into=str(alike.trade.merchant.id), reason="x")
        assert neither.status_code == 422
        assert "must be one of the two" in neither.text
    assert await alike.group() == [alike.one]


async def test_what_was_merged_meanwhile_is_refused_at_the_second_look(alike: Alike, hire: Hire) -> None:
    clerk = await hire(Role.CREDIT_OFFICER)
    await alike.merge(clerk)
    late = await clerk.post(f"{alike.path}/look", into=str(alike.other), reason="The other way round.")
    assert late.status_code == 409
    assert "a circle can not be made" in late.text


async def test_any_two_buyers_are_compared_by_what_names_one(alike: Alike, hire: Hire) -> None:
    clerk = await hire(Role.CREDIT_OFFICER)
    found = await clerk.get(f"/buyers/{alike.one}/compare", **{"with": OTHER.replace("-", "")})
    assert found.headers["location"] == f"/desk{alike.path}"
    nothing = await clerk.get(f"/buyers/{alike.one}/compare", **{"with": "nobody at all"})
    assert "No other buyer fits" in nothing.text


async def test_a_case_says_whom_its_company_looks_like(alike: Alike, hire: Hire) -> None:
    clerk = await hire(Role.CREDIT_OFFICER)
    order = await alike.trade.choose(await alike.trade.create(), email=ANA, business=northwind(ONE))
    page = await clerk.get(f"/cases/{order.merchant_id}/{order.id}")
    assert f'href="/desk{alike.path}"' in page.text
