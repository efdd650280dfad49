"""The buyer accepts, is declined, or leaves: what happens to the order and where the browser goes."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec

from tenor.base.database import Database
from tenor.core.events import store as events
from tenor.core.events.model import EventType
from tenor.core.merchants import service as merchants
from tenor.core.orders import store as order_store
from tenor.core.orders.model import Order, State
from tests.faces.checkout.shop import PROGRAMME, SHOP, LinkOf, OpenShop, PlaceOrder, filled, new_order, parsed


async def _now(database: Database, order: Order) -> Order:
    async with database.single_statement() as tx:
        found = await order_store.find(tx, order.merchant_id, order.id)
    assert found is not None
    return found


async def _told(database: Database, order: Order) -> list[EventType]:
    async with database.single_statement() as tx:
        return [event.type for event in await events.of_order(tx, order.merchant_id, order.id)]


def _query(response: httpx.Response) -> dict[str, list[str]]:
    return parse_qs(urlsplit(response.headers["location"]).query)


async def test_accepting_selects_the_terms_and_leads_to_the_shops_success_url(
    browser: httpx.AsyncClient, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    page = await browser.get(link_of(order))
    response = await browser.post(link_of(order), data=filled(parsed(page), offer="parts3"))
    assert response.status_code == 303
    assert response.headers["location"].startswith("https://shop.example.com/thanks?cart=7&")
    assert _query(response)["state"] == ["terms_selected"]
    after = await _now(database, order)
    assert after.state == State.TERMS_SELECTED
    assert after.terms is not None
    assert (after.terms.company_name, after.terms.email) == ("Tuwaiq Builders", "buyer@tuwaiq.example.com")
    days = [node["datetime"] for node in parsed(page).select("#offer-3-facts time")]
    assert [part.due_on.isoformat() for part in after.terms.offer.schedule] == days


async def test_the_forms_own_address_is_the_page_in_the_same_language(
    browser: httpx.AsyncClient, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    link = link_of(await place_order())
    page = parsed(await browser.get(link, params={"lang": "ar"}))
    actions = [str(form["action"]) for form in page.select("form[method=post]")]
    path = urlsplit(link).path
    assert actions == [f"{path}?lang=ar", f"{path}/leave?lang=ar"]
    again = await browser.post(actions[0], data={"email": ""})
    assert parsed(again).html["lang"] == "ar"  # type: ignore[index]


async def test_in_a_programme_that_confirms_itself_the_order_is_confirmed_when_the_buyer_returns(
    browser: httpx.AsyncClient, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    link = link_of(await place_order(await open_shop(confirms_itself=True)))
    response = await browser.post(link, data=filled(parsed(await browser.get(link))))
    assert _query(response)["state"] == ["order_confirmed"]


async def test_without_a_return_url_the_buyer_stays_on_a_page_that_tells_nothing_of_the_order(
    browser: httpx.AsyncClient, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    link = link_of(await place_order(new=new_order(face="staying")))
    response = await browser.post(f"{link}?lang=ar", data=filled(parsed(await browser.get(link))))
    assert response.status_code == 303
    assert response.headers["location"] == f"{urlsplit(link).path}/done?lang=ar"
    done = await browser.get(response.headers["location"])
    assert done.status_code == 200
    assert parsed(done).html["dir"] == "rtl"  # type: ignore[index]
    assert not any(secret in done.text for secret in ("Najd", "PO-2031", "113,500", "Tuwaiq"))


async def test_the_done_page_of_an_order_that_is_still_open_leads_back_to_it(
    browser: httpx.AsyncClient, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    link = link_of(await place_order())
    response = await browser.get(f"{link}/done")
    assert (response.status_code, response.headers["location"]) == (303, f"{urlsplit(link).path}?lang=en")


async def test_a_declined_buyer_reads_a_polite_page_with_the_way_back_and_no_rule(
    browser: httpx.AsyncClient, database: Database, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order(await open_shop(order_limit=1))
    form = filled(parsed(await browser.get(link_of(order))))
    response = await browser.post(link_of(order), data=form)
    assert response.status_code == 200
    assert (await _now(database, order)).state == State.DECLINED
    back = parsed(response).select_one("a.button")
    assert back is not None
    assert str(back["href"]).startswith("https://back.example.com/cart?cart=7&")
    assert "declined" in parse_qs(str(back["href"]))["message"][0]
    assert SHOP in back.get_text()
    assert not any(word in response.text for word in ("order_limit", "exposure", "limit"))
    again = await browser.post(link_of(order), data=form)
    assert again.text == response.text
    assert (await browser.get(link_of(order))).status_code == 410


async def test_a_declined_buyer_without_a_return_url_may_close_the_page(
    browser: httpx.AsyncClient, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    link = link_of(await place_order(await open_shop(order_limit=1), new_order(face="staying")))
    response = await browser.post(link, data=filled(parsed(await browser.get(link))))
    assert "You may close this page." in response.text
    assert parsed(response).select("main a") == []


async def test_a_double_click_is_answered_with_the_same_redirect_and_does_nothing_twice(
    browser: httpx.AsyncClient, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    form = filled(parsed(await browser.get(link_of(order))))
    first = await browser.post(link_of(order), data=form)
    second = await browser.post(link_of(order), data=form | {"email": " BUYER@tuwaiq.example.com "})
    assert second.status_code == 303
    assert second.headers["location"] == first.headers["location"]
    assert await _told(database, order) == [EventType.ORDER_CREATED, EventType.ORDER_TERMS_SELECTED]


async def test_another_acceptance_of_a_used_link_is_refused_and_learns_nothing(
    browser: httpx.AsyncClient, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    form = filled(parsed(await browser.get(link_of(order))))
    await browser.post(link_of(order), data=form)
    for change in ({"offer": "parts3"}, {"email": "other@tuwaiq.example.com"}, {"agree": ""}, {"email": "no address"}):
        response = await browser.post(link_of(order), data=form | change)
        assert response.status_code == 410
        assert not any(secret in response.text for secret in ("Najd", "PO-2031", "113,500", "Tuwaiq"))
    assert (await _told(database, order))[1:] == [EventType.ORDER_TERMS_SELECTED]


async def test_sixteen_identical_acceptances_at_once_do_one_thing_and_get_one_answer(
    browser: httpx.AsyncClient, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    form = filled(parsed(await browser.get(link_of(order))), offer="month2")
    answers = await asyncio.gather(*(browser.post(link_of(order), data=form) for _ in range(16)))
    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {
        (303, answers[0].headers["location"])
    }
    assert await _told(database, order) == [EventType.ORDER_CREATED, EventType.ORDER_TERMS_SELECTED]
    async with database.single_statement() as tx:
        assert await tx.fetchval("SELECT sum(amount) FROM buyer_exposures") == (await _now(database, order)).exposure


async def test_of_different_acceptances_at_once_exactly_one_wins(
    browser: httpx.AsyncClient, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    form = filled(parsed(await browser.get(link_of(order))))
    emails = [f"buyer{n}@tuwaiq.example.com" for n in range(8)]
    answers = await asyncio.gather(*(browser.post(link_of(order), data=form | {"email": one}) for one in emails))
    assert sorted(answer.status_code for answer in answers) == [303] + [410] * 7
    won = emails[[answer.status_code for answer in answers].index(303)]
    terms = (await _now(database, order)).terms
    assert terms is not None
    assert terms.email == won


async def test_leaving_leads_to_the_close_url_and_the_same_link_still_works(
    browser: httpx.AsyncClient, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    response = await browser.post(f"{link_of(order)}/leave")
    assert response.status_code == 303
    assert response.headers["location"].startswith("https://back.example.com/cart?cart=7&")
    assert _query(response)["message"] == ["The buyer cancelled and returned to the shop."]
    assert await _now(database, order) == order
    assert (await browser.get(link_of(order))).status_code == 200


async def test_leaving_without_a_return_url_ends_on_a_page_that_may_be_closed(
    browser: httpx.AsyncClient, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order(new=new_order(face="staying"))
    page = parsed(await browser.get(link_of(order)))
    assert page.select("button")[-1].get_text(strip=True) == "Cancel"
    response = await browser.post(f"{link_of(order)}/leave")
    assert response.status_code == 200
    assert "You may close this page" in response.text
    back = parsed(response).select_one("main a")
    assert back is not None
    assert (await browser.get(str(back["href"]))).status_code == 200
    assert await _now(database, order) == order


async def test_offers_that_changed_since_the_page_was_opened_have_to_be_accepted_anew(
    browser: httpx.AsyncClient, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    form = filled(parsed(await browser.get(link_of(order))))
    async with database.transaction() as tx:
        await merchants.advance_clock(tx, order.merchant_id, timedelta(days=1), "sandbox")
    response = await browser.post(link_of(order), data=form)
    assert response.status_code == 422
    page = parsed(response)
    assert "have changed since you opened this page" in page.select_one(".errors").get_text()  # type: ignore[union-attr]
    assert page.select_one("#agree[checked]") is None
    assert page.select_one("#offer-1[checked]") is not None
    assert (await _now(database, order)).state == State.NEW
    assert (await browser.post(link_of(order), data=filled(page))).status_code == 303


async def test_the_mark_of_the_offers_shown_tells_nothing_of_what_the_merchant_pays(
    browser: httpx.AsyncClient, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    dearer = tuple(msgspec.structs.replace(rule, merchant_fee_bps=900) for rule in PROGRAMME.offers)
    marks = [
        filled(parsed(await browser.get(link_of(await place_order(await open_shop(offers=rules))))))["shown"]
        for rules in (PROGRAMME.offers, dearer)
    ]
    assert marks[0] == marks[1]
