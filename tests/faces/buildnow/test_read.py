"""What a partner can read: its own purchase orders, page by page, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest

from tenor.base import clock
from tenor.core.orders import service as orders
from tenor.core.orders.model import Amounts, Detail, Item, NewOrder
from tests.faces.buildnow.conftest import MakePartner
from tests.faces.buildnow.partner import PATH, Partner
from tests.faces.conftest import PUBLIC_URL


async def follow(partner: Partner, address: str) -> dict[str, Any]:
    assert address.startswith(f"{PUBLIC_URL}{PATH}?")
    answer = await partner.call("GET", address.removeprefix(PUBLIC_URL))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def references(page: dict[str, Any]) -> list[str]:
    return [order["partner_order_reference"] for order in page["results"]]


async def several(partner: Partner, count: int) -> list[str]:
    """References of new orders, newest first."""
    made = [f"PO-{number}" for number in range(count)]
    for reference in made:
        await partner.created(partner_order_reference=reference)
    return made[::-1]


@pytest.mark.parametrize("count", [0, 2, 3, 4, 6, 7])
async def test_the_pages_there_and_back_hold_every_order_once_newest_first(count: int, partner: Partner) -> None:
    wanted = await several(partner, count)
    page = await partner.page(limit="3")
    pages = [page]
    while page["next"]:
        page = await follow(partner, page["next"])
        pages.append(page)
    assert [reference for one in pages for reference in references(one)] == wanted
    assert all(len(references(one)) == 3 for one in pages[:-1])
    back = [page]
    while page["previous"]:
        page = await follow(partner, page["previous"])
        back.append(page)
    assert [references(one) for one in back[::-1]] == [references(one) for one in pages]
    assert [one["next"] for one in back[::-1]] == [one["next"] for one in pages]
    assert back[-1]["previous"] is None


async def test_an_order_that_comes_between_moves_no_page(partner: Partner) -> None:
    wanted = await several(partner, 4)
    first = await partner.page(limit="2")
    await partner.created(partner_order_reference="PO-late")
    assert references(await follow(partner, first["next"])) == wanted[2:]


async def test_filters_go_along_from_page_to_page(partner: Partner) -> None:
    await several(partner, 5)
    page = await partner.page(status="created", limit="2")
    assert "status=created" in page["next"]
    assert "limit=2" in page["next"]
    assert references(await partner.page(partner_order_reference="PO-3")) == ["PO-3"]
    assert references(await partner.page(partner_order_reference="PO-3", status="approved")) == []
    assert len(references(await partner.page(partner_order_reference="", status="", limit="", cursor=""))) == 5


async def test_what_credit_approves_confirms_itself_and_is_listed_as_approved(partner: Partner) -> None:
    order = await partner.created()
    await partner.choose_terms(order["id"])
    approved = order | {"status": "approved"}
    assert (await partner.find(order["id"])).json() == approved
    assert (await partner.page(status="approved"))["results"] == [approved]
    assert (await partner.page(status="created"))["results"] == []


SOMEBODY = "01968a5e-7c3b-7f7a-9c1d-2f4b6a8c0e12"


@pytest.mark.parametrize(
    "order_id", [SOMEBODY, "1", "nothing", f"{{{SOMEBODY}}}", f"urn:uuid:{SOMEBODY}", SOMEBODY.replace("-", ""), "%00"]
)
async def test_an_id_that_is_nobodys_is_not_found(order_id: str, partner: Partner) -> None:
    answer = await partner.find(order_id)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


async def test_an_id_has_one_spelling(partner: Partner) -> None:
    order_id = (await partner.created())["id"]
    assert (await partner.find(order_id.upper())).status_code == 200
    for other in (f"{{{order_id}}}", f"urn:uuid:{order_id}", order_id.replace("-", "")):
        assert (await partner.find(other)).status_code == 404


async def test_another_partners_order_can_not_be_told_from_none(make_partner: MakePartner) -> None:
    one, other = await make_partner(), await make_partner()
    order = await one.created()
    theirs, nobodys = await other.find(order["id"]), await other.find(SOMEBODY)
    assert (theirs.status_code, theirs.content, theirs.headers) == (404, nobodys.content, nobodys.headers)
    assert (await other.page())["results"] == []
    assert (await other.page(partner_order_reference=order["partner_order_reference"]))["results"] == []


async def test_an_order_of_another_dialect_is_not_shown(partner: Partner) -> None:
    line = Item(sku="A", name="B", unit_price=100, quantity=1)
    new = NewOrder(
        face="another", reference="PO-1", amounts=Amounts(total=100, subtotal=100), detail=Detail(items=(line,))
    )
    async with partner.platform.database.single_statement() as tx:
        order, _ = await orders.create(tx, await partner.merchant(), new, clock.now())
    assert (await partner.find(str(order.id))).status_code == 404
    assert (await partner.page())["results"] == []


STATUSES = "Must be one of created, under_review, placed, approved, refunded, declined, canceled, expired."


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("status", "paid", STATUSES),
        ("status", "new", STATUSES),
        ("status", "created\x00", STATUSES),
        ("partner_order_reference", "PO\x001", "Must not hold control characters."),
        ("limit", "0", "Must be a whole number from 1 to 100."),
        ("limit", "101", "Must be a whole number from 1 to 100."),
        ("limit", "-1", "Must be a whole number from 1 to 100."),
        ("limit", "\u0663", "Must be a whole number from 1 to 100."),
        ("limit", "9" * 5000, "Must be a whole number from 1 to 100."),
        ("cursor", "x", "Must be taken from the next or previous address of a page."),
        ("cursor", "\u00e9\x00", "Must be taken from the next or previous address of a page."),
        ("cursor", "eAAAAAAAAAAAAAAAAAAAAAA", "Must be taken from the next or previous address of a page."),
    ],
    ids=lambda value: ascii(value)[:24],
)  # fmt: skip
async def test_a_parameter_that_is_wrong_is_named(name: str, value: str, sentence: str, partner: Partner) -> None:
    answer = await partner.call("GET", PATH, params={name: value})
    assert answer.status_code == 400, answer.text
    assert answer.json() == {name: [sentence]}


async def test_bytes_in_the_query_that_are_no_text_find_nothing(partner: Partner) -> None:
    assert (await partner.call("GET", f"{PATH}?partner_order_reference=%FF&x=%00")).json()["results"] == []
