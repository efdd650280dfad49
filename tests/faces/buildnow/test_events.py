"""What the buyer's browser carries back, the words for every state, and the programme that a partner begins with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import msgspec
import pytest

from tenor.core.events.model import EventType
from tenor.core.orders import service as orders
from tenor.core.orders import store as order_store
from tenor.core.orders.model import Order, State
from tenor.faces.buildnow.events import NAME
from tenor.faces.buildnow.mapping import STATUS, states
from tenor.faces.buildnow.returns import programme, return_url
from tenor.faces.face import Departure
from tests.faces.buildnow.partner import SHOP, Partner

COMPLETED = Departure("completed", "")


def test_every_state_has_a_word_of_the_documentation() -> None:
    assert set(STATUS) == set(State)
    assert STATUS[State.TERMS_SELECTED] == STATUS[State.ORDER_PLACED] == "placed"
    assert {state for word in STATUS.values() for state in states(word)} == set(State)


def test_every_documented_event_has_one_cause() -> None:
    assert {event: NAME.get(event) for event in EventType if event in NAME} == {
        EventType.ORDER_UNDER_REVIEW: "client_under_review",
        EventType.ORDER_TERMS_SELECTED: "purchase_placed",
        EventType.ORDER_CONFIRMED: "purchase_approved",
        EventType.ORDER_DECLINED: "purchase_declined",
    }


async def an_order(partner: Partner, redirection_url: str = f"{SHOP}/back") -> Order:
    created = await partner.created(redirection_url=redirection_url)
    async with partner.platform.database.single_statement() as tx:
        order = await order_store.find(tx, partner.merchant_id, UUID(created["id"]))
    assert order is not None
    return order


def carried(url: str | None) -> dict[str, str]:
    assert url is not None
    assert urlsplit(url).path == "/back"
    return dict(parse_qsl(urlsplit(url).query, strict_parsing=True, keep_blank_values=True))


async def test_who_chose_terms_carries_that_the_purchase_was_placed(partner: Partner) -> None:
    order = await an_order(partner)
    confirmed = await partner.choose_terms(str(order.id))
    assert confirmed.state == State.ORDER_CONFIRMED
    assert confirmed.terms is not None
    accepted = confirmed.terms.accepted_at
    confirmed = msgspec.structs.replace(confirmed, updated_at=accepted + timedelta(days=1))
    assert carried(return_url(confirmed, COMPLETED)) == {
        "event_type": "purchase_placed",
        "purchase_order_id": str(order.id),
        "partner_order_reference": order.reference,
        "status": "placed",
        "occurred_at": accepted.isoformat().replace("+00:00", "Z"),
    }


async def test_the_browser_does_not_tell_that_credit_declined(partner: Partner) -> None:
    order = await an_order(partner)
    declined = msgspec.structs.replace(order, state=State.DECLINED)
    assert carried(return_url(declined, COMPLETED))["event_type"] == "purchase_placed"
    assert carried(return_url(declined, COMPLETED))["status"] == "placed"


async def test_who_waits_for_a_person_carries_that(partner: Partner) -> None:
    order = await an_order(partner)
    moment = datetime(2026, 4, 17, 10, 30, tzinfo=UTC)
    waiting = msgspec.structs.replace(order, state=State.UNDER_REVIEW, updated_at=moment)
    assert carried(return_url(waiting, COMPLETED)) == {
        "event_type": "client_under_review",
        "purchase_order_id": str(order.id),
        "partner_order_reference": order.reference,
        "status": "under_review",
        "occurred_at": "2026-04-17T10:30:00Z",
    }


async def test_who_leaves_before_carries_why_and_no_event(partner: Partner) -> None:
    order = await an_order(partner)
    assert carried(return_url(order, Departure("closed", "The buyer canceled."))) == {
        "purchase_order_id": str(order.id),
        "partner_order_reference": order.reference,
        "message": "The buyer canceled.",
        "status": "created",
    }


async def test_the_partners_own_parameters_survive_and_none_is_doubled(partner: Partner) -> None:
    order = await an_order(partner, f"{SHOP}/back?cart=7&status=mine#top")
    url = return_url(order, COMPLETED)
    assert url is not None
    assert url.startswith(f"{SHOP}/back?cart=7&status=mine&purchase_order_id=")
    assert url.endswith("#top")
    assert url.count("status=") == 1


@pytest.mark.parametrize("departure", [COMPLETED, Departure("closed", "x")])
async def test_without_a_redirection_url_the_buyer_stays(departure: Departure, partner: Partner) -> None:
    assert return_url(await an_order(partner, ""), departure) is None


@pytest.mark.parametrize(("currency", "unit"), [("SAR", 100), ("KWD", 1000), ("JPY", 1)])
def test_a_partner_begins_with_a_million_an_order_in_its_own_currency(currency: str, unit: int) -> None:
    agreed = programme(currency)
    assert (agreed.order_limit, agreed.exposure_limit) == (1_000_000 * unit, 2_000_000 * unit)
    assert agreed.confirms_itself
    assert agreed.time_zone == "Asia/Riyadh"
    assert {(rule.kind, rule.days or rule.months) for rule in agreed.offers} == {
        ("net", 30), ("net", 60), ("net", 90), ("instalments", 3), ("instalments", 6),
    }  # fmt: skip


async def test_a_buyer_is_offered_every_term_of_the_programme(partner: Partner) -> None:
    order = await an_order(partner)
    offers = orders.offers(await partner.merchant(), order, order.created_at)
    assert [offer.rule.code for offer in offers] == ["net30", "net60", "net90", "instalments3", "instalments6"]
    assert offers[0].to_pay == 116_725_00
