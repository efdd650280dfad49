"""The buyer accepts, is declined, or leaves: what happens to the order and where the browser goes."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import msgspec

from tenor.base.database import Database
from tenor.core.buyers.identity import Business
from tenor.core.events import store as events
from tenor.core.events.model import EventType
from tenor.core.merchants import service as merchants
from tenor.core.orders import store as order_store
from tenor.core.orders.model import Order, State
from tests.faces.checkout.buyer import BUSINESS, EMAIL, SIGNATORY, Buyer, forward_of, hidden, main_of
from tests.faces.checkout.shop import PROGRAMME, SHOP, LinkOf, OpenShop, PlaceOrder, new_order, parsed

_OF_THE_ORDER = ("Najd", "PO-2031", "113,500", "Tuwaiq")


async def _now(database: Database, order: Order) -> Order:
    async with database.single_statement() as tx:
        found = await order_store.find(tx, order.merchant_id, order.id)
    assert found is not None
    return found


async def _told(database: Database, order: Order) -> list[EventType]:
    async with database.single_statement() as tx:
        return [event.type for event in await events.of_order(tx, order.merchant_id, order.id)]


def _query(url: str | None) -> dict[str, list[str]]:
    assert url is not None
    return parse_qs(urlsplit(url).query)


async def test_accepting_selects_the_terms_and_leads_to_the_shops_success_url(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    session = await buyer.arrives_at_the_agreement(link_of(order), offer="parts3")
    offers = parsed(await buyer.browser.get(f"{session}/terms"))

    done = await buyer.settles(session, await buyer.accepts(session))

    assert done.status_code == 200
    forward = forward_of(parsed(done))
    assert forward is not None
    assert forward.startswith("https://shop.example.com/thanks?cart=7&")
    assert _query(forward)["state"] == ["terms_selected"]
    visible = parsed(done).select_one("main a.button")
    assert visible is not None
    assert visible["href"] == forward
    after = await _now(database, order)
    assert after.state == State.TERMS_SELECTED
    assert after.terms is not None
    assert (after.terms.company_name, after.terms.email) == ("Tuwaiq Builders", EMAIL)
    assert after.terms.signed_by == SIGNATORY
    assert after.terms.business == Business(**BUSINESS | {"phone": "+966115550100"})
    days = [node["datetime"] for node in offers.select("#offer-3-facts time")]
    assert [part.due_on.isoformat() for part in after.terms.offer.schedule] == days
    assert [node["datetime"] for node in parsed(done).select("time")] == days


async def test_a_form_leads_to_its_own_step_in_the_same_language(
    buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    session = await buyer.arrives_at_the_agreement(link_of(await place_order()))
    for step in ("agreement", "terms", "business"):
        page = parsed(await buyer.browser.get(f"{session}/{step}", params={"lang": "ar"}))
        actions = [str(form["action"]) for form in page.select("form[method=post]")]
        assert actions == [f"{session}/{step}?lang=ar", f"{session}/leave?lang=ar"]
        again = await buyer.browser.post(actions[0], data={"legal_name": "", "offer": ""})
        if again.status_code == 422:
            assert parsed(again).html["lang"] == "ar"  # type: ignore[index]
        else:
            assert again.headers["location"].startswith(f"{session}/terms?lang=ar")


async def test_the_letters_go_on_in_the_language_of_the_acceptance(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    session = await buyer.arrives_at_the_agreement(link_of(order))
    form = await buyer.signed(session, language="ar")
    await buyer.browser.post(f"{session}/agreement?lang=ar", data=form)
    terms = (await _now(database, order)).terms
    assert terms is not None
    assert terms.language == "ar"


async def test_in_a_programme_that_confirms_itself_the_order_is_confirmed_when_the_buyer_returns(
    buyer: Buyer, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    session = await buyer.arrives_at_the_agreement(link_of(await place_order(await open_shop(confirms_itself=True))))
    done = await buyer.settles(session, await buyer.accepts(session))
    assert _query(forward_of(parsed(done)))["state"] == ["order_confirmed"]


async def test_without_a_return_url_the_buyer_stays_on_a_page_that_says_what_was_agreed(
    buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    session = await buyer.arrives_at_the_agreement(link_of(await place_order(new=new_order(face="staying"))))
    form = await buyer.signed(session, language="ar")
    done = await buyer.settles(session, await buyer.browser.post(f"{session}/agreement?lang=ar", data=form))
    page = parsed(done)
    assert done.status_code == 200
    assert page.html["dir"] == "rtl"  # type: ignore[index]
    assert forward_of(page) is None
    assert [str(link["href"]) for link in page.select("main a")] == [f"{session}/agreement.pdf?lang=ar"]
    assert "113,500.00" in main_of(page).get_text()


async def test_what_was_agreed_is_told_to_nobody_who_only_has_the_link(
    buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    link = link_of(await place_order(new=new_order(face="staying")))
    session = await buyer.arrives_at_the_agreement(link)
    await buyer.accepts(session)
    stranger = await buyer.signs_in(link, "stranger@example.com")
    for address in (link, f"{link}/you", f"{link}/done", f"{link}/you/done", f"{stranger}/go-on", f"{stranger}/done"):
        answer = await buyer.browser.get(address)
        assert answer.status_code in (200, 404, 410)
        assert not any(secret in answer.text for secret in (*_OF_THE_ORDER, EMAIL)), address


async def test_an_outcome_that_is_not_the_orders_leads_back_to_the_steps(
    buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    session = await buyer.signs_in(link_of(await place_order()))
    for outcome in ("done", "review", "declined"):
        response = await buyer.browser.get(f"{session}/{outcome}")
        assert (response.status_code, response.headers["location"]) == (303, f"{session}/business?lang=en")


async def test_a_declined_buyer_reads_a_polite_page_with_a_reason_the_way_back_and_no_rule(
    buyer: Buyer, database: Database, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order(await open_shop(order_limit=1))
    session = await buyer.arrives_at_the_agreement(link_of(order))
    form = await buyer.signed(session)
    response = await buyer.settles(session, await buyer.browser.post(f"{session}/agreement", data=form))
    assert response.status_code == 200
    assert (await _now(database, order)).state == State.DECLINED
    page = parsed(response)
    back = page.select_one("a.button")
    assert back is not None
    assert str(back["href"]).startswith("https://back.example.com/cart?cart=7&")
    assert "declined" in parse_qs(str(back["href"]))["message"][0]
    assert forward_of(page) is None
    assert SHOP in back.get_text()
    assert "larger than what we can finance at this shop" in main_of(page).get_text()
    assert not any(word in response.text for word in ("order_limit", "exposure", "limit"))
    again = await buyer.settles(session, await buyer.browser.post(f"{session}/agreement", data=form))
    assert again.text == response.text
    assert await _told(database, order) == [EventType.ORDER_CREATED, EventType.ORDER_DECLINED]
    assert (await buyer.browser.get(link_of(order))).status_code == 410


async def test_a_buyer_who_owes_too_much_reads_that_as_the_reason(
    buyer: Buyer, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    session = await buyer.arrives_at_the_agreement(link_of(await place_order(await open_shop(exposure_limit=1))))
    response = await buyer.settles(session, await buyer.accepts(session))
    assert "together with what your company has agreed to pay" in parsed(response).get_text()
    assert not any(word in response.text for word in ("exposure", "limit"))


async def test_a_declined_buyer_without_a_return_url_may_close_the_page(
    buyer: Buyer, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    link = link_of(await place_order(await open_shop(order_limit=1), new_order(face="staying")))
    session = await buyer.arrives_at_the_agreement(link)
    response = await buyer.settles(session, await buyer.accepts(session))
    assert "You may close this page." in response.text
    assert parsed(response).select("main a") == []


async def test_a_request_under_review_has_a_page_that_says_what_comes_next_by_when_and_whom_to_ask(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    session = await buyer.arrives_at_the_agreement(link_of(order))
    async with database.transaction() as tx:
        # No command of the core leads there yet.
        await tx.execute("UPDATE orders SET state = 'under_review' WHERE id = $1", order.id)
    answer = await buyer.settles(session, await buyer.browser.get(f"{session}/go-on"))
    page = parsed(answer)
    assert page.h1 is not None
    assert page.h1.get_text() == "We are looking at your request"
    words = main_of(page).get_text()
    last_day = order.expires_at + timedelta(hours=3)
    assert f"{last_day:%B} {last_day.day}, {last_day.year}" in words
    assert EMAIL in words
    assert f"ask {SHOP}" in words
    assert "under review" in parse_qs(str(page.select_one("a.button")["href"]))["message"][0]  # type: ignore[index]


async def test_a_double_click_ends_on_the_same_page_and_does_nothing_twice(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    session = await buyer.arrives_at_the_agreement(link_of(order))
    form = await buyer.signed(session)
    first = await buyer.browser.post(f"{session}/agreement", data=form)
    second = await buyer.browser.post(f"{session}/agreement", data=form)
    assert second.status_code == 303
    assert second.headers["location"] == first.headers["location"]
    assert (await buyer.settles(session, second)).text == (await buyer.settles(session, first)).text
    assert await _told(database, order) == [EventType.ORDER_CREATED, EventType.ORDER_TERMS_SELECTED]


async def test_another_buyers_acceptance_of_a_used_link_is_refused_and_learns_nothing(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    other = await buyer.arrives_at_the_agreement(link_of(order), "other@example.com")
    late = await buyer.signed(other)
    session = await buyer.arrives_at_the_agreement(link_of(order))
    await buyer.accepts(session)
    answers = [
        await buyer.browser.get(f"{other}/{step}") for step in ("order", "business", "terms", "agreement", "done")
    ]
    answers += [await buyer.browser.post(f"{other}/agreement", data=late)]
    for answer in answers:
        assert answer.status_code == 410
        assert not any(secret in answer.text for secret in _OF_THE_ORDER)
    assert (await _told(database, order))[1:] == [EventType.ORDER_TERMS_SELECTED]


async def test_a_second_tab_that_accepts_other_terms_is_shown_what_was_agreed_and_not_sent_on(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    session = await buyer.arrives_at_the_agreement(link_of(order), offer="net30")
    one_tab = await buyer.signed(session)
    await buyer.chooses(session, "parts3")
    other_tab = await buyer.signed(session)
    assert one_tab["offer"] == "net30"

    await buyer.browser.post(f"{session}/agreement", data=one_tab)
    late = await buyer.settles(session, await buyer.browser.post(f"{session}/agreement", data=other_tab))

    page = parsed(late)
    assert "These terms were agreed before" in main_of(page).get_text()
    assert forward_of(page) is None
    terms = (await _now(database, order)).terms
    assert terms is not None
    assert terms.offer.rule.code == "net30"
    assert [node["datetime"] for node in page.select("time")] == [terms.offer.schedule[0].due_on.isoformat()]
    assert (await _told(database, order))[1:] == [EventType.ORDER_TERMS_SELECTED]


async def test_sixteen_identical_acceptances_at_once_do_one_thing_and_get_one_answer(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    session = await buyer.arrives_at_the_agreement(link_of(order), offer="month2")
    form = await buyer.signed(session)
    answers = await asyncio.gather(*(buyer.browser.post(f"{session}/agreement", data=form) for _ in range(16)))
    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {
        (303, answers[0].headers["location"])
    }
    assert await _told(database, order) == [EventType.ORDER_CREATED, EventType.ORDER_TERMS_SELECTED]
    async with database.single_statement() as tx:
        assert await tx.fetchval("SELECT sum(amount) FROM buyer_exposures") == (await _now(database, order)).exposure


async def test_of_different_buyers_who_accept_at_once_exactly_one_wins(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    emails = [f"buyer{n}@tuwaiq.example.com" for n in range(8)]
    sessions = [await buyer.arrives_at_the_agreement(link_of(order), email) for email in emails]
    forms = [await buyer.signed(session) for session in sessions]
    answers = await asyncio.gather(
        *(buyer.browser.post(f"{session}/agreement", data=form) for session, form in zip(sessions, forms, strict=True))
    )
    assert sorted(answer.status_code for answer in answers) == [303] + [410] * 7
    won = emails[[answer.status_code for answer in answers].index(303)]
    terms = (await _now(database, order)).terms
    assert terms is not None
    assert terms.email == won


async def test_leaving_leads_to_the_close_url_from_every_step_and_the_same_link_still_works(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    link = urlsplit(link_of(order)).path
    session = await buyer.arrives_at_the_agreement(link)
    pages = [link, f"{link}/you", await buyer.asks_for_a_code(link)]
    pages += [f"{session}/{step}" for step in ("order", "you", "business", "terms", "agreement")]
    for address in pages:
        button = parsed(await buyer.browser.get(address)).select("button")[-1]
        assert button.get_text(strip=True) == f"Cancel and return to{SHOP}", address
        form = button.find_parent("form")
        assert form is not None
        leaving = await buyer.browser.post(str(form["action"]))
        assert leaving.status_code == 303
        left = parsed(await buyer.browser.get(leaving.headers["location"]))
        forward = forward_of(left)
        assert forward is not None
        assert forward.startswith("https://back.example.com/cart?cart=7&")
        assert "cancelled" in _query(forward)["message"][0]
        shop, back = left.select("main a")
        assert shop["href"] == forward
        assert (await buyer.browser.get(str(back["href"]))).status_code == 200
    assert await _now(database, order) == order


async def test_leaving_without_a_return_url_ends_on_a_page_that_leads_back(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order(new=new_order(face="staying"))
    page = parsed(await buyer.browser.get(link_of(order)))
    assert page.select("button")[-1].get_text(strip=True) == "Cancel"
    response = await buyer.browser.post(f"{link_of(order)}/leave", follow_redirects=True)
    assert response.status_code == 200
    assert "You may close this page" in response.text
    assert forward_of(parsed(response)) is None
    back = parsed(response).select_one("main a")
    assert back is not None
    assert (await buyer.browser.get(str(back["href"]))).status_code == 200
    assert await _now(database, order) == order


async def test_offers_that_changed_since_the_page_was_opened_have_to_be_accepted_anew(
    buyer: Buyer, database: Database, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order(await open_shop())
    session = await buyer.arrives_at_the_agreement(link_of(order))
    form = await buyer.signed(session)
    dearer = msgspec.structs.replace(
        PROGRAMME,
        offers=tuple(msgspec.structs.replace(rule, buyer_fee_bps=rule.buyer_fee_bps + 50) for rule in PROGRAMME.offers),
    )
    async with database.transaction() as tx:
        await tx.execute(
            "UPDATE programmes SET agreed = $2 WHERE merchant_id = $1",
            order.merchant_id, msgspec.json.encode(dearer).decode(),
        )  # fmt: skip
    response = await buyer.browser.post(f"{session}/agreement", data=form)
    assert response.status_code == 422
    page = parsed(response)
    assert "have changed since you opened this page" in page.select_one(".errors").get_text()  # type: ignore[union-attr]
    assert page.select_one("#agree[checked]") is None
    assert page.select_one("#signature")["value"] == SIGNATORY  # type: ignore[index]
    assert (await _now(database, order)).state == State.NEW
    # Who opens the agreement only now is told as well, once.
    assert "have changed since you chose" in (await buyer.browser.get(f"{session}/agreement")).text
    again = hidden(page) | {"signature": SIGNATORY, "agree": "yes"}
    assert (await buyer.browser.post(f"{session}/agreement", data=again)).status_code == 303


async def test_an_offer_that_is_withdrawn_leads_back_to_those_that_are_left(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    session = await buyer.arrives_at_the_agreement(link_of(order))
    form = await buyer.signed(session)
    fewer = msgspec.structs.replace(PROGRAMME, offers=PROGRAMME.offers[1:])
    async with database.transaction() as tx:
        await tx.execute(
            "UPDATE programmes SET agreed = $2 WHERE merchant_id = $1",
            order.merchant_id, msgspec.json.encode(fewer).decode(),
        )  # fmt: skip
    late = await buyer.settles(session, await buyer.browser.post(f"{session}/agreement", data=form))
    assert "have changed meanwhile" in parsed(late).select_one(".notice").get_text()  # type: ignore[union-attr]
    assert len(parsed(late).select(".offer")) == 2
    assert (await buyer.browser.get(f"{session}/agreement")).headers["location"].startswith(f"{session}/terms")


async def test_a_day_that_passes_on_the_merchants_clock_changes_what_is_agreed(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    await buyer.accepts(await buyer.arrives_at_the_agreement(link_of(order)))
    other = await place_order()
    old = await buyer.arrives_at_the_agreement(link_of(other))
    form = await buyer.signed(old)
    async with database.transaction() as tx:
        await merchants.advance_clock(tx, other.merchant_id, timedelta(days=1), "sandbox")
    session = await buyer.signs_in(link_of(other))
    assert (await buyer.browser.post(f"{session}/agreement", data=form)).status_code == 422
    assert (await _now(database, other)).state == State.NEW
    assert (await buyer.accepts(session)).status_code == 303


async def test_the_mark_of_the_offers_shown_tells_nothing_of_what_the_merchant_pays(
    buyer: Buyer, open_shop: OpenShop, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    dearer = tuple(msgspec.structs.replace(rule, merchant_fee_bps=900) for rule in PROGRAMME.offers)
    marks = []
    for rules in (PROGRAMME.offers, dearer):
        session = await buyer.arrives_at_the_agreement(link_of(await place_order(await open_shop(offers=rules))))
        terms = parsed(await buyer.browser.get(f"{session}/terms"))
        marks.append((hidden(terms)["shown"], (await buyer.signed(session))["shown"]))
    assert marks[0] == marks[1]


async def test_the_company_that_another_tab_has_changed_has_to_be_accepted_anew(
    buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    session = await buyer.arrives_at_the_agreement(link_of(order))
    form = await buyer.signed(session)
    await buyer.tells_business(session, legal_name="Another Company")
    response = await buyer.browser.post(f"{session}/agreement", data=form)
    assert response.status_code == 422
    assert (await _now(database, order)).state == State.NEW
