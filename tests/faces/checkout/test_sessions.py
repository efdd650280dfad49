"""Proving an e-mail address, and what a session opens: nothing twice, nothing lost, and no dead end."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tenor.base.database import Database
from tenor.core.merchants import service as merchants
from tenor.core.orders import links
from tenor.core.orders.model import Order
from tenor.faces.face import Platform
from tests.faces.checkout.buyer import BUSINESS, EMAIL, SIGNATORY, Buyer, filled_in, hidden, main_of
from tests.faces.checkout.shop import LinkOf, OpenShop, PlaceOrder, new_order, parsed


async def _wait(database: Database, order: Order, by: timedelta) -> None:
    async with database.transaction() as tx:
        await merchants.advance_clock(tx, order.merchant_id, by, "sandbox")


async def _letters(database: Database) -> list[str]:
    async with database.single_statement() as tx:
        rows = await tx.fetch("SELECT recipient FROM deliveries WHERE letter = 'sign_in_code' ORDER BY id")
    return [row["recipient"] for row in rows]


def _mailed(platform: Platform, order: Order) -> str:
    return links.mailed_url(platform.settings.public_url, platform.seal, order)


async def test_a_code_that_was_mailed_opens_the_business_step(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    waiting = await buyer.asks_for_a_code(link_of(await place_order()), " Buyer@Tuwaiq.example.com ")
    assert await _letters(database) == [EMAIL]
    page = parsed(await buyer.browser.get(waiting))
    assert EMAIL in main_of(page).get_text()
    response = await buyer.browser.post(waiting, data={"code": buyer.code_for(waiting)}, follow_redirects=True)
    assert response.status_code == 200
    assert parsed(response).h1.get_text() == "Your business"  # type: ignore[union-attr]
    assert EMAIL not in str(response.url), "an address in an address bar is read over shoulders"


async def test_a_wrong_code_opens_nothing_and_a_new_one_can_be_asked_for(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    waiting = await buyer.asks_for_a_code(link_of(await place_order()))
    wrong = f"{(int(buyer.code_for(waiting)) + 1) % 1_000_000:06}"
    for code, words in ((wrong, "not the right code"), ("", "six digits"), ("x", "not the right code")):
        answer = await buyer.browser.post(waiting, data={"code": code, "x": "y"})
        assert answer.status_code == 422
        assert words in parsed(answer).select_one(".errors").get_text()  # type: ignore[union-attr]
    again = parsed(await buyer.browser.get(waiting)).select("form")[1]
    answer = await buyer.browser.post(str(again["action"]), data=_fields(again))
    assert answer.status_code == 303
    assert await _letters(database) == [EMAIL, EMAIL]


def _fields(form: object) -> dict[str, str]:
    return {str(one["name"]): str(one["value"]) for one in form.select("input")}  # type: ignore[attr-defined]


async def test_a_code_of_one_order_opens_no_other(buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf) -> None:
    shop_order, other = await place_order(), link_of(await place_order())
    waiting = await buyer.asks_for_a_code(link_of(shop_order))
    elsewhere = f"{urlsplit(other).path}/you/{urlsplit(waiting).path.rpartition('/')[2]}"
    answer = await buyer.browser.post(elsewhere, data={"code": buyer.code_for(waiting)})
    assert answer.headers["location"].endswith("/you?lang=en&notice=asked")


async def test_a_code_that_is_too_old_leads_back_to_where_a_new_one_is_asked_for(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    waiting = await buyer.asks_for_a_code(link_of(order))
    await _wait(database, order, timedelta(minutes=15))
    answer = await buyer.browser.get(waiting, follow_redirects=True)
    assert "Ask for a new one" in parsed(answer).select_one(".notice").get_text()  # type: ignore[union-attr]


async def test_a_mailed_link_proves_the_address_by_itself_and_opening_it_changes_nothing(
    buyer: Buyer, platform: Platform, database: Database, place_order: PlaceOrder
) -> None:
    order = await place_order(new=new_order(customer_email="Buyer@Tuwaiq.example.com"))
    address = _mailed(platform, order)
    page = parsed(await buyer.browser.get(address))
    switch = page.select_one("nav a.switch")
    assert switch is not None
    assert parse_qs(str(switch["href"])[1:])["proof"] == [hidden(page)["proof"]]
    async with database.single_statement() as tx:
        assert await tx.fetchval("SELECT count(*) FROM checkout_progress") == 0
    form = page.select_one("main form")
    assert form is not None
    answer = await buyer.browser.post(str(form["action"]), data=hidden(page), follow_redirects=True)
    assert parsed(answer).h1.get_text() == "Your business"  # type: ignore[union-attr]
    you = await buyer.browser.get(str(answer.url).replace("/business", "/you"))
    assert EMAIL in main_of(parsed(you)).get_text()
    assert await _letters(database) == []


async def test_a_proof_of_another_order_proves_nothing(
    buyer: Buyer, platform: Platform, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order(new=new_order(customer_email=EMAIL))
    other = _mailed(platform, await place_order(new=new_order(customer_email=EMAIL)))
    proof = parse_qs(urlsplit(other).query)["proof"][0]
    for wrong in (proof, "", "x", "é", proof[:-1]):
        answer = await buyer.browser.post(f"{link_of(order)}/begin", data={"proof": wrong})
        assert answer.headers["location"] == f"{urlsplit(link_of(order)).path}/you?lang=en"


@pytest.mark.parametrize("step", ["order", "you", "business", "terms", "agreement", "done", "go-on"])
async def test_a_session_with_any_one_character_changed_opens_nothing(
    buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf, step: str
) -> None:
    session = await buyer.signs_in(link_of(await place_order()))
    before, _, stamp = session.rpartition("/")
    for place in range(len(stamp)):
        other = "A" if stamp[place] != "A" else "B"
        answer = await buyer.browser.get(f"{before}/{stamp[:place]}{other}{stamp[place + 1 :]}/{step}")
        assert answer.status_code == 404


async def test_a_session_of_one_order_opens_no_other(buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf) -> None:
    shop_order = await place_order()
    stamp = (await buyer.signs_in(link_of(shop_order))).rpartition("/")[2]
    other = urlsplit(link_of(await place_order())).path
    assert (await buyer.browser.get(f"{other}/{stamp}/business")).status_code == 404


async def test_a_step_can_not_be_skipped(buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf) -> None:
    session = await buyer.signs_in(link_of(await place_order()))
    for step in ("terms", "agreement"):
        answer = await buyer.browser.get(f"{session}/{step}")
        assert answer.headers["location"] == f"{session}/business?lang=en"
    await buyer.tells_business(session)
    answer = await buyer.browser.get(f"{session}/agreement")
    assert answer.headers["location"] == f"{session}/terms?lang=en"
    steps = parsed(await buyer.browser.get(f"{session}/terms")).select(".steps li")
    assert [bool(step.select("a")) for step in steps] == [True, True, True, False, False]
    assert steps[3].select_one("[aria-current=step]") is not None


async def test_a_session_ends_after_two_hours_and_the_buyer_goes_on_from_the_same_link_with_nothing_lost(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    session = await buyer.signs_in(link_of(order))
    await _wait(database, order, timedelta(hours=1, minutes=59))
    assert (await buyer.browser.get(f"{session}/business")).status_code == 200
    await _wait(database, order, timedelta(minutes=1, seconds=1))

    late = await buyer.tells_business(session)

    assert late.status_code == 303
    you = await buyer.browser.get(late.headers["location"])
    assert "your session has ended" in parsed(you).select_one(".notice").get_text()  # type: ignore[union-attr]
    for step in ("business", "terms", "agreement"):
        answer = await buyer.browser.get(f"{session}/{step}")
        assert answer.headers["location"].endswith("/you?lang=en&notice=ended")
        assert "Tuwaiq" not in answer.text
    again = await buyer.signs_in(link_of(order))
    assert (await buyer.browser.get(f"{again}/go-on")).headers["location"] == f"{again}/terms?lang=en"
    assert filled_in(parsed(await buyer.browser.get(f"{again}/business"))) == BUSINESS


async def test_on_another_device_the_same_buyer_goes_on_where_the_first_one_stopped(
    buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    link = link_of(await place_order())
    await buyer.arrives_at_the_agreement(link, offer="parts3")
    other_device = await buyer.signs_in(link)
    assert (
        (await buyer.browser.get(f"{other_device}/go-on")).headers["location"].startswith(f"{other_device}/agreement")
    )
    page = parsed(await buyer.browser.get(f"{other_device}/terms"))
    assert [one["value"] for one in page.select("input[checked]")] == ["parts3"]


async def test_somebody_else_with_the_same_link_sees_nothing_of_what_the_first_one_typed(
    buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    link = link_of(await place_order())
    await buyer.arrives_at_the_agreement(link)
    other = await buyer.signs_in(link, "other@example.com")
    page = await buyer.browser.get(f"{other}/business")
    assert set(filled_in(parsed(page)).values()) == {""}
    for address in (link, f"{link}/you"):
        assert "uwaiq" not in (await buyer.browser.get(address)).text


async def test_a_known_buyer_is_greeted_skips_the_business_and_may_still_change_it(
    buyer: Buyer, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    first = await buyer.arrives_at_the_agreement(link_of(await place_order(await open_shop())))
    await buyer.accepts(first)

    session = await buyer.signs_in(link_of(await place_order(await open_shop("Another Shop"))))

    page = await buyer.browser.get(f"{session}/go-on", follow_redirects=True)
    assert str(page.url.path) == f"{session}/terms"
    assert "Welcome back, Tuwaiq Builders." in main_of(parsed(page)).get_text()
    await buyer.tells_business(session, legal_name="Tuwaiq Holding")
    await buyer.chooses(session)
    await buyer.accepts(session)
    third = await buyer.signs_in(link_of(await place_order(await open_shop())))
    assert "Tuwaiq Holding" in (await buyer.browser.get(f"{third}/terms")).text
    stranger = await buyer.signs_in(link_of(await place_order()), "stranger@example.com")
    assert "Tuwaiq" not in (await buyer.browser.get(f"{stranger}/business")).text


async def test_what_is_known_from_one_country_is_asked_again_where_another_asks_for_more(
    buyer: Buyer, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    await buyer.accepts(await buyer.arrives_at_the_agreement(link_of(await place_order())))
    session = await buyer.signs_in(link_of(await place_order(await open_shop(country="US"))))
    page = await buyer.browser.get(f"{session}/go-on", follow_redirects=True)
    assert str(page.url.path) == f"{session}/business"
    assert filled_in(parsed(page))["signatory"] == SIGNATORY


async def test_a_request_that_was_declined_leaves_no_profile(
    buyer: Buyer, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    declined = await buyer.arrives_at_the_agreement(link_of(await place_order(await open_shop(order_limit=1))))
    await buyer.accepts(declined)
    session = await buyer.signs_in(link_of(await place_order()))
    assert set(filled_in(parsed(await buyer.browser.get(f"{session}/business"))).values()) == {""}


async def test_who_asked_for_terms_sees_from_the_same_link_how_they_stand(
    buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    link = link_of(await place_order())
    await buyer.accepts(await buyer.arrives_at_the_agreement(link))
    closed = parsed(await buyer.browser.get(link))
    way = closed.select_one("main a")
    assert way is not None
    asked = parsed(await buyer.browser.get(str(way["href"])))
    assert "Tuwaiq" not in asked.get_text()
    session = await buyer.signs_in(link)
    done = await buyer.browser.get(f"{session}/go-on", follow_redirects=True)
    assert str(done.url.path) == f"{session}/done"
    for step in ("order", "business", "terms", "agreement"):
        assert (await buyer.browser.get(f"{session}/{step}")).headers["location"] == f"{session}/done?lang=en"


async def test_looking_at_any_step_changes_nothing(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    session = await buyer.arrives_at_the_agreement(link_of(await place_order()))
    async with database.single_statement() as tx:
        before = await tx.fetch("SELECT * FROM checkout_progress")
        for step in ("order", "you", "business", "terms", "agreement", "go-on", "left", "done"):
            seen = await buyer.browser.get(f"{session}/{step}")
            head = await buyer.browser.head(f"{session}/{step}")
            assert (head.status_code, head.content) == (seen.status_code, b"")
        assert await tx.fetch("SELECT * FROM checkout_progress") == before
