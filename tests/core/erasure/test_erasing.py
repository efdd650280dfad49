"""A person goes on request, while the books, the events and the companies stay."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
import msgspec
import pytest

from tenor.base.errors import Invalid, NotFound, WrongState
from tenor.base.ids import new_id
from tenor.core.agreements import store as agreements
from tenor.core.agreements.model import Agreement
from tenor.core.buyers import merging
from tenor.core.buyers import store as buyers
from tenor.core.buyers.identity import Business
from tenor.core.buyers.signin import service as signin
from tenor.core.documents import service as document_service
from tenor.core.documents import store as documents
from tenor.core.documents.model import Document
from tenor.core.documents.storage import Files
from tenor.core.erasure import service, store
from tenor.core.erasure.model import Report
from tenor.core.events.model import EventType
from tenor.core.orders import letters
from tenor.core.orders.model import Address, Contact, Detail, Item, Order
from tenor.faces.checkout import store as checkout

if TYPE_CHECKING:
    from tests.core.conftest import Trade

NOW = datetime(2026, 4, 20, tzinfo=UTC)
ANA, BO = "ana@northwind.example.com", "bo@northwind.example.com"
NAME, PHONE = "Ana Lopez", "+13125550100"
BUSINESS = Business(
    legal_name="Northwind LLC",
    registration_number="12-3456789",
    line1="12 Dock Street",
    city="Chicago",
    region="IL",
    postal_code="60601",
    phone=PHONE,
    signatory=NAME,
)


def _detail(email: str = ANA) -> Detail:
    contact = Contact(
        address=Address(line1="12 Dock Street", city="Chicago"),
        first_name="Ana",
        last_name="Lopez",
        phone=PHONE,
        email=email.title(),
    )
    lines = (Item(sku="B", name="Bolts", unit_price=1_000_00, quantity=1),)
    return Detail(
        items=lines,
        billing=contact,
        customer_email=email,
        notify_customer=True,
        metadata={"buyer": f"{NAME} <{email}>"},
    )


async def _asked(trade: Trade, email: str = ANA) -> Order:
    """Terms were accepted, after a sign-in and with a form that was filled in."""
    order = await trade.create(trade.new(detail=_detail(email)))
    async with trade.database.transaction() as tx:
        await signin.start(tx, order.merchant_id, order.id, email=email, language="en", now=trade.now)
        progress = await checkout.begin(tx, order.merchant_id, order.id, email, trade.now)
        await checkout.keep_business(tx, progress, BUSINESS, None, trade.now)
    return await trade.choose(order, email=email, business=BUSINESS)


async def _settled(trade: Trade, email: str = ANA) -> Order:
    """An order that was sold, refunded and has ended."""
    order = await trade.confirm(await trade.place(await _asked(trade, email)))
    return await trade.refund_at_once(order, order.amounts.total)


async def _erase(trade: Trade, who: str | UUID) -> Report | None:
    async with trade.database.transaction() as tx:
        if isinstance(who, str):
            return await service.erase_person(tx, who, by="mona", now=NOW, forget=checkout.forget)
        return await service.erase_people(tx, who, by="mona", now=NOW, forget=checkout.forget)


_TABLES = """
    SELECT relname FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
