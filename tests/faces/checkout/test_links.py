"""Links that open nothing: tampered with, expired, used. Each says so and shows nothing of the order."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest

from tenor.base import clock
from tenor.base.database import Database
from tenor.core.merchants import service as merchants
from tenor.core.merchants import store as merchant_store
from tenor.core.orders import service as orders
from tenor.core.orders.model import Order, State
from tests.faces.checkout.buyer import Buyer
from tests.faces.checkout.shop import BROWSER, LinkOf, OpenShop, PlaceOrder, parsed

_OF_THE_ORDER = ("Najd", "PO-2031", "Rebar", "113,500", "SAR", "Tuwaiq", "shop.example.com", "back.example.com")


def _shows_nothing(response: httpx.Response) -> bool:
    return not any(words in response.text for words in _OF_THE_ORDER)


async def _bring(database: Database, order: Order, state: State) -> None:
    """Bring a new order to a state by the core's own commands."""
    now = clock.now()
    async with database.transaction() as tx:
        if state == State.UNDER_REVIEW:
            # No command of the core leads there yet.
            await tx.execute("UPDATE orders SET state = $1 WHERE id = $2", state, order.id)
            return
        if state == State.EXPIRED:
            await orders.expire(tx, await orders.locked(tx, order.merchant_id, order.id), now)
            return
        merchant = await merchant_store.find(tx, order.merchant_id)
        assert merchant is not None
        order = await orders.select_terms(
            tx, merchant, order.id, code="net30", company_name="Tuwaiq", email="a@tuwaiq.example.com", now=now
        )
        if state not in (State.TERMS_SELECTED, State.DECLINED):
            order = await orders.place(tx, order, now)
        if state == State.CANCELED:
            await orders.cancel(tx, order, now)
        if state in (State.ORDER_CONFIRMED, State.REFUNDED):
            order = await orders.confirm(tx, order, now)
        if state == State.REFUNDED:
            order = await orders.refunded(tx, order, now)


