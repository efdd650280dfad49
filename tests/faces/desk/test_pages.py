"""What the pages show, what they do, and what markup in a name can not do."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable

import msgspec
import pytest
from bs4 import BeautifulSoup

from tenor.base import clock
from tenor.base.database import Tx
from tenor.core.deliveries import store as deliveries
from tenor.core.documents import rules as document_rules
from tenor.core.documents import store as documents
from tenor.core.documents.model import NewDocument
from tenor.core.mail import store as mail
from tenor.core.orders.model import Detail, Item, Order
from tenor.core.staff.model import Entry, Role
from tenor.core.webhooks import service as webhooks
from tenor.core.webhooks import store as endpoints
from tenor.faces.face import Platform
from tests.core.conftest import Trade
from tests.faces.desk.conftest import Hire

Audited = Callable[[], Awaitable[list[Entry]]]

EVIL = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 17 + b"\x00\x00\x00\x00IEND\xaeB`\x82"
PDF = b"%PDF-1.4\n%%EOF\n"


async def _sold_with_everything(trade: Trade) -> Order:
    """A sale with a hook, a letter, and names that are markup."""
    async with trade.database.transaction() as tx:
        await webhooks.add(tx, trade.merchant.id, "https://hooks.example.com/in", [], clock.now())
    item = Item(sku="A", name=EVIL, unit_price=1_000_00, quantity=1)
    detail = Detail(items=(item,), customer_email="a@example.com", notify_customer=True)
    order = await trade.create(msgspec.structs.replace(trade.new(detail=detail), reference=EVIL))
    chosen = await trade.choose(order)
    return await trade.confirm(await trade.place(chosen))


def _path(order: Order) -> str:
    return f"/orders/{order.merchant_id}/{order.id}"


async def test_an_orders_page_shows_its_life_its_money_and_its_letters(trade: Trade, hire: Hire) -> None:
    order = await _sold_with_everything(trade)
    page = await (await hire(Role.SUPPORT)).get(_path(order))
    assert page.status_code == 200
    text = BeautifulSoup(page.text, "html.parser").get_text(" ")
    for word in (
        order.number, "order.confirmed", "assets:buyer receivable", "liabilities:merchant payable", "1,000.00",
        "order confirmed", "a@example.com", "hooks.example.com", "Northwind Builders", "net30",
    ):  # fmt: skip
        assert word in text, word


async def _give_up(tx: Tx, error: str) -> None:
    """All letters were tried in vain."""
    await tx.execute("UPDATE deliveries SET state = 'failed', ended_at = now(), attempts = 1 WHERE letter IS NOT NULL")
    await tx.execute(
        """
        INSERT INTO delivery_attempts (merchant_id, delivery_id, number, started_at, milliseconds, error, answer)
        SELECT merchant_id, id, 1, now(), 5, $1, '' FROM deliveries WHERE letter IS NOT NULL
        """,
        error,
    )


async def test_markup_in_names_is_text_on_every_page(trade: Trade, hire: Hire) -> None:
    order = await _sold_with_everything(trade)
    async with trade.database.transaction() as tx:
        await tx.execute("UPDATE buyers SET company_name = $1", EVIL)
        await tx.execute("UPDATE merchants SET name = $1", EVIL)
        await _give_up(tx, EVIL)
    clerk = await hire(Role.ADMIN, name=EVIL)
    paths = [
        "", _path(order), f"/merchants/{order.merchant_id}", f"/buyers/{order.buyer_id}", "/staff", "/audit",
        "/sessions", f"/staff/{clerk.staff.id}",
    ]  # fmt: skip
    pages = [await clerk.get(path) for path in paths]
    pages += [await clerk.get("/search", q=EVIL), await clerk.get("/search", q="<img")]
    for page in pages:
        assert page.status_code == 200
        parsed = BeautifulSoup(page.text, "html.parser")
        assert not parsed.select("script, img, [onerror]"), page.url


async def test_a_search_leads_to_the_order(trade: Trade, hire: Hire) -> None:
    order = await trade.sold()
    page = await (await hire(Role.FINANCE)).get("/search", q=order.number.lower())
    assert f'href="/desk{_path(order)}"' in page.text
    assert "Nothing is found" in (await (await hire()).get("/search", q="no such thing")).text


async def test_home_shows_letters_that_were_given_up_and_endpoints_that_were_switched_off(
    trade: Trade, hire: Hire
) -> None:
    await _sold_with_everything(trade)
    clerk = await hire(Role.SUPPORT)
    calm = (await clerk.get("")).text
    assert "hooks.example.com" not in calm
    async with trade.database.transaction() as tx:
        await _give_up(tx, "550 no such box")
        (endpoint,) = await endpoints.of_merchant(tx, trade.merchant.id)
        await endpoints.save(tx, msgspec.structs.replace(endpoint, off_reason="gone"))
    page = (await clerk.get("")).text
    assert "550 no such box" in page
    assert "hooks.example.com" in page


async def test_a_letter_is_sent_once_more_and_that_is_noted(trade: Trade, hire: Hire, audited: Audited) -> None:
    order = await _sold_with_everything(trade)
    async with trade.database.transaction() as tx:
        letter = (await mail.of_order(tx, order.merchant_id, order.id))[0]
        await _give_up(tx, "550 no such box")
    clerk = await hire(Role.SUPPORT)
    assert "Send it once more" in (await clerk.get(_path(order))).text
    assert (await clerk.post("/letters/retry", letter=str(letter.id))).status_code == 303
    entry = (await audited())[0]
    assert (entry.done.act, entry.done.order_id, entry.done.subject) == ("letter_retried", order.id, str(letter.id))
    assert (entry.who.id, entry.who.origin) == (clerk.staff.id, "127.0.0.1")
    again = await clerk.post("/letters/retry", letter=str(letter.id))
    assert again.status_code == 409
    assert "waits to be sent already" in again.text


async def test_a_delivery_is_sent_again_and_that_is_noted(trade: Trade, hire: Hire, audited: Audited) -> None:
    order = await _sold_with_everything(trade)
    async with trade.database.transaction() as tx:
        sent = (await deliveries.of_order(tx, order.merchant_id, order.id))[0]
        await tx.execute("UPDATE deliveries SET state = 'failed', ended_at = now(), body = '{}' WHERE id = $1", sent.id)
        await tx.execute(
            "INSERT INTO delivery_attempts VALUES ($1, $2, 1, now(), 12, 500, NULL, $3)",
            order.merchant_id, sent.id, EVIL.encode() + b"\xff",
        )  # fmt: skip
    clerk, at = await hire(Role.SUPPORT), f"/deliveries/{order.merchant_id}/{sent.id}"
    page = await clerk.get(at)
    assert "500" in page.text
    assert not BeautifulSoup(page.text, "html.parser").select("script, img")
    assert (await clerk.post(at)).status_code == 303
    async with trade.database.transaction() as tx:
        found = await deliveries.find(tx, order.merchant_id, sent.id)
    assert found is not None
    assert found.state == "pending"
    assert (await audited())[0].done.act == "delivery_replayed"


async def test_all_of_an_endpoint_is_sent_again_since_a_time(trade: Trade, hire: Hire, audited: Audited) -> None:
    await _sold_with_everything(trade)
    async with trade.database.transaction() as tx:
        (endpoint,) = await endpoints.of_merchant(tx, trade.merchant.id)
        await tx.execute("UPDATE deliveries SET state = 'delivered', ended_at = now()")
    clerk, at = await hire(Role.SUPPORT), f"/endpoints/{trade.merchant.id}/{endpoint.id}"
    wrong = await clerk.post(at, since="yesterday")
    assert wrong.status_code == 422
    assert "2026-04-15 12:00" in wrong.text
    assert (await clerk.post(at, since="2020-01-01 00:00")).status_code == 303
    async with trade.database.transaction() as tx:
        assert await deliveries.waiting(tx, endpoint.lane) == 4
    assert (await audited())[0].done.detail == {"since": "2020-01-01T00:00:00+00:00", "events": 4}


async def _with_documents(trade: Trade, platform: Platform) -> tuple[Order, list[str]]:
    order = await trade.create()
    given = [
        NewDocument(content=base64.b64encode(data).decode(), file_name=name, document_type="licence")
        for data, name in ((PDF, "licence 1.pdf"), (PNG, "رخصة.png"))
    ]
    checked = document_rules.check(given, trade.now)
    async with platform.files.holding(order.merchant_id, checked) as held, trade.database.transaction() as tx:
        await documents.insert(tx, order.merchant_id, order.id, checked)
        held.keep()
    return order, [str(one.id) for one in checked]


async def test_a_document_is_a_download_or_an_image_alone_and_each_look_is_noted(
    trade: Trade, platform: Platform, hire: Hire, audited: Audited
) -> None:
    order, (pdf, png) = await _with_documents(trade, platform)
    clerk = await hire(Role.CREDIT_OFFICER)
    page = await clerk.get(f"{_path(order)}/documents/{pdf}", view="image")
    assert page.content == PDF
    assert page.headers["content-disposition"].startswith("attachment;")
    image = await clerk.get(f"{_path(order)}/documents/{png}", view="image")
    assert image.content == PNG
    assert image.headers["content-type"] == "image/png"
    assert image.headers["content-disposition"] == "inline"
    for one in (page, image):
        assert one.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert one.headers["x-content-type-options"] == "nosniff"
        assert one.headers["cache-control"] == "no-store"
    seen = [(one.done.act, one.done.subject) for one in await audited() if one.done.act == "document_seen"]
    assert seen == [("document_seen", png), ("document_seen", pdf)]


async def test_a_document_is_found_under_its_own_order_only(trade: Trade, platform: Platform, hire: Hire) -> None:
    order, (pdf, _) = await _with_documents(trade, platform)
    other = await trade.create()
    clerk = await hire(Role.CREDIT_OFFICER)
    assert (await clerk.get(f"{_path(other)}/documents/{pdf}")).status_code == 404
    assert (await clerk.get(f"{_path(order)}/documents/nonsense")).status_code == 404


@pytest.mark.parametrize("path", ["/orders/x/y", "/orders/{}/{}", "/merchants/x", "/buyers/{}", "/deliveries/{}/{}"])
async def test_what_is_not_there_is_a_page_that_says_so(hire: Hire, path: str) -> None:
    nobody = "00000000-0000-0000-0000-000000000000"
    assert (await (await hire()).get(path.format(nobody, nobody))).status_code == 404


async def test_the_style_sheet_is_kept_under_its_own_name_alone(hire: Hire) -> None:
    clerk = await hire()
    link = BeautifulSoup((await clerk.get("")).text, "html.parser").select_one("link[rel=stylesheet]")
    assert link is not None
    sheet = await clerk.get(str(link["href"]).removeprefix("/desk"))
    assert "immutable" in sheet.headers["cache-control"]
    assert (await clerk.get("/static/desk.css")).status_code == 404