"""


async def _dumped(trade: Trade) -> dict[str, str]:
    """All rows of all tables as text."""
    async with trade.database.single_statement() as tx:
        names = [row["relname"] for row in await tx.fetch(_TABLES)]
        query = "SELECT coalesce(string_agg(to_jsonb(t)::text, ' ' ORDER BY to_jsonb(t)::text), '') FROM {} t"
        return {name: await tx.fetchval(query.format(name)) for name in names}


async def _found(trade: Trade, *words: str) -> list[str]:
    """In which tables some words stand."""
    rows = await _dumped(trade)
    return [name for name, text in rows.items() if any(word.casefold() in text.casefold() for word in words)]


@pytest.mark.parametrize("by", ["email", "buyer"])
async def test_no_table_holds_the_person_any_more_and_the_books_are_clean(trade: Trade, by: str) -> None:
    order = await _settled(trade)
    before, books = await _dumped(trade), await trade.books()
    assert len(await _found(trade, ANA, NAME, PHONE)) >= 5, "there is something to erase"
    assert order.buyer_id is not None
    report = await _erase(trade, f" {ANA.upper()} " if by == "email" else order.buyer_id)
    assert report is not None
    assert report.buyers == (order.buyer_id,)
    assert {one.what.split()[0] for one in report.erased} == {"people", "orders", "unfinished", "sign-in", "letters'"}
    assert await _found(trade, ANA, NAME, PHONE, "Lopez") == []
    after = await _dumped(trade)
    untouched = {"events", "journal_entries", "journal_legs", "account_balances", "instalments", "buyer_exposures",
                 "buyers", "buyer_registrations", "refunds"}  # fmt: skip
    assert {name for name in untouched if before[name] != after[name]} == set()
    assert await trade.books() == books
    await trade.assert_clean()
    fresh = await trade.fresh(order)
    assert (fresh.version, fresh.amounts, fresh.fingerprint) == (order.version, order.amounts, order.fingerprint)


async def test_erasing_again_finds_nothing_and_the_report_of_the_first_time_stays(trade: Trade) -> None:
    order = await _settled(trade)
    assert order.buyer_id is not None
    first = await _erase(trade, ANA)
    assert await _erase(trade, ANA) is None
    assert await _erase(trade, order.buyer_id) is None
    async with trade.database.single_statement() as tx:
        assert await store.of_buyer(tx, order.buyer_id) == [first]
    for change in ("UPDATE erasures SET erased_by = 'x'", "DELETE FROM erasures"):
        with pytest.raises(asyncpg.CheckViolationError, match="append-only"):
            async with trade.database.transaction() as tx:
                await tx.execute(change)


async def test_another_person_of_the_same_company_is_left_alone(trade: Trade) -> None:
    ana, bo = await _settled(trade, ANA), await _settled(trade, BO)
    assert ana.buyer_id == bo.buyer_id
    await _erase(trade, ANA)
    assert (await trade.fresh(bo)).detail == bo.detail
    assert ana.buyer_id is not None
    async with trade.database.single_statement() as tx:
        assert [one.email for one in await buyers.people(tx, [ana.buyer_id])] == [BO]
    await _erase(trade, ana.buyer_id)
    assert await _found(trade, ANA, BO, PHONE) == []


async def test_the_company_is_known_again_when_somebody_else_of_it_or_the_same_person_comes(trade: Trade) -> None:
    order = await _settled(trade)
    await _erase(trade, ANA)
    again = await _asked(trade, ANA)
    assert again.buyer_id == order.buyer_id
    await trade.assert_clean()


@pytest.mark.parametrize("by", ["email", "buyer"])
async def test_while_something_is_owed_or_unfinished_nothing_is_erased_and_the_answer_says_what_to_do(
    trade: Trade, by: str
) -> None:
    await _settled(trade)
    open_ = await _asked(trade)
    assert open_.buyer_id is not None
    who = ANA if by == "email" else open_.buyer_id
    before = await _dumped(trade)
    with pytest.raises(WrongState, match=f"Order {open_.number} is terms_selected and ends by itself on"):
        await _erase(trade, who)
    await trade.confirm(await trade.place(open_))
    with pytest.raises(WrongState, match=r"1000\.00 USD are owed; have them paid or refunded"):
        await _erase(trade, who)
    assert (await _dumped(trade))["buyer_people"] == before["buyer_people"]
    await trade.refund_at_once(open_, open_.amounts.total)
    assert await _erase(trade, who) is not None


async def test_somebody_who_only_got_a_link_or_a_code_is_erased_too(trade: Trade) -> None:
    order = await trade.create(trade.new(detail=_detail("cy@example.com")))
    async with trade.database.transaction() as tx:
        await signin.start(tx, order.merchant_id, order.id, email="dee@example.com", language="en", now=trade.now)
        await checkout.begin(tx, order.merchant_id, order.id, "dee@example.com", trade.now)
    report = await _erase(trade, "dee@example.com")
    assert report is not None
    assert report.buyers == ()
    assert await _found(trade, "dee@example.com") == []
    assert (await trade.fresh(order)).detail == order.detail, "the order was not theirs"
    with pytest.raises(WrongState, match="is new and ends by itself"):
        await _erase(trade, "cy@example.com")


async def test_a_letter_that_waits_is_not_sent_to_somebody_who_was_erased_and_none_is_written_later(
    trade: Trade,
) -> None:
    order = await trade.confirm(await trade.place(await _asked(trade)))
    refund = await trade.refund(order, order.amounts.total)
    await trade.execute(order, refund.locked_at)
    await _erase(trade, ANA)
    async with trade.database.single_statement() as tx:
        rows = await tx.fetch("SELECT DISTINCT state, recipient, data FROM deliveries WHERE letter IS NOT NULL")
    assert [tuple(row) for row in rows] == [("canceled", "[erased]", None)]


def _document(document_type: str) -> Document:
    return Document(
        id=new_id(),
        file_name=f"{NAME} {document_type}.pdf",
        document_type=document_type,
        media_type="application/pdf",
        sha256=b"\1" * 32,
        content=b"%PDF-1.7 " + NAME.encode(),
        created_at=NOW,
    )


async def test_documents_go_but_for_vouchers_and_their_files_are_swept_when_nobody_else_does(
    trade: Trade, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, files = await _settled(trade), Files(tmp_path)
    given = [_document(kind) for kind in ("passport", "invoice", "signed_agreement")]
    await files.write(order.merchant_id, given)
    async with trade.database.transaction() as tx:
        await documents.insert(tx, order.merchant_id, order.id, given)
    report = await _erase(trade, ANA)
    assert report is not None
    assert [one.id for one in report.removed_documents] == [given[0].id]
    assert report.removed_documents[0].sha256 == (b"\1" * 32).hex()
    assert _kept(report, "documents") == 2
    assert await _found(trade, NAME) == []
    # As if the program had been killed after the commit.
    monkeypatch.setattr(document_service, "_ORPHAN_AFTER", -60)
    assert await document_service.remove_orphans(trade.database, files) == 1
    assert set(files.older_than(-60)) == {(order.merchant_id, one.id) for one in given[1:]}
    assert await _erase(trade, ANA) is None


def _kept(report: Report, what: str) -> int | None:
    return next(one.count for one in report.kept if one.what.startswith(what))


async def _sign(trade: Trade, order: Order, said: bytes) -> None:
    async with trade.database.transaction() as tx:
        await agreements.insert(
            tx,
            Agreement(
                merchant_id=order.merchant_id,
                order_id=order.id,
                id=new_id(),
                content=said,
                sha256=sha256(said).digest(),
                accepted_at=NOW,
            ),
        )


SIGNED = f"Signed by {NAME}, {ANA}".encode()


async def test_what_was_signed_of_a_sale_stays_as_it_was_and_the_report_says_so(trade: Trade) -> None:
    order, other = await _settled(trade), await _settled(trade, BO)
    await _sign(trade, order, SIGNED)
    await _sign(trade, other, b"Signed by Bo")
    report = await _erase(trade, ANA)
    assert report is not None
    assert _kept(report, "agreements") == 1
    async with trade.database.single_statement() as tx:
        kept = await agreements.of_order(tx, order.merchant_id, order.id)
    assert kept is not None
    assert kept.content == SIGNED
    assert await _erase(trade, ANA) is None, "what stays is nothing to erase"


async def test_what_was_signed_and_never_sold_loses_its_words_and_keeps_its_hash(trade: Trade) -> None:
    order = await trade.cancel(await trade.place(await _asked(trade)))
    await _sign(trade, order, SIGNED)
    report = await _erase(trade, ANA)
    assert report is not None
    assert {one.what: one.count for one in report.erased}["agreements on what was never sold"] == 1
    assert _kept(report, "agreements") == 0
    async with trade.database.single_statement() as tx:
        assert await agreements.of_order(tx, order.merchant_id, order.id) is None
        row = await tx.fetchrow("SELECT content, sha256, accepted_at, erased_at FROM agreements")
    assert row is not None
    assert (row["content"], row["sha256"], row["accepted_at"]) == (None, sha256(SIGNED).digest(), NOW)
    assert row["erased_at"] is not None
    assert await _erase(trade, ANA) is None


ERASE = "UPDATE agreements SET content = NULL, erased_at = now() WHERE order_id = $1"
OTHERS = (
    "UPDATE agreements SET content = NULL WHERE order_id = $1",
    "UPDATE agreements SET erased_at = now() WHERE order_id = $1",
    "UPDATE agreements SET content = 'x', sha256 = sha256('x') WHERE order_id = $1",
    "UPDATE agreements SET content = NULL, erased_at = now(), sha256 = sha256('x') WHERE order_id = $1",
    "UPDATE agreements SET content = NULL, erased_at = now(), accepted_at = now() WHERE order_id = $1",
    "DELETE FROM agreements WHERE order_id = $1",
)


async def test_the_schema_lets_an_agreement_lose_its_words_alone_and_only_where_nothing_was_sold(trade: Trade) -> None:
    async def refused(statement: str, order: Order) -> None:
        with pytest.raises(asyncpg.CheckViolationError):
            async with trade.database.transaction() as tx:
                await tx.execute(statement, order.id)

    sold, canceled = await _settled(trade), await trade.cancel(await trade.place(await _asked(trade, BO)))
    for order in (sold, canceled):
        await _sign(trade, order, SIGNED)
    await refused(ERASE, sold)
    for statement in OTHERS:
        await refused(statement, canceled)
    async with trade.database.transaction() as tx:
        await tx.execute(ERASE, canceled.id)
    for statement in (ERASE, "UPDATE agreements SET content = 'x', erased_at = NULL WHERE order_id = $1"):
        await refused(statement, canceled)


async def test_the_people_of_merged_buyers_go_together(trade: Trade) -> None:
    ana = await _settled(trade, ANA)
    other = await trade.choose(await trade.create(), email=BO)
    assert ana.buyer_id is not None
    assert other.buyer_id is not None
    async with trade.database.transaction() as tx:
        await merging.merge(tx, into=ana.buyer_id, from_=other.buyer_id, by="mona", reason="One company.", now=NOW)
    with pytest.raises(WrongState, match=other.number):
        await _erase(trade, ana.buyer_id)
    await trade.cancel(await trade.place(other))
    report = await _erase(trade, other.buyer_id)
    assert report is not None
    assert report.buyers == tuple(sorted([ana.buyer_id, other.buyer_id]))
    assert await _found(trade, ANA, BO) == []


@pytest.mark.parametrize("email", ["", "ana", "@", "a b@example.com"])
async def test_what_is_no_address_is_refused_by_name(trade: Trade, email: str) -> None:
    with pytest.raises(Invalid, match="email: must be an e-mail address"):
        await _erase(trade, email)


async def test_a_buyer_that_is_not_there_is_not_found(trade: Trade) -> None:
    with pytest.raises(NotFound, match="There is no buyer"):
        await _erase(trade, new_id())


async def test_a_report_holds_nothing_of_the_person(trade: Trade) -> None:
    await _settled(trade)
    report = await _erase(trade, ANA)
    told = msgspec.json.encode(report).decode()
    assert not [word for word in (ANA, "ana@", NAME, "Lopez", PHONE) if word in told]


async def test_a_letter_is_queued_for_nobody_where_the_address_was_erased(trade: Trade) -> None:
    order = await _settled(trade)
    await _erase(trade, ANA)
    fresh = await trade.fresh(order)
    async with trade.database.transaction() as tx:
        before = await tx.fetchval("SELECT count(*) FROM deliveries")
        await letters.write(tx, fresh, EventType.ORDER_CONFIRMED)
        assert await tx.fetchval("SELECT count(*) FROM deliveries") == before
