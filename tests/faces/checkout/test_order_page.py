"""What the buyer sees: order, offers and agreement as the core has them, in words that a screen reader can follow."""

from __future__ import annotations

import re

import httpx
import msgspec
import pytest
from bs4 import Tag

from tenor.base import clock
from tenor.base.database import Database
from tenor.core.events import store as events
from tenor.core.merchants import store as merchant_store
from tenor.core.orders import service as orders
from tenor.core.orders import store as order_store
from tenor.core.orders.model import Address, Amounts, Contact, Item
from tenor.core.terms.model import OfferRule
from tests.faces.checkout.buyer import Buyer, filled_in
from tests.faces.checkout.shop import ITEM, SHOP, LinkOf, OpenShop, PlaceOrder, new_order, parsed


def _text(page: Tag, selector: str = "main") -> str:
    found = page.select_one(selector)
    assert found is not None, f"the page has {selector}"
    return " ".join(found.get_text(" ").replace("\u00a0", " ").split())


async def test_the_page_says_who_sells_what_for_how_much(
    browser: httpx.AsyncClient, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    response = await browser.get(link_of(await place_order()))
    assert response.status_code == 200
    summary = _text(parsed(response), ".summary")
    for words in (
        SHOP,
        "PO-2031",
        f"{ITEM} 20 t × 4,500.00 90,000.00",
        "سلك ربط 10 × 1,000.00 10,000.00",
        "Subtotal 100,000.00",
        "Tax 15,000.00",
        "Shipping 500.00",
        "Discount -2,000.00",
        "Total SAR 113,500.00",
    ):
        assert words in summary


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_every_offer_is_shown_with_its_fee_its_total_and_each_due_date_and_amount_of_the_core(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf, language: str
) -> None:
    order = await place_order()
    async with database.single_statement() as tx:
        merchant = await merchant_store.find(tx, order.merchant_id)
    assert merchant is not None
    offers = orders.offers(merchant, order, clock.now())

    session = await buyer.arrives_at_the_agreement(link_of(order))
    cards = parsed(await buyer.browser.get(f"{session}/terms", params={"lang": language})).select(".offer")

    assert [card.select_one("input")["value"] for card in cards] == [offer.rule.code for offer in offers]  # type: ignore[index]
    for card, offer in zip(cards, offers, strict=True):
        days = [time["datetime"] for time in card.select("time")]
        assert days == [part.due_on.isoformat() for part in offer.schedule]
        assert f"{offer.to_pay / 100:,.2f}" in _text(card, ".offer-sum")
        if offer.buyer_fee:
            assert f"{offer.buyer_fee / 100:,.2f}" in _text(card, ".fee")
        # A single payment is the total, which stands above its date.
        single = len(offer.schedule) == 1
        shown = (
            [_text(card, ".offer-sum")] if single else [_text(row, ".amount") for row in card.select(".schedule li")]
        )
        assert [re.sub(r"[^\d.,]", "", amount).strip(".") for amount in shown] == [
            f"{part.amount / 100:,.2f}" for part in offer.schedule
        ]


@pytest.mark.parametrize(("place", "code"), list(enumerate(["net30", "month2", "parts3"])))
async def test_the_agreement_says_of_the_chosen_offer_what_is_owed_by_when_to_the_minor_unit(
    buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf, place: int, code: str
) -> None:
    session = await buyer.arrives_at_the_agreement(link_of(await place_order()), offer=code)
    card = parsed(await buyer.browser.get(f"{session}/terms")).select(".offer")[place]
    deals = parsed(await buyer.browser.get(f"{session}/agreement")).select(".deal")
    assert len(deals) == 1
    owed = re.sub("[\u2068\u2069]", "", deals[0].get_text().replace("\u00a0", " "))
    amounts = [node.get_text().replace("\u00a0", " ") for node in card.select(".schedule .amount, .offer-sum")]
    days = [node.get_text() for node in card.select("time")]
    assert all(fact in owed for fact in amounts + days)


async def test_the_agreement_shows_what_is_bought_by_which_company_and_who_signs(
    buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    session = await buyer.arrives_at_the_agreement(link_of(await place_order()))
    words = _text(parsed(await buyer.browser.get(f"{session}/agreement")))
    for fact in (SHOP, "PO-2031", ITEM, "SAR 113,500.00", "Tuwaiq Builders", "1010123456", "Sara Al-Harbi"):
        assert fact in words


async def test_the_cheapest_offer_and_the_one_with_the_most_time_are_marked(
    buyer: Buyer, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    session = await buyer.arrives_at_the_agreement(link_of(await place_order()))
    cards = parsed(await buyer.browser.get(f"{session}/terms")).select(".offer")
    assert [[badge.get_text() for badge in card.select(".badge")] for card in cards] == [
        ["Lowest price"],
        [],
        ["Most time"],
    ]
    alone = await open_shop(offers=(OfferRule(code="net30", kind="net", days=30),))
    session = await buyer.arrives_at_the_agreement(link_of(await place_order(alone)))
    assert parsed(await buyer.browser.get(f"{session}/terms")).select(".badge") == []


async def test_a_month_is_not_a_day_and_a_date_is_named_where_a_term_has_neither_or_both(
    buyer: Buyer, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    rules = (
        OfferRule(code="a", kind="net", days=1),
        OfferRule(code="b", kind="net", months=6),
        OfferRule(code="c", kind="net", months=1, days=10),
        OfferRule(code="d", kind="instalments", months=1),
        OfferRule(code="e", kind="net"),
    )
    order = await place_order(await open_shop(offers=rules))
    session = await buyer.arrives_at_the_agreement(link_of(order), offer="a")
    page = parsed(await buyer.browser.get(f"{session}/terms"))
    names = [node.get_text() for node in page.select(".offer-name")]
    assert names[:2] == ["Pay in 1 day", "Pay in 6 months"]
    assert re.fullmatch(r"Pay by \w+ \d+, \d{4}", names[2])
    assert names[3] == "1 monthly payment"
    assert re.fullmatch(r"Pay by \w+ \d+, \d{4}", names[4])


async def test_what_strangers_wrote_is_shown_as_text_and_never_runs(
    buyer: Buyer, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    attack = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}"
    contact = Contact(address=Address(line1="x", city="y"), company_name=attack)
    order = await place_order(await open_shop(name=attack), new_order(item=attack, billing=contact))
    session = await buyer.signs_in(link_of(order))
    business = parsed(await buyer.browser.get(f"{session}/business"))
    assert business.select_one("#legal_name")["value"] == attack  # type: ignore[index]
    assert (await buyer.tells_business(session, legal_name=attack)).status_code == 303
    assert (await buyer.chooses(session)).status_code == 303
    agreement = parsed(await buyer.browser.get(f"{session}/agreement"))
    assert [node.get_text() for node in agreement.select("bdi")].count(attack) > 4
    wrong = parsed(await buyer.accepts(session, signature=attack))
    assert wrong.select_one("#signature")["value"] == attack  # type: ignore[index]
    order_page = parsed(await buyer.browser.get(link_of(order)))
    proof = parsed(await buyer.browser.get(link_of(order), params={"proof": attack}))
    for page in (order_page, proof, business, agreement, wrong):
        assert page.find("script") is None
        assert page.find("img") is None
        assert not [tag for tag in page.find_all(True) if any(name.startswith("on") for name in tag.attrs)]


async def test_nothing_on_the_page_is_loaded_from_elsewhere(
    browser: httpx.AsyncClient, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    item = Item(
        sku="a", name="Beam", unit_price=10_000_000, quantity=1, image_url="https://cdn.example.com/beam.png",
        url="https://shop.example.com/beam",
    )  # fmt: skip
    response = await browser.get(link_of(await place_order(new=new_order(items=(item,)))))
    page = parsed(response)
    assert "cdn.example.com" not in response.text
    addresses = [tag.get("src") or tag.get("href") or tag.get("action") for tag in page.find_all(True)]
    assert all(str(address).startswith(("/", "?", "#")) for address in addresses if address)


@pytest.mark.parametrize("step", ["order", "you", "business", "terms", "agreement"])
async def test_each_control_has_a_label_and_each_group_a_legend(
    buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf, step: str
) -> None:
    session = await buyer.arrives_at_the_agreement(link_of(await place_order()))
    page = parsed(await buyer.browser.get(f"{session}/{step}"))
    for control in page.select("input:not([type=hidden])"):
        assert page.select_one(f"label[for={control['id']}]")
        for described in str(control.get("aria-describedby", "")).split():
            assert page.find(id=described)
    for radio in page.select("input[type=radio]"):
        group = radio.find_parent("fieldset")
        assert group is not None
        assert group.find("legend") is not None
    identities = [tag["id"] for tag in page.select("[id]")]
    assert len(identities) == len(set(identities))
    assert page.find("script") is None
    assert len(page.select("h1")) == 1


async def test_what_the_shop_knows_of_the_buyer_is_filled_in_and_what_is_no_address_is_not(
    buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    contact = Contact(
        address=Address(line1="King Fahd Road", city="Riyadh", postal_code="no code"),
        company_name="Tuwaiq Builders",
        email="no address",
        first_name="Sara",
    )
    link = link_of(await place_order(new=new_order(billing=contact)))
    you = parsed(await buyer.browser.get(f"{link}/you"))
    assert you.select_one("#email")["value"] == ""  # type: ignore[index]
    page = parsed(await buyer.browser.get(f"{await buyer.signs_in(link)}/business"))
    told = filled_in(page)
    assert (told["legal_name"], told["line1"], told["city"]) == ("Tuwaiq Builders", "King Fahd Road", "Riyadh")
    assert told["postal_code"] == ""
    assert told["signatory"] == "", "who may sign is nobody's guess"


async def test_a_debt_is_never_chosen_for_the_buyer_unless_there_is_only_one(
    buyer: Buyer, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    checked = []
    for shop in (await open_shop(), await open_shop(offers=(OfferRule(code="net30", kind="net", days=30),))):
        session = await buyer.signs_in(link_of(await place_order(shop)))
        await buyer.tells_business(session)
        page = parsed(await buyer.browser.get(f"{session}/terms"))
        checked.append([node["id"] for node in page.select("input[checked]")])
    assert checked == [[], ["offer-1"]]


async def test_without_offers_the_page_says_so_and_offers_only_the_way_back(
    browser: httpx.AsyncClient, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    page = parsed(await browser.get(link_of(await place_order(await open_shop(offers=())))))
    assert "There are no payment terms for this order" in _text(page)
    assert [button.get_text(strip=True) for button in page.select("button")] == [f"Cancel and return to{SHOP}"]


async def test_five_hundred_items_are_all_there_and_folded_away(
    browser: httpx.AsyncClient, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    items = tuple(Item(sku=f"{n}", name=f"Bolt {n}", unit_price=20_000, quantity=1) for n in range(500))
    page = parsed(await browser.get(link_of(await place_order(new=new_order(items=items)))))
    assert len(page.select(".lines li")) == 500
    assert not page.select_one(".summary details").has_attr("open")  # type: ignore[union-attr]


async def test_the_largest_amount_is_shown_to_the_last_halala(
    browser: httpx.AsyncClient, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    new = new_order(items=(Item(sku="a", name="Bridge", unit_price=9_999_999_999_999_999, quantity=1),))
    amounts = Amounts(total=9_999_999_999_999_999, subtotal=9_999_999_999_999_999)
    order = await place_order(new=msgspec.structs.replace(new, amounts=amounts))
    assert "Total SAR 99,999,999,999,999.99" in _text(parsed(await browser.get(link_of(order))))


async def test_page_and_style_together_stay_below_60_kilobytes(
    browser: httpx.AsyncClient, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    response = await browser.get(link_of(await place_order()))
    style = parsed(response).select_one("link[rel=stylesheet]")
    assert style is not None
    assert len(response.content) + len((await browser.get(str(style["href"]))).content) < 60_000


async def test_looking_changes_nothing_and_head_answers_like_get(
    browser: httpx.AsyncClient, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    seen = await browser.get(link_of(order))
    head = await browser.head(link_of(order))
    assert (head.status_code, head.content) == (200, b"")
    assert {**head.headers} == {**seen.headers}
    async with database.single_statement() as tx:
        assert await order_store.find(tx, order.merchant_id, order.id) == order
        assert len(await events.of_order(tx, order.merchant_id, order.id)) == 1
