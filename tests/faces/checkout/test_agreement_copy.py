"""The agreement is kept as it was accepted, and its copy says the same as the page."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from tenor.base.database import Database
from tenor.core.agreements import rules
from tenor.core.agreements import store as agreements
from tenor.core.agreements.model import Agreement
from tenor.core.orders.model import Order
from tenor.papers import agreement as papers
from tenor.papers import sheet
from tests.faces.checkout.buyer import BUSINESS, EMAIL, SIGNATORY, Buyer
from tests.faces.checkout.shop import SHOP, LinkOf, OpenShop, PlaceOrder, parsed


async def kept(database: Database, order: Order) -> Agreement | None:
    async with database.single_statement() as tx:
        return await agreements.of_order(tx, order.merchant_id, order.id)


def plain(text: str) -> str:
    return text.translate(dict.fromkeys((0x2066, 0x2068, 0x2069)))


def watched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every line that is set from now on."""
    laid: list[str] = []
    line = sheet.Sheet._line

    def noting(self: sheet.Sheet, text: str, *rest: Any) -> None:
        laid.append(plain(text))
        line(self, text, *rest)

    monkeypatch.setattr(sheet.Sheet, "_line", noting)
    return laid


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_what_was_shown_is_what_is_kept(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf, language: str
) -> None:
    order = await place_order()
    session = await buyer.arrives_at_the_agreement(link_of(order), offer="parts3")
    page = parsed(await buyer.browser.get(f"{session}/agreement?lang={language}"))
    form = await buyer.signed(session, language=language)
    done = await buyer.settles(session, await buyer.browser.post(f"{session}/agreement?lang={language}", data=form))

    agreement = await kept(database, order)
    assert agreement is not None
    assert rules.digest(agreement.content) == agreement.sha256
    content = rules.from_bytes(agreement.content)
    shown = [clause.get_text() for clause in page.select(".agreement ol > li")]
    assert [plain(clause) for clause in content.clauses] == shown
    schedule = [one.get_text(" ", strip=True) for one in parsed(done).select(".schedule li")]
    assert [f"{day} {amount}" for day, amount in content.payments] == schedule
    said = plain(agreement.content.decode())
    for fact in (SHOP, "PO-2031", "Tuwaiq Builders", BUSINESS["registration_number"], "King Fahd Road", SIGNATORY,
                 EMAIL, "Asia/Riyadh", "UTC+03:00", str(agreement.id), "pay.example.com", "113,500.00"):  # fmt: skip
        assert fact in said
    assert "merchant_fee" not in said, "what the merchant pays is not the buyer's to know"


async def test_the_same_agreement_gives_the_same_bytes(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    session = await buyer.arrives_at_the_agreement(link_of(order))
    await buyer.accepts(session)
    first = await buyer.browser.get(f"{session}/agreement.pdf")
    agreement = await kept(database, order)
    assert agreement is not None
    # The wording of today's release plays no part: the bytes come of the row alone.
    assert first.content == papers.signed(agreement) == papers.signed(agreement)
    assert first.content.startswith(b"%PDF-")
    assert first.headers["content-type"] == "application/pdf"
    assert first.headers["content-disposition"].startswith("attachment;")
    assert first.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in first.headers["content-security-policy"]


async def test_every_due_date_and_amount_is_laid_out(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await place_order()
    session = await buyer.arrives_at_the_agreement(link_of(order), offer="parts3")
    await buyer.accepts(session)
    agreement = await kept(database, order)
    assert agreement is not None
    laid = watched(monkeypatch)
    papers.signed(agreement)
    content = rules.from_bytes(agreement.content)
    for day, amount in (*content.payments, *content.owed, *content.sums):
        assert plain(day) in laid
        assert plain(amount) in laid
    assert agreement.sha256.hex() in laid


async def test_before_it_is_signed_it_is_a_draft_and_nothing_is_kept(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await place_order()
    session = await buyer.arrives_at_the_agreement(link_of(order))
    laid = watched(monkeypatch)
    answer = await buyer.browser.get(f"{session}/agreement.pdf")
    assert answer.content.startswith(b"%PDF-")
    assert "draft" in answer.headers["content-disposition"]
    assert laid.count("Draft: not signed, and nobody is bound by it.") >= 3
    assert await kept(database, order) is None


async def test_a_paper_is_nobodys_who_has_not_proven_the_address(
    buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    link = link_of(await place_order())
    session = await buyer.arrives_at_the_agreement(link)
    await buyer.accepts(session)
    stranger = await buyer.signs_in(link, "stranger@example.com")
    for address in (f"{link}/agreement.pdf", f"{stranger}/agreement.pdf"):
        answer = await buyer.browser.get(address)
        assert answer.status_code in (404, 410)
        assert b"%PDF" not in answer.content


async def test_a_declined_request_leaves_no_agreement(
    buyer: Buyer, database: Database, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order(await open_shop(order_limit=1))
    session = await buyer.arrives_at_the_agreement(link_of(order))
    await buyer.accepts(session)
    assert await kept(database, order) is None
    assert (await buyer.browser.get(f"{session}/agreement.pdf")).status_code == 404


async def test_what_was_signed_is_kept_while_people_decide_and_not_handed_out_once_they_declined(
    buyer: Buyer, database: Database, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order(await open_shop(policy="no such policy"))
    session = await buyer.arrives_at_the_agreement(link_of(order))
    page = parsed(await buyer.settles(session, await buyer.accepts(session)))
    assert "We are looking at your request" in page.get_text()
    assert await kept(database, order) is not None
    assert page.select_one(f"a[href^='{session}/agreement.pdf']") is not None
    assert (await buyer.browser.get(f"{session}/agreement.pdf")).content.startswith(b"%PDF")

    async with database.transaction() as tx:
        await tx.execute("UPDATE orders SET state = 'declined' WHERE id = $1", order.id)
    assert (await buyer.browser.get(f"{session}/agreement.pdf")).status_code == 404


async def test_an_agreement_can_not_be_changed(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    session = await buyer.arrives_at_the_agreement(link_of(await place_order()))
    await buyer.accepts(session)
    for statement in ("UPDATE agreements SET accepted_at = now()", "DELETE FROM agreements"):
        with pytest.raises(asyncpg.CheckViolationError, match="append-only"):
            async with database.transaction() as tx:
                await tx.execute(statement)


async def test_who_comes_back_to_an_agreement_is_not_sent_away(
    buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    session = await buyer.arrives_at_the_agreement(link_of(await place_order()))
    await buyer.accepts(session)
    page = parsed(await buyer.browser.get(f"{session}/done"))
    assert page.select_one("meta[http-equiv=refresh]") is None
    assert page.select_one('main a[href*="/agreement.pdf"]') is not None


async def test_words_that_have_changed_meanwhile_are_not_signed(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    session = await buyer.arrives_at_the_agreement(link_of(order))
    form = await buyer.signed(session)
    async with database.transaction() as tx:
        await tx.execute("UPDATE merchants SET name = 'Another Seller' WHERE id = $1", order.merchant_id)
    assert (await buyer.browser.post(f"{session}/agreement", data=form)).status_code == 422
    assert await kept(database, order) is None
