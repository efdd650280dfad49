"""A document that staff asked for is handed in by its link: once, in time, and only what it claims to be."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from tenor.base import clock
from tenor.base.database import Database
from tenor.core.documents import store as documents
from tenor.core.documents.model import DocumentRequest, Evidence
from tenor.core.mail import store as mail
from tenor.core.mail.model import Kind
from tenor.core.orders import evidence, links
from tenor.core.orders import service as orders
from tenor.core.orders import store as order_store
from tenor.core.orders.model import Order, State
from tenor.core.staff import service as staff
from tenor.core.staff.model import OPERATOR
from tenor.faces.face import Platform
from tests.faces.checkout.shop import OpenShop, PlaceOrder, parsed

PDF = b"%PDF-1.4\n1 0 obj\n%%EOF\n"
EMAIL = "buyer@tuwaiq.example.com"


class Asked:
    """An order under review whose buyer was asked for bank statements."""

    def __init__(self, platform: Platform, order: Order, request: DocumentRequest) -> None:
        self.platform = platform
        self.order = order
        self.request = request

    @property
    def link(self) -> str:
        url = links.upload_url("", self.platform.seal, self.order.merchant_id, self.request.id)
        return urlsplit(url).path

    async def handed_in(self) -> list[bytes]:
        async with self.platform.database.single_statement() as tx:
            kept = await documents.of_order(tx, self.order.merchant_id, self.order.id)
        return [await self.platform.files.read(one.merchant_id, one.id) for one in kept]


@pytest.fixture
async def asked(platform: Platform, database: Database, open_shop: OpenShop, place_order: PlaceOrder) -> Asked:
    # Without a policy in force a person has to look.
    merchant = await open_shop(policy="none-in-force")
    order, now = await place_order(merchant), clock.now()
    async with database.transaction() as tx:
        clerk, _ = await staff.create(
            tx, platform.seal, OPERATOR, name="Noor", email="n@example.com", role="credit_officer", now=now
        )
        order = await orders.select_terms(
            tx, merchant, order.id, code="net30", company_name="Tuwaiq Builders", email=EMAIL, now=now, language="ar"
        )
        assert order.state == State.UNDER_REVIEW
        request = await evidence.ask(tx, merchant.id, order.id, Evidence.BANK_STATEMENTS, clerk.id, now)
    return Asked(platform, order, request)


async def test_the_letter_goes_to_who_accepted_the_terms_in_their_language(asked: Asked, database: Database) -> None:
    async with database.single_statement() as tx:
        letter = (await mail.of_order(tx, asked.order.merchant_id, asked.order.id))[-1]
    assert (letter.kind, letter.recipient, letter.language) == (Kind.DOCUMENT_WANTED, EMAIL, "ar")
    assert asked.link.rpartition("/")[2] not in str(letter.data), "no secret stands in the outbox"


@pytest.mark.parametrize(("language", "word"), [("en", "bank statements"), ("ar", "كشوف الحساب البنكي")])
async def test_looking_at_the_link_changes_nothing(
    asked: Asked, browser: httpx.AsyncClient, language: str, word: str
) -> None:
    for _ in range(2):
        page = await browser.get(f"{asked.link}?lang={language}")
        assert page.status_code == 200
        assert word in page.text
        assert parsed(page).select_one("input[type=file]")
    assert await asked.handed_in() == []


async def test_a_document_is_handed_in_once(asked: Asked, browser: httpx.AsyncClient) -> None:
    for content in (PDF, PDF + b"again %%EOF"):
        page = await browser.post(asked.link, files={"file": ("كشف حساب.PDF", content, "text/html")})
        assert page.status_code == 200
    assert await asked.handed_in() == [PDF]
    assert not parsed(await browser.get(asked.link)).select("form")


async def test_what_was_handed_in_is_for_staff_alone_and_can_be_removed(
    asked: Asked, browser: httpx.AsyncClient, database: Database
) -> None:
    await browser.post(asked.link, files={"file": ("statements.pdf", PDF, "application/pdf")})
    merchant_id, order_id = asked.order.merchant_id, asked.order.id
    async with database.transaction() as tx:
        (kept,) = await documents.of_order(tx, merchant_id, order_id)
        assert await documents.sent_with(tx, merchant_id, order_id) == []
        await documents.remove(tx, merchant_id, kept.id)
        assert await documents.of_order(tx, merchant_id, order_id) == []


async def test_its_name_and_kind_are_what_the_bytes_are(asked: Asked, browser: httpx.AsyncClient) -> None:
    await browser.post(asked.link, files={"file": ("../../etc/pass<b>wd.html", PDF, "text/html")})
    async with asked.platform.database.single_statement() as tx:
        (kept,) = await documents.of_order(tx, asked.order.merchant_id, asked.order.id)
        (request,) = await documents.requests_of(tx, asked.order.merchant_id, asked.order.id)
    assert (kept.file_name, kept.media_type, kept.document_type) == (
        "passbwd.pdf",
        "application/pdf",
        "bank_statements",
    )
    assert request.document_id == kept.id


@pytest.mark.parametrize(
    "content",
    [b"", b"<html><script>alert(1)</script>", b"%PDF-1.4 cut off", b"MZ\x90\x00"],
    ids=["none", "html", "cut", "exe"],
)
async def test_what_is_no_document_is_refused_in_words_and_can_be_sent_again(
    asked: Asked, browser: httpx.AsyncClient, content: bytes
) -> None:
    page = await browser.post(asked.link, files={"file": ("a.pdf", content, "application/pdf")})
    assert page.status_code == 422
    assert parsed(page).select_one("#file-error")
    assert await asked.handed_in() == []


async def test_a_form_that_is_none_is_refused_without_harm(asked: Asked, browser: httpx.AsyncClient) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    for body in (
        b"",
        b"nonsense",
        b"--x\r\n\r\n",
        b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--x--\r\n',
    ):
        assert (await browser.post(asked.link, content=body, headers=headers)).status_code == 422
    assert (
        await browser.post(asked.link, content=b"x", headers={"content-type": "multipart/form-data"})
    ).status_code == 422
    assert (await browser.post(asked.link, data={"file": "x"})).status_code == 415
    huge = await browser.post(asked.link, files={"file": ("a.pdf", b"%PDF-" + b"0" * (10 * 1024 * 1024 + 32 * 1024))})
    assert huge.status_code == 413
    assert await asked.handed_in() == []


async def test_the_link_ends_with_its_time_and_with_the_decision(asked: Asked, browser: httpx.AsyncClient) -> None:
    database, sent = asked.platform.database, {"file": ("a.pdf", PDF, "application/pdf")}
    async with database.transaction() as tx:
        await tx.execute("UPDATE document_requests SET expires_at = asked_at + interval '1 microsecond'")
    assert (await browser.post(asked.link, files=sent)).status_code == 200
    async with database.transaction() as tx:
        await tx.execute("UPDATE document_requests SET expires_at = $1", clock.now() + timedelta(days=1))
        order = await order_store.lock(tx, asked.order.merchant_id, asked.order.id)
        assert order is not None
        await orders.expire(tx, order, clock.now())
    assert (await browser.post(asked.link, files=sent)).status_code == 200
    assert await asked.handed_in() == []


async def _somebody_waits(database: Database) -> None:
    """Until a transaction on this database waits for another one's lock."""
    async with asyncio.timeout(10):
        while True:
            # Each look is a transaction of its own, because PostgreSQL shows one transaction one picture.
            async with database.single_statement() as tx:
                if await tx.fetchval(
                    """
                    SELECT count(*) FROM pg_stat_activity
                     WHERE datname = current_database() AND wait_event_type = 'Lock'
                    """
                ):
                    return