async def test_a_link_with_any_one_character_changed_opens_nothing(
    browser: httpx.AsyncClient, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    link = link_of(await place_order())
    start = link.index("/order/") + len("/order/")
    for place in range(start, len(link)):
        if link[place] == "/":
            continue
        other = "A" if link[place] != "A" else "B"
        response = await browser.get(link[:place] + other + link[place + 1 :])
        assert response.status_code == 404, link[place:]
        assert _shows_nothing(response)


async def test_a_link_that_was_cut_or_stretched_opens_nothing_for_any_method_or_page(
    browser: httpx.AsyncClient, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    link = link_of(await place_order())
    form = {"offer": "net30"}
    for wrong in (
        link[:-1],
        link + "A",
        link + "=",
        link[:-1] + quote("é"),
        link + "%00",
        link.rpartition("/")[0] + "/",
    ):
        answers = [await browser.get(wrong), await browser.head(wrong), await browser.get(f"{wrong}/left")]
        answers += [await browser.post(f"{wrong}/{page}", data=form) for page in ("leave", "begin", "you")]
        answers += [await browser.get(f"{wrong}/you"), await browser.get(f"{wrong}/session/terms")]
        assert {answer.status_code for answer in answers} <= {404}, wrong
        assert all(map(_shows_nothing, answers))


async def test_the_secret_of_one_order_opens_no_other(
    browser: httpx.AsyncClient, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    one, other = link_of(await place_order()), link_of(await place_order())
    mixed = one.rpartition("/")[0] + "/" + other.rpartition("/")[2]
    assert (await browser.get(mixed)).status_code == 404


@pytest.mark.parametrize("state", [state for state in State if state != State.NEW])
async def test_a_link_is_of_no_use_once_the_order_is_beyond_new(
    browser: httpx.AsyncClient,
    database: Database,
    open_shop: OpenShop,
    place_order: PlaceOrder,
    link_of: LinkOf,
    state: State,
) -> None:
    order = await place_order(await open_shop(order_limit=1 if state == State.DECLINED else 10**9))
    await _bring(database, order, state)
    words = "This link has expired" if state == State.EXPIRED else "This link can't be used any more"
    answers = [
        await browser.get(link_of(order)),
        await browser.post(f"{link_of(order)}/leave"),
        await browser.get(f"{link_of(order)}/left"),
    ]
    for answer in answers:
        assert answer.status_code == 410
        assert parsed(answer).h1.get_text() == words  # type: ignore[union-attr]
        assert _shows_nothing(answer)
    told = [str(link["href"]) for link in parsed(answers[0]).select("main a")]
    sign_in = await browser.get(f"{link_of(order)}/you")
    assert _shows_nothing(sign_in)
    if state in (State.CANCELED, State.EXPIRED):
        assert (told, sign_in.status_code) == ([], 410)
    else:
        # Whoever asked for terms can see how they stand, and so nobody stands before a closed door.
        assert told == [str(sign_in.url.copy_with(query=b"lang=en").raw_path, "ascii")]
        assert sign_in.status_code == 200


async def test_a_link_expires_with_the_order_by_its_merchants_clock_even_before_the_sweep(
    browser: httpx.AsyncClient, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    async with database.transaction() as tx:
        await merchants.advance_clock(tx, order.merchant_id, timedelta(days=7), "sandbox")
    answers = [
        await browser.get(link_of(order)),
        await browser.get(f"{link_of(order)}/you"),
        await browser.post(f"{link_of(order)}/you", data={"email": "a@tuwaiq.example.com"}),
        await browser.post(f"{link_of(order)}/begin", data={"proof": ""}),
        await browser.post(f"{link_of(order)}/leave"),
        await browser.get(f"{link_of(order)}/left"),
    ]
    for answer in answers:
        assert answer.status_code == 410
        assert "This link has expired" in answer.text
        assert _shows_nothing(answer)


async def test_a_link_still_opens_in_its_last_minute(
    browser: httpx.AsyncClient, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order(age=timedelta(days=7) - timedelta(minutes=1))
    assert (await browser.get(link_of(order))).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/order", "/order/", "/order/x", "/order/x/y/z/", "/order/static/page.css", "/order/%00/%ff", "/order/../x"],
)
async def test_what_is_no_page_below_order_is_a_page_that_says_so(browser: httpx.AsyncClient, path: str) -> None:
    response = await browser.get(BROWSER + path)
    assert response.status_code == 404
    if path != "/order/../x":
        assert parsed(response).h1.get_text() == "This page does not exist"  # type: ignore[union-attr]


async def test_a_method_that_a_page_does_not_know_is_refused_with_those_it_knows(
    browser: httpx.AsyncClient, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    link = link_of(await place_order())
    response = await browser.put(link, content=b"x")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")
    response = await browser.put(f"{link}/you", content=b"x")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST, HEAD")
    response = await browser.get(f"{link}/leave")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert _shows_nothing(response)


@pytest.mark.parametrize("state", [State.EXPIRED, State.CANCELED])
async def test_who_has_proven_an_address_finds_the_way_back_to_the_shop_when_the_order_has_ended(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf, state: State
) -> None:
    order = await place_order()
    session = await buyer.signs_in(link_of(order))
    await _bring(database, order, state)
    for step in ("order", "terms", "agreement", "left"):
        answer = await buyer.browser.get(f"{session}/{step}")
        [back] = parsed(answer).select("main a.button")
        assert (answer.status_code, back.get_text()) == (410, "Return to Najd Steel & Sons")
        assert str(back["href"]).startswith(str(order.detail.close_url))
    forged = session[:-1] + ("A" if session[-1] != "A" else "B")
    for address in (link_of(order), f"{link_of(order)}?proof=forged", f"{forged}/left"):
        assert _shows_nothing(await buyer.browser.get(address))


async def test_the_way_back_does_not_tell_another_buyer_what_became_of_the_order(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    session = await buyer.signs_in(link_of(order), "somebody@else.example.com")
    await _bring(database, order, State.TERMS_SELECTED)
    answer = await buyer.browser.get(f"{session}/terms")
    assert answer.status_code == 410
    assert "terms_selected" not in answer.text
    assert [str(link.get_text()) for link in parsed(answer).select("main a.button")] == ["See how it stands"]
