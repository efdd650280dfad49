"""The order's documents open as files that can do nothing, and a merchant's look is served by us."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import msgspec
import pytest
from PIL import Image

from tenor.base import clock
from tenor.base.database import Database
from tenor.base.errors import Invalid
from tenor.base.ids import new_id
from tenor.core.documents import rules
from tenor.core.documents import store as documents
from tenor.core.documents.model import Document
from tenor.core.merchants import service as merchants
from tenor.core.orders.model import Order
from tenor.faces.face import Platform
from tests.faces.checkout.buyer import Buyer
from tests.faces.checkout.shop import LinkOf, OpenShop, PlaceOrder, new_order, parsed


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 300)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "#0a7").save(out, kind)
    return out.getvalue()


PDF = b"%PDF-1.7\n<script>alert(1)</script>\n%%EOF\n"


async def with_document(platform: Platform, place_order: PlaceOrder, content: bytes, name: str) -> tuple[Order, str]:
    new = new_order()
    order = await place_order(
        new=msgspec.structs.replace(new, detail=msgspec.structs.replace(new.detail, documents=("x",)))
    )
    kind = rules.media_type(content)
    assert kind is not None
    document = Document(
        id=new_id(), file_name=name, document_type="quote <b>", media_type=kind, sha256=b"0" * 32, content=content,
        created_at=clock.now(),
    )  # fmt: skip
    await platform.files.write(order.merchant_id, [document])
    async with platform.database.transaction() as tx:
        await documents.insert(tx, order.merchant_id, order.id, [document])
    return order, str(document.id)


@pytest.mark.parametrize(
    ("content", "name", "how", "format_"),
    [(PDF, 'عرض "سعر"; x.pdf', "attachment", "PDF"), (picture(), "plan.png", "inline", "PNG")],
)
async def test_a_document_is_listed_and_opens_as_a_file_that_can_do_nothing(
    platform: Platform, buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf, content: bytes, name: str, how: str,
    format_: str,
) -> None:  # fmt: skip
    order, _ = await with_document(platform, place_order, content, name)
    page = parsed(await buyer.browser.get(link_of(order)))
    (entry,) = page.select(".documents li")
    assert entry.a is not None
    assert entry.a.get_text() == name
    assert "quote <b>" in entry.get_text()
    assert format_ in entry.get_text()
    assert "byte" in entry.get_text() or "kB" in entry.get_text()
    answer = await buyer.browser.get(str(entry.a["href"]))
    assert answer.content == content
    assert answer.headers["content-type"] in ("application/pdf", "image/png")
    assert answer.headers["content-disposition"].startswith(f"{how}; filename*=UTF-8''")
    assert '"' not in answer.headers["content-disposition"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].endswith("sandbox")
    assert answer.headers["cache-control"] == "no-store"


async def test_a_document_of_another_order_does_not_exist(
    platform: Platform, buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    _, document = await with_document(platform, place_order, PDF, "quote.pdf")
    other, _ = await with_document(platform, place_order, PDF, "quote.pdf")
    for name in (document, str(new_id()), "x"):
        assert (await buyer.browser.get(f"{link_of(other)}/documents/{name}")).status_code == 404


async def test_a_document_is_closed_with_the_order(
    platform: Platform, buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order, document = await with_document(platform, place_order, PDF, "quote.pdf")
    async with platform.database.transaction() as tx:
        await merchants.advance_clock(tx, order.merchant_id, timedelta(days=8), "sandbox")
    answer = await buyer.browser.get(f"{link_of(order)}/documents/{document}")
    assert answer.status_code == 410
    assert PDF not in answer.content


async def test_a_merchants_look_is_on_its_pages_and_comes_from_us(
    database: Database, buyer: Buyer, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    merchant = await open_shop()
    async with database.transaction() as tx:
        await merchants.set_look(tx, merchant.id, accent="#FD0", logo=picture())
    session = await buyer.arrives_at_the_agreement(link_of(await place_order(merchant)))
    for step in ("order", "terms", "agreement"):
        page = parsed(await buyer.browser.get(f"{session}/{step}"))
        logo = page.select_one("img.logo")
        assert logo is not None
        assert (logo["alt"], logo["width"], logo["height"]) == (merchant.name, "120", "40")
        assert not page.select("[style], style")
        sheets = [str(one["href"]) for one in page.select("link[rel=stylesheet]")]
        assert all(one.startswith("/order/static/") for one in (*sheets, str(logo["src"])))
    assert logo is not None
    css = await buyer.browser.get(sheets[1])
    assert css.headers["content-type"].startswith("text/css")
    assert "immutable" in css.headers["cache-control"]
    assert "--accent: #ffdd00" in css.text.partition("dark")[2], "on a dark page yellow stays as it is"
    assert "--accent: #ffdd00" not in css.text.partition("dark")[0]
    drawn = await buyer.browser.get(str(logo["src"]))
    assert drawn.headers["content-type"] == "image/png"
    assert Image.open(BytesIO(drawn.content)).size == (480, 160)
    for wrong in (
        sheets[1].replace("ffdd00", "ffdd01"),
        f"{logo['src']}0",
        "/order/static/logo/x",
        "/order/static/accent.red.x.css",
    ):
        assert (await buyer.browser.get(wrong)).status_code == 404


async def test_without_a_look_the_page_has_ours(buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf) -> None:
    page = parsed(await buyer.browser.get(link_of(await place_order())))
    assert page.select("img") == []
    assert len(page.select("link[rel=stylesheet]")) == 1


@pytest.mark.parametrize(
    "content",
    [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"", picture()[:200], b"\x89PNG\r\n\x1a\n" + b"0" * 99],
)
async def test_what_is_no_whole_png_or_jpeg_is_no_logo(database: Database, open_shop: OpenShop, content: bytes) -> None:
    merchant = await open_shop()
    with pytest.raises(Invalid) as refused:
        async with database.transaction() as tx:
            await merchants.set_look(tx, merchant.id, logo=content)
    assert refused.value.problems[0].path == ("logo",)


async def test_a_logo_holds_nothing_but_the_picture(database: Database, open_shop: OpenShop) -> None:
    merchant = await open_shop()
    hidden = picture("JPEG") + b"<script>alert(1)</script>" + b"\xff\xd9"
    async with database.transaction() as tx:
        await merchants.set_look(tx, merchant.id, logo=hidden)
        kept = await tx.fetchval("SELECT logo FROM merchants WHERE id = $1", merchant.id)
    assert b"script" not in kept


@pytest.mark.parametrize("path", ["", "/you", "/S/order", "/S/you", "/S/business", "/S/terms", "/S/agreement"])
async def test_from_every_step_a_buyer_can_leave_and_the_shop_hears_how(
    buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf, path: str
) -> None:
    link = link_of(await place_order())
    session = await buyer.arrives_at_the_agreement(link)
    address = f"{session}{path[2:]}" if path.startswith("/S") else f"{link}{path}"
    page = parsed(await buyer.browser.get(address))
    (leave,) = page.select("form.leave")
    left = parsed(await buyer.settles("/", await buyer.browser.post(str(leave["action"]))))
    forward = left.select_one("meta[http-equiv=refresh]")
    assert forward is not None
    assert "https://back.example.com/cart?cart=7&" in str(forward["content"])
    assert "message=The+buyer+cancelled+and+returned+to+the+shop." in str(forward["content"])


async def test_from_the_page_of_the_code_a_buyer_can_leave(
    buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    waiting = await buyer.asks_for_a_code(link_of(await place_order()))
    assert len(parsed(await buyer.browser.get(waiting)).select("form.leave")) == 1