async def test_a_document_that_meets_the_decision_comes_too_late_and_stands_in_nobodys_way(
    asked: Asked, browser: httpx.AsyncClient
) -> None:
    async with asked.platform.database.transaction() as tx:
        order = await orders.locked(tx, asked.order.merchant_id, asked.order.id)
        handing_in = asyncio.create_task(browser.post(asked.link, files={"file": ("a.pdf", PDF)}))
        await _somebody_waits(asked.platform.database)
        await orders.expire(tx, order, clock.now())
        # An erasure takes these rows after the order's.
        await tx.execute("UPDATE document_requests SET document_id = NULL")
    assert (await handing_in).status_code == 200
    assert await asked.handed_in() == []


async def test_a_name_that_would_be_read_as_another_one_is_kept_without_what_does_that(
    asked: Asked, browser: httpx.AsyncClient
) -> None:
    await browser.post(asked.link, files={"file": ("bank\u202efdp.exe\u2028\x85\u2066x.pdf", PDF)})
    async with asked.platform.database.single_statement() as tx:
        (kept,) = await documents.of_order(tx, asked.order.merchant_id, asked.order.id)
    assert kept.file_name == "bankfdp.exex.pdf"


async def test_a_link_that_was_tampered_with_is_no_link(asked: Asked, browser: httpx.AsyncClient) -> None:
    token = asked.link.rpartition("/")[2]
    for other in (token[:-1], token[:30] + ("A" if token[30] != "A" else "B") + token[31:], "x", "A" * 86):
        assert (await browser.get(f"/order/papers/{other}")).status_code == 404
