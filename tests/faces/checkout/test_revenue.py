"""A policy that reads the stated revenue has the buyer asked for it, and no other one has."""

from __future__ import annotations

import msgspec
import pytest

from tenor.base.database import Database
from tenor.core.credit import service as credit
from tenor.core.credit import store as credit_store
from tenor.core.credit.model import KeptDecision
from tenor.core.merchants import store as merchants
from tenor.core.orders import store as orders
from tenor.core.orders.model import Order, State
from tests.faces.checkout.buyer import SIGNATORY, Buyer, filled_in, main_of
from tests.faces.checkout.shop import LinkOf, OpenShop, PlaceOrder, new_order, parsed

ASKING = """
name = "asking"
version = 1
currency = "SAR"
approve_within_limits = true

[thresholds.stated_revenue]
decline_below = "1000000"
"""


@pytest.fixture
async def asked(database: Database, open_shop: OpenShop, place_order: PlaceOrder) -> Order:
    """An order at a shop whose policy reads the stated revenue."""
    async with database.transaction() as tx:
        await credit.publish(tx, ASKING)
    return await place_order(await open_shop(policy="asking"))


async def _after(database: Database, order: Order) -> tuple[State, KeptDecision]:
    async with database.single_statement() as tx:
        found = await orders.find(tx, order.merchant_id, order.id)
        kept = await credit_store.decisions_of(tx, order.merchant_id, order.id)
    assert found is not None
    return found.state, kept[-1]


async def _accepts(buyer: Buyer, session: str) -> None:
    await buyer.chooses(session)
    await buyer.settles(session, await buyer.accepts(session, signature=SIGNATORY))


@pytest.mark.parametrize(
    ("typed", "told", "state"),
    [
        ("4,000,000", 4_000_000_00, State.TERMS_SELECTED),
        ("٤٬٠٠٠٬٠٠٠٫٥٠", 4_000_000_50, State.TERMS_SELECTED),
        ("900 000", 900_000_00, State.DECLINED),
        ("", None, State.UNDER_REVIEW),
    ],
)
async def test_what_the_buyer_states_is_what_the_policy_reads(
    database: Database, asked: Order, link_of: LinkOf, buyer: Buyer, typed: str, told: int | None, state: State
) -> None:
    session = await buyer.signs_in(link_of(asked))
    assert (await buyer.tells_business(session, stated_revenue=typed)).status_code == 303
    await _accepts(buyer, session)
    ended, decision = await _after(database, asked)
    assert (ended, decision.facts.stated_revenue) == (state, told)


@pytest.mark.parametrize(("language", "words"), [("en", "The shop does not see it"), ("ar", "ولا يطّلع المتجر عليه")])
async def test_the_question_says_why_and_that_it_may_stay_open(
    asked: Order, link_of: LinkOf, buyer: Buyer, language: str, words: str
) -> None:
    session = await buyer.signs_in(link_of(asked))
    page = parsed(await buyer.browser.get(f"{session}/business?lang={language}"))
    field = page.select_one("#stated_revenue")
    assert field is not None
    assert not field.has_attr("required")
    assert field["aria-describedby"] == "stated_revenue-hint"
    assert words in main_of(page).get_text()


async def test_what_is_no_amount_is_told_beside_the_field_and_kept_as_it_was_typed(
    asked: Order, link_of: LinkOf, buyer: Buyer
) -> None:
    session = await buyer.signs_in(link_of(asked))
    page = parsed(await buyer.tells_business(session, stated_revenue="four million"))
    complaint = page.select_one("#stated_revenue-error")
    assert complaint is not None
    assert "4,000,000" in complaint.get_text()
    assert filled_in(page)["stated_revenue"] == "four million"
    assert (await buyer.browser.get(f"{session}/terms")).headers["location"].partition("?")[0].endswith("/business")


async def test_no_other_policy_has_the_buyer_asked_and_what_is_sent_unasked_counts_for_nothing(
    database: Database, place_order: PlaceOrder, link_of: LinkOf, buyer: Buyer
) -> None:
    order = await place_order()
    session = await buyer.signs_in(link_of(order))
    page = parsed(await buyer.browser.get(f"{session}/business"))
    assert page.select_one("#stated_revenue") is None
    assert (await buyer.tells_business(session, stated_revenue="not an amount")).status_code == 303
    await _accepts(buyer, session)
    assert (await _after(database, order))[1].facts.stated_revenue is None


async def test_a_buyer_who_is_remembered_is_asked_once_for_each_order(
    database: Database, asked: Order, place_order: PlaceOrder, link_of: LinkOf, buyer: Buyer
) -> None:
    session = await buyer.signs_in(link_of(asked))
    await buyer.tells_business(session, stated_revenue="4000000")
    await _accepts(buyer, session)
    async with database.single_statement() as tx:
        merchant = await merchants.find(tx, asked.merchant_id)
    again = await place_order(merchant, msgspec.structs.replace(new_order(), reference="PO-AGAIN"))
    session = await buyer.signs_in(link_of(again))
    onward = await buyer.browser.get(f"{session}/go-on")
    assert onward.headers["location"].partition("?")[0].endswith("/business")
    page = parsed(await buyer.browser.get(f"{session}/business"))
    known = dict(filled_in(page))
    assert known["legal_name"] == "Tuwaiq Builders"
    await buyer.tells_business(session, **known)
    onward = await buyer.browser.get(f"{session}/go-on")
    assert onward.headers["location"].partition("?")[0].endswith("/terms")
