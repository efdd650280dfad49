"""What the demo's shop does with the webhooks that it receives."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook

from tenor.demo.catalogue import Dialect
from tenor.demo.hearing import Hearing, NotHeard
from tenor.demo.inbox import Arrival, Inbox
from tenor.demo.shop import wording
from tenor.demo.shop.languages import languages

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER = "whsec_" + base64.b64encode(bytes(32)).decode()


def body(event_type: str, number: int, reference: str = "HS-1") -> bytes:
    return json.dumps({"type": event_type, "number": number, "data": {"reference": reference}}).encode()


def receive(inbox: Inbox, content: bytes, webhook_id: str, secret: str = SECRET, dialect: Dialect = "backd") -> Arrival:
    now = datetime.now(UTC)
    signature = Webhook(secret).sign(webhook_id, now, content.decode())
    headers = {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    return inbox.take(dialect, headers, content, now)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox({"backd": SECRET, "buildnow": SECRET})


def hearing(inbox: Inbox, *heard: str) -> Hearing:
    return Hearing(inbox, "backd", "HS-1", lambda _: None, list(heard))


def test_an_event_that_comes_again_is_counted_and_not_noted_again(inbox: Inbox) -> None:
    first = receive(inbox, body("order.created", 1), "evt_1")
    again = receive(inbox, body("order.created", 1), "evt_1")
    assert (first.times, again.times) == (1, 2)
    assert inbox.all() == (again,)


def test_one_who_can_not_sign_takes_no_place_of_an_event(inbox: Inbox) -> None:
    receive(inbox, body("order.canceled", 1), "evt_1", OTHER)
    real = receive(inbox, body("order.created", 1), "evt_1")
    receive(inbox, body("order.canceled", 1), "evt_1", OTHER)
    assert [one.verified for one in inbox.all()] == [False, True, False]
    assert real.times == 1


def test_what_an_event_means_is_said_only_of_one_that_tenor_signed(inbox: Inbox) -> None:
    receive(inbox, body("order.canceled", 1), "evt_1", OTHER)
    receive(inbox, body("order.created", 1), "evt_1")
    assert [wording.event(languages()["en"], one).meaning for one in inbox.all()] == ["", "The order was made."]


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b'{"data": 7, "type": 8, "number": "x"}'])
def test_what_is_no_event_is_noted_as_what_it_is(inbox: Inbox, content: bytes) -> None:
    for dialect in ("backd", "buildnow"):
        arrival = inbox.take(dialect, {}, content, datetime.now(UTC))
        assert (arrival.verified, arrival.type, arrival.reference, arrival.number) == (False, "", "", None)


def test_only_the_latest_are_kept(inbox: Inbox) -> None:
    for number in range(1, 701):
        receive(inbox, body("order.updated", number), f"evt_{number}")
    assert [one.number for one in inbox.all()] == list(range(201, 701))


@pytest.mark.parametrize(
    ("arrivals", "complaint"),
    [
        ([("order.created", 1, "a"), ("order.created", 1, "a"), ("order.placed", 2, "b")], "more than once"),
        ([("order.created", 1, "a"), ("order.placed", 3, "c")], r"numbers are \[1, 3\]"),
        ([("order.created", 1, "a"), ("order.placed", 2, "b"), ("order.expired", 3, "c")], "order.expired"),
    ],
)
def test_a_walk_does_not_pass_over_an_event_too_many_or_too_few(
    inbox: Inbox, arrivals: list[tuple[str, int, str]], complaint: str
) -> None:
    for event_type, number, webhook_id in arrivals:
        receive(inbox, body(event_type, number), webhook_id)
    with pytest.raises(NotHeard, match=complaint):
        hearing(inbox, "order.created", "order.placed").expect_no_more()


def test_a_walk_does_not_pass_over_a_wrong_signature_or_another_event(inbox: Inbox) -> None:
    receive(inbox, body("order.created", 1), "a")
    with pytest.raises(NotHeard, match=r"order\.created instead of order\.placed"):
        hearing(inbox).expect("order.placed")
    receive(inbox, body("order.placed", 2), "b", OTHER)
    with pytest.raises(NotHeard, match=r"signature of order\.placed is wrong"):
        hearing(inbox, "order.created").expect("order.placed")


async def test_nobody_waits_longer_than_asked(inbox: Inbox) -> None:
    assert await inbox.wait(0, 0.01) == 0
    receive(inbox, body("order.created", 1), "a")
    assert await inbox.wait(0, 60) == 1
