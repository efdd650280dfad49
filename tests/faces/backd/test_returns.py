"""Where the buyer goes from the hosted page, and what the merchant's pages learn by it (the redirect flow)."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from tenor.core.orders import service as orders
from tenor.core.orders.model import Order
from tenor.faces.backd.mapping import order_number
from tenor.faces.backd.returns import return_url
from tenor.faces.face import Departure
from tests.faces.backd.bodies import SHOP, an_order
from tests.faces.backd.shop import Shop

COMPLETED = Departure("completed", "")
CLOSED = Departure("closed", "The customer went back: no terms fit & nothing was chosen.")


async def _order(shop: Shop, reference: str, success: str = f"{SHOP}/thanks", close: str = f"{SHOP}/cart") -> Order:
    mode = {"type": "redirect", "order_success_url": success, "order_close_url": close}
    created = (await shop.post("create_order", an_order(merchant_order_id=reference, mode=mode))).data
    async with shop.platform.database.single_statement() as tx:
        return await orders.by_number(tx, shop.merchant_id, order_number(created["backd_order_id"]))


async def test_success_carries_both_identifiers(shop: Shop) -> None:
    order = await _order(shop, "PO-7")
    assert return_url(order, COMPLETED) == f"{SHOP}/thanks?backd_order_id=BO-{order.number}&merchant_order_id=PO-7"


async def test_a_close_carries_why_the_customer_left_and_no_identifier(shop: Shop) -> None:
    url = urlsplit(return_url(await _order(shop, "PO-7"), CLOSED) or "")
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{SHOP}/cart"
    assert parse_qsl(url.query) == [("message", CLOSED.message)]


@pytest.mark.parametrize("reference", ["PO 7/8", "a&b=c", "#7", "日本 7", "7%20", "a\nb", '"><script>'])
async def test_a_reference_arrives_as_it_was_sent(shop: Shop, reference: str) -> None:
    url = return_url(await _order(shop, reference), COMPLETED) or ""
    assert dict(parse_qsl(urlsplit(url).query))["merchant_order_id"] == reference
    assert url.isascii()
    assert urlsplit(url).netloc == "shop.example.com"


@pytest.mark.parametrize(
    ("own", "kept"),
    [
        ("?session=a%20b&x=", "?session=a%20b&x=&"),
        ("?a=1&a=2", "?a=1&a=2&"),
        ("", "?"),
        ("?", "?"),
    ],
)
@pytest.mark.parametrize("fragment", ["", "#step-2"])
async def test_the_urls_own_parameters_and_fragment_survive(shop: Shop, own: str, kept: str, fragment: str) -> None:
    url = return_url(await _order(shop, "PO-7", success=f"{SHOP}/thanks{own}{fragment}"), COMPLETED) or ""
    assert url.startswith(f"{SHOP}/thanks{kept}backd_order_id=BO-")
    assert url.endswith(f"&merchant_order_id=PO-7{fragment}")


async def test_a_parameter_of_ours_never_doubles_one_of_theirs(shop: Shop) -> None:
    success, close = f"{SHOP}/thanks?merchant_order_id=theirs", f"{SHOP}/cart?message="
    order = await _order(shop, "PO-7", success, close)
    query = parse_qsl(urlsplit(return_url(order, COMPLETED) or "").query)
    assert query == [("merchant_order_id", "theirs"), ("backd_order_id", f"BO-{order.number}")]
    assert return_url(order, CLOSED) == close
