"""The bureau is asked between the steps: for the company as it will sign, once, and nobody waits for it in vain."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import asyncpg
import msgspec
import pytest

from tenor.base.database import Database
from tenor.core.credit import bureau
from tenor.core.credit import store as credit
from tenor.core.credit.bureau import Company
from tenor.core.credit.model import KeptDecision, Report
from tenor.core.credit.sandbox import EMAILS, NUMBERS, SandboxBureau
from tenor.core.orders import store as orders
from tenor.core.orders.model import Order, State
from tenor.faces.face import Dialect, Platform
from tests.faces.checkout.buyer import EMAIL, Buyer, forward_of
from tests.faces.checkout.shop import LinkOf, OpenShop, PlaceOrder, new_order, parsed, programme, with_return

ENDS = {
    "approve": State.TERMS_SELECTED,
    "decline": State.DECLINED,
    "review": State.UNDER_REVIEW,
    "time out": State.UNDER_REVIEW,
    "fail": State.UNDER_REVIEW,
}


class Watched:
    """The sandbox's bureau, which remembers for whom it was asked, and how many transactions were open meanwhile."""

    def __init__(self, database_url: str) -> None:
        self.asked: list[Company] = []
        self.open: list[int] = []
        self._database_url = database_url

    async def ask(self, company: Company) -> Report | None:
        self.asked.append(company)
        connection = await asyncpg.connect(self._database_url)
        self.open.append(
            await connection.fetchval(
                # Not "is not idle": a server process says that it is for a moment longer than its answer takes.
                """
                SELECT count(*) FROM pg_stat_activity
                 WHERE datname = current_database() AND state LIKE 'idle in transaction%'
                """
            )
        )
        await connection.close()
        return await SandboxBureau().ask(company)


@pytest.fixture
def watched(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Watched:
    monkeypatch.setattr(bureau, "PATIENCE", 0.5)
    return Watched(database_url)


@pytest.fixture
def platform(platform: Platform, watched: Watched) -> Platform:
    dialects = {**platform.dialects, "sending": Dialect(with_return, programme, sends_reviewed=True)}
    return replace(platform, bureau=watched, dialects=dialects)


async def _state(database: Database, order: Order) -> State:
    async with database.single_statement() as tx:
        found = await orders.find(tx, order.merchant_id, order.id)
    assert found is not None
    return found.state


async def _decision(database: Database, order: Order) -> KeptDecision:
    async with database.single_statement() as tx:
        return (await credit.decisions_of(tx, order.merchant_id, order.id))[-1]


@pytest.mark.parametrize(("number", "magic"), NUMBERS["SA"].items())
async def test_each_magic_number_leads_where_it_says(
    number: str, magic: str, buyer: Buyer, database: Database, open_shop: OpenShop, place_order: PlaceOrder,
    link_of: LinkOf,
) -> None:  # fmt: skip
    order = await place_order(await open_shop(policy="buildnow"))
    session = await buyer.signs_in(link_of(order))
    assert (await buyer.tells_business(session, registration_number=number)).status_code == 303
    await buyer.chooses(session)
    response = await buyer.settles(session, await buyer.accepts(session))
    assert response.status_code == 200
    assert await _state(database, order) == ENDS[magic]
    assert (await _decision(database, order)).facts.registration_number == number


@pytest.mark.parametrize("email", ["decline@sandbox.example.com", "fail@sandbox.example.com"])
async def test_a_magic_address_leads_where_it_says(
    email: str, buyer: Buyer, database: Database, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order(await open_shop(policy="buildnow"))
    session = await buyer.arrives_at_the_agreement(link_of(order), email)
    await buyer.accepts(session)
    assert await _state(database, order) == ENDS[EMAILS[email]]


async def test_the_bureau_is_asked_once_for_the_company_as_it_signs_and_with_no_transaction_open(
    buyer: Buyer, watched: Watched, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    session = await buyer.signs_in(link_of(await place_order(await open_shop(policy="buildnow"))))
    await buyer.tells_business(session, registration_number="1234")
    assert watched.asked == [], "nobody is asked for a number that is none"
    await buyer.tells_business(session, registration_number="١٠١٠ ١٢٣ ٤٥٦")
    await buyer.tells_business(session)
    await buyer.chooses(session)
    assert watched.asked == [Company("SA", "1010123456", EMAIL)]
    await buyer.tells_business(session, registration_number="1010123457")
    assert [one.registration_number for one in watched.asked] == ["1010123456", "1010123457"]
    assert watched.open == [0, 0]


async def test_who_is_remembered_is_looked_up_again_only_when_the_report_is_old(
    buyer: Buyer, database: Database, watched: Watched, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    shop = await open_shop(policy="buildnow")
    session = await buyer.arrives_at_the_agreement(link_of(await place_order(shop)))
    await buyer.accepts(session)
    for days, asked in ((0, 1), (31, 2)):
        async with database.transaction() as tx:
            await tx.execute(
                "UPDATE merchants SET clock_offset = clock_offset + $2 WHERE id = $1", shop.id, timedelta(days=days)
            )
        order = await place_order(
            shop, msgspec.structs.replace(new_order(), reference=f"PO-{days}"), age=timedelta(days=-days)
        )
        session = await buyer.signs_in(link_of(order))
        await buyer.chooses(session)
        await buyer.accepts(session)
        assert len(watched.asked) == asked
        assert (await _decision(database, order)).facts.bureau == "reported"


async def test_a_request_that_waits_sends_the_browser_on_where_the_dialect_tells_the_shop_so(
    buyer: Buyer, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    for face, goes in (("sending", True), ("returning", False)):
        shop = await open_shop(policy="no such policy")
        session = await buyer.arrives_at_the_agreement(link_of(await place_order(shop, new_order(face=face))))
        page = parsed(await buyer.settles(session, await buyer.accepts(session)))
        assert "We are looking at your request" in page.get_text()
        assert (forward_of(page) is not None) == goes
        back = page.select_one("main a.button")
        assert back is not None
        assert "state=under_review" in str(back["href"])
