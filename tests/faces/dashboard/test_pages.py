"""What a developer sees and does: deliveries, endpoints, events, sending again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest
from bs4 import BeautifulSoup
from standardwebhooks import Webhook

from tenor.core.deliveries import service as deliveries
from tenor.core.deliveries import troubles
from tenor.core.deliveries.model import Delivery
from tenor.core.dispatch.model import Attempt, DeliveryState
from tenor.core.events.model import EventType, event_id
from tenor.core.merchants.signin.model import Act
from tenor.core.webhooks import service as webhooks
from tenor.core.webhooks.model import Endpoint
from tenor.faces.dashboard import wording
from tenor.faces.dashboard.pages import Times, spoken
from tenor.faces.face import Platform
from tests.core.deliveries.conftest import Post
from tests.faces.dashboard.conftest import Developer
from tests.receiver import OK, Receiver, answering, status


def _rows(page: httpx.Response) -> list[str]:
    """The lines of a list, each as its words."""
    return [" ".join(one.get_text(" ").split()) for one in BeautifulSoup(page.text, "html.parser").select(".rows > li")]


def _words(page: httpx.Response) -> str:
    return " ".join(BeautifulSoup(page.text, "html.parser").get_text(" ").split())


async def _one(post: Post, endpoint: Endpoint) -> Delivery:
    return (await post.deliveries(endpoint.lane))[-1]


async def test_the_home_page_says_how_each_endpoint_stands(
    developer: Developer, post: Post, receiver: Receiver
) -> None:
    assert "no endpoint yet" in _words(await developer.get(""))
    endpoint = await post.endpoint(receiver.url)
    assert "Every endpoint takes what is sent to it" in _words(await developer.get(""))
    receiver.behave = answering(status(500))
    await developer.trade.create()
    await post.drain()
    page = _words(await developer.get(""))
    assert "1 endpoint needs you" in page
    assert "Failing since" in page
    assert "Waiting 1" in page
    receiver.behave = answering(status(410))
    await post.replay(await _one(post, endpoint))
    await post.drain()
    page = _words(await developer.get(""))
    assert "It was switched off because your server answered 410." in page
    assert "Given up 1" in page


async def test_a_delivery_shows_the_exact_bytes_and_what_came_back(
    developer: Developer, post: Post, receiver: Receiver
) -> None:
    endpoint = await post.endpoint(receiver.url)
    receiver.behave = answering(b"HTTP/1.1 500 Oops\r\nContent-Length: 9\r\n\r\nTraceback")
    order = await developer.trade.create()
    await post.drain()
    delivery = await _one(post, endpoint)
    page = await developer.get(f"/deliveries/{delivery.id}")
    pre = [one.get_text() for one in BeautifulSoup(page.text, "html.parser").select("pre")]
    exact = receiver.heard[0].body.decode()
    assert exact in pre
    assert msgspec.json.format(receiver.heard[0].body, indent=2).decode() in pre
    assert f"webhook-id: {receiver.heard[0].id}" in page.text
    assert f"webhook-timestamp: {receiver.heard[0].headers['webhook-timestamp']}" in page.text
    assert receiver.heard[0].headers["user-agent"] in page.text
    assert "Traceback" in pre
    assert "Your server failed" in page.text
    assert "The next attempt is at" in page.text
    assert event_id(order.id, 1) in page.text
    body = await developer.get(f"/deliveries/{delivery.id}/body")
    assert body.content == receiver.heard[0].body
    assert body.headers["content-disposition"].startswith("attachment")


async def test_a_delivery_is_sent_again_and_the_log_says_so(
    developer: Developer, post: Post, receiver: Receiver
) -> None:
    endpoint = await post.endpoint(receiver.url)
    await developer.trade.create()
    await post.drain()
    delivery = await _one(post, endpoint)
    answer = await developer.post(f"/deliveries/{delivery.id}")
    assert answer.headers["location"] == f"/dashboard/deliveries/{delivery.id}?said=replayed"
    await post.drain()
    first, again = receiver.heard
    assert (first.id, first.body) == (again.id, again.body)
    acts = await developer.acts()
    assert (acts[0].act, acts[0].subject) == (Act.DELIVERY_REPLAYED, str(delivery.id))
    assert "Sent a delivery again" in (await developer.get("/access")).text


async def test_who_asks_for_it_by_hand_does_not_wait_for_a_pause_to_end(
    developer: Developer, post: Post, receiver: Receiver
) -> None:
    endpoint = await post.endpoint(receiver.url)
    receiver.behave = answering(status(503, "Retry-After: 3000"))
    await developer.trade.create()
    await post.drain()
    assert (await post.fresh(endpoint)).paused_until is not None
    receiver.behave = answering(OK)
    await developer.post(f"/deliveries/{(await _one(post, endpoint)).id}")
    await post.drain()
    assert (await _one(post, endpoint)).state == DeliveryState.DELIVERED


async def test_everything_since_a_time_is_counted_and_then_sent_again(
    developer: Developer, post: Post, receiver: Receiver
) -> None:
    endpoint = await post.endpoint(receiver.url)
    for _ in range(3):
        await developer.trade.create()
    await post.drain()
    # Chicago is five hours behind in summer and six in winter: a field for date and time names no zone.
    local = developer.trade.merchant.programme.time_zone
    assert local == "America/Chicago"
    form = BeautifulSoup((await developer.get(f"/endpoints/{endpoint.id}")).text, "html.parser")
    field = form.select_one("input[name=since]")
    assert field is not None
    asked = await developer.get(f"/endpoints/{endpoint.id}/replay", since=str(field["value"]))
    assert "Send 3 events again?" in asked.text
    hidden = BeautifulSoup(asked.text, "html.parser").select_one("input[name=since]")
    assert hidden is not None
    assert len(receiver.heard) == 3, "asking sends nothing"
    answer = await developer.post(f"/endpoints/{endpoint.id}/replay", since=str(hidden["value"]))
    assert answer.headers["location"].endswith("?said=replayed_since")
    await post.drain()
    assert len(receiver.heard) == 6
    assert len({one.id for one in receiver.heard}) == 3
    done = (await developer.acts())[0]
    assert (done.act, done.detail["events"]) == (Act.ENDPOINT_REPLAYED, 3)


@pytest.mark.parametrize("since", ["", "yesterday", "2026-13-01T00:00", "0001-01-01T00:00", "9999-12-31T23:59"])
async def test_a_time_that_is_none_is_told_so(developer: Developer, since: str) -> None:
    endpoint = await developer.endpoint()
    asked = await developer.get(f"/endpoints/{endpoint.id}/replay", since=since)
    sent = await developer.post(f"/endpoints/{endpoint.id}/replay", since=since)
    assert [one.status_code for one in (asked, sent)] == [422, 422]
    assert "Enter a date and a time" in asked.text


async def test_what_an_endpoint_missed_while_it_was_off_is_sent_after_it_was_switched_on(
    developer: Developer, post: Post, receiver: Receiver
) -> None:
    endpoint = await post.endpoint(receiver.url)
    async with post.database.transaction() as tx:
        await deliveries.switch_off(tx, endpoint.lane, post.clock())
    await developer.trade.create()
    for path in ("test", "replay"):
        refused = await developer.post(f"/endpoints/{endpoint.id}/{path}", since="2026-04-15T12:00")
        assert refused.status_code == 409
    assert "switched off by hand" in (await developer.get(f"/endpoints/{endpoint.id}")).text
    await developer.post(f"/endpoints/{endpoint.id}/on")
    await developer.post(f"/endpoints/{endpoint.id}/replay", since="2020-01-01T00:00")
    await post.drain()
    assert len(receiver.heard) == 1
    assert await developer.did() == [Act.ENDPOINT_REPLAYED, Act.ENDPOINT_SWITCHED_ON, Act.SIGNED_IN]


async def test_a_test_event_is_sent_once_and_its_page_shows_what_came_back(
    developer: Developer, post: Post, receiver: Receiver
) -> None:
    endpoint = await post.endpoint(receiver.url)
    receiver.behave = answering(status(404))
    answer = await developer.post(f"/endpoints/{endpoint.id}/test")
    await post.live_until_all_is_sent()
    assert len(receiver.heard) == 1, "a test is not tried again for days"
    page = await developer.get(urlsplit(answer.headers["location"]).path.removeprefix("/dashboard"))
    assert "webhook.test" in page.text
    assert "Your server knows no such page" in page.text
    assert "It was given up" in page.text


async def test_the_addresses_that_orders_bring_along_can_not_be_tested(developer: Developer) -> None:
    async with developer.trade.database.transaction() as tx:
        endpoint = await webhooks.order_urls(tx, developer.trade.merchant.id)
    page = await developer.get(f"/endpoints/{endpoint.id}")
    assert "The addresses that orders bring along" in page.text
    assert "Send a test event" not in page.text
    assert (await developer.post(f"/endpoints/{endpoint.id}/test")).status_code == 409


async def test_the_secret_is_shown_on_a_click_alone_and_is_the_one_that_signs(
    platform: Platform, developer: Developer, post: Post, receiver: Receiver
) -> None:
    endpoint = await post.endpoint(receiver.url)
    assert "whsec_" not in (await developer.get(f"/endpoints/{endpoint.id}")).text
    shown = await developer.post(f"/endpoints/{endpoint.id}/secret")
    assert shown.headers["cache-control"] == "no-store"
    (secret,) = [
        one.get_text() for one in BeautifulSoup(shown.text, "html.parser").select("pre") if "whsec_" in one.get_text()
    ]
    await developer.trade.create()
    await post.drain()
    Webhook(secret).verify(receiver.heard[0].body, receiver.heard[0].headers)
    assert (await developer.did())[0] == Act.SECRET_SHOWN


async def test_a_new_secret_is_begun_once_however_often_the_button_is_pressed(
    developer: Developer, post: Post, receiver: Receiver
) -> None:
    endpoint = await post.endpoint(receiver.url)
    for _ in range(2):
        answer = await developer.post(f"/endpoints/{endpoint.id}/rotate", generation="1")
        assert answer.status_code == 303
    assert (await post.fresh(endpoint)).generation == 2
    assert (await developer.did()).count(Act.SECRET_ROTATED) == 1
    page = _words(await developer.get(f"/endpoints/{endpoint.id}"))
    assert "the one before it signs as well until" in page
    for generation in ("", "x", "99999999999999999999", "1"):
        await developer.post(f"/endpoints/{endpoint.id}/rotate", generation=generation)
    assert (await post.fresh(endpoint)).generation == 2


async def test_deliveries_are_found_by_order_event_outcome_and_endpoint(
    developer: Developer, post: Post, receiver: Receiver
) -> None:
    one, other = await post.endpoint(receiver.url), await post.endpoint(receiver.url + "/b", "order.placed")
    trade = developer.trade
    order = await trade.place(await trade.choose(await trade.create(trade.new(reference="PO 7/b"))))
    await trade.create()
    await post.drain()

    async def found(**query: str) -> list[str]:
        return [row.partition(" ")[0] for row in _rows(await developer.get("/deliveries", **query))]

    everything = ["order.created", "order.placed", "order.placed", "order.terms_selected", "order.created"]
    assert await found() == everything
    own = sorted(everything[1:])
    for named in ("PO 7/b", str(order.id), order.number, order.number.lower(), event_id(order.id, 1)):
        assert sorted(await found(order=named)) == own, named
    assert await found(order="PO 8") == []
    assert await found(type="order.placed") == ["order.placed"] * 2
    assert await found(endpoint=str(other.id)) == ["order.placed"]
    assert len(await found(endpoint=str(one.id))) == 4
    assert len(await found(outcome="delivered")) == 5
    assert await found(outcome="missing") == await found(outcome="failed") == []
    receiver.behave = answering(status(500))
    await developer.post(f"/deliveries/{(await _one(post, other)).id}")
    await post.drain()
    assert await found(outcome="missing") == await found(outcome="pending") == ["order.placed"]


@pytest.mark.parametrize(
    "query",
    [
        {"endpoint": "x"},
        {"type": "x"},
        {"outcome": "x"},
        {"after": "x"},
        {"after": "9.9.9"},
        {"after": "99999999999999999.0.01a2095c-644f-73be-a38c-1c572cad9fb8"},
        {"before": "x"},
        {"order": "\x00"},
        {"order": "x" * 5000},
        {"lang": "xx"},
        {"said": "x"},
    ],
)
async def test_an_address_that_makes_no_sense_is_no_error(developer: Developer, query: dict[str, str]) -> None:
    await developer.endpoint()
    for path in ("/deliveries", "/events"):
        assert (await developer.get(path, **query)).status_code == 200


async def test_pages_of_deliveries_and_events_miss_none_and_repeat_none(
    developer: Developer, post: Post, receiver: Receiver
) -> None:
    endpoint = await post.endpoint(receiver.url)
    for _ in range(120):
        await developer.trade.create()
    # A replay dates all of them alike, which is where a cursor of times alone would lose some.
    async with post.database.transaction() as tx:
        await tx.execute("DELETE FROM deliveries WHERE endpoint_id IS NOT NULL")
        await deliveries.replay_since(tx, endpoint.lane, datetime(2020, 1, 1, tzinfo=UTC), post.clock())
    for path in ("/deliveries", "/events"):
        seen: list[str] = []
        query: dict[str, str] = {}
        sizes = []
        while True:
            page = BeautifulSoup((await developer.get(path, **query)).text, "html.parser")
            links = [str(one["href"]) for one in page.select(".row-what a")]
            sizes.append(len(links))
            seen += links
            following = page.select_one("a[rel=next]")
            if following is None:
                break
            query = {name: values[0] for name, values in parse_qs(urlsplit(str(following["href"])).query).items()}
        assert sizes == [50, 50, 20]
        assert len(set(seen)) == 120


async def test_the_log_shows_what_was_never_sent(developer: Developer, post: Post, receiver: Receiver) -> None:
    order = await developer.trade.create(developer.trade.new(reference="PO-LOST"))
    await post.endpoint(receiver.url)
    await developer.trade.choose(order)
    await post.drain()
    later, first = _rows(await developer.get("/events", order="PO-LOST"))
    assert "order.terms_selected" in later
    assert "Arrived" in later
    assert "order.created" in first
    assert "Not sent" in first
    page = await developer.get(f"/events/{event_id(order.id, 1)}")
    told = [one.get_text() for one in BeautifulSoup(page.text, "html.parser").select("pre")]
    assert msgspec.json.decode(told[0])["data"]["reference"] == "PO-LOST"


async def test_what_credit_thought_is_nowhere(developer: Developer, post: Post, receiver: Receiver) -> None:
    await post.endpoint(receiver.url)
    order = await developer.trade.choose(await developer.trade.create(total=50_000_01))
    assert order.state == "declined"
    await post.drain()
    async with post.database.single_statement() as tx:
        why = await tx.fetchval(
            "SELECT data ->> 'reason' FROM events WHERE order_id = $1 AND type = 'order.declined'", order.id
        )
    assert why, "the log itself knows"
    for path in (f"/events/{event_id(order.id, 2)}", f"/deliveries?order={order.id}", f"/events?order={order.id}"):
        page = (await developer.get(path)).text
        assert why not in page
        assert "reason" not in page


def test_every_trouble_has_a_word_of_advice_in_every_language() -> None:
    for language in spoken().values():
        assert set(wording.advice(language)) == set(troubles.Trouble)


def _tried(code: int | None, error: str | None) -> Attempt:
    at = datetime(2026, 4, 15, tzinfo=UTC)
    return Attempt(number=1, started_at=at, milliseconds=1, status=code, error=error, answer=b"")


@pytest.mark.parametrize(
    ("code", "error", "met"),
    [
        (204, None, None),
        (200, "the answer is longer than 64 KB", "too_long"),
        (200, "the answer broke off: the connection was closed before the answer was complete", "broken_off"),
        (None, "no answer in time", "timeout"),
        (None, "the address is refused: private", "address_refused"),
        (None, "the name could not be resolved", "no_name"),
        (None, "could not connect: connection refused", "no_connection"),
        (None, "the certificate is not valid", "certificate"),
        (None, "the TLS handshake failed", "tls"),
        (None, "the answer is not HTTP", "no_http"),
        (None, "it could not be sent; the fault is ours", "ours"),
        (301, None, "redirect"),
        (401, None, "signature"),
        (405, None, "not_found"),
        (410, None, "gone"),
        (418, None, "client_error"),
        (429, None, "busy"),
        (500, None, "server_error"),
        (999, None, "no_http"),
        (500, "the answer is longer than 64 KB", "server_error"),
    ],
)
def test_each_way_to_fail_is_told_from_the_others(code: int | None, error: str | None, met: str | None) -> None:
    assert troubles.of(_tried(code, error)) == met


async def test_what_really_goes_wrong_is_recognised(developer: Developer, post: Post, receiver: Receiver) -> None:
    async def answers_at_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    plain = await asyncio.start_server(answers_at_once, "127.0.0.1", 0)
    met = {}
    for name, url in (
        ("refused", "http://10.1.2.3/hook"),
        ("no name", "http://nowhere.invalid/hook"),
        ("closed port", "http://127.0.0.1:1/hook"),
        ("no TLS", f"https://127.0.0.1:{plain.sockets[0].getsockname()[1]}/hook"),
    ):
        endpoint = await post.endpoint(url)
        await developer.post(f"/endpoints/{endpoint.id}/test")
        await post.drain()
        (attempt,) = await post.attempts(await _one(post, endpoint))
        met[name] = troubles.of(attempt)
    plain.close()
    assert met == {
        "refused": troubles.Trouble.ADDRESS_REFUSED,
        "no name": troubles.Trouble.NO_NAME,
        "closed port": troubles.Trouble.NO_CONNECTION,
        "no TLS": troubles.Trouble.TLS,
    }


def test_times_are_the_merchants_and_a_doubled_hour_is_the_first() -> None:
    times = Times(ZoneInfo("America/Chicago"))
    assert "2026-04-15 12:00:05" in times.show(datetime(2026, 4, 15, 17, 0, 5, tzinfo=UTC))
    assert times.read("2026-04-15T12:00") == datetime(2026, 4, 15, 17, tzinfo=UTC)
    assert times.read("2026-11-01T01:30") == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    at = datetime(2026, 4, 15, 17, 0, 5, tzinfo=UTC)
    assert times.read(times.field(at)) == at - timedelta(seconds=5)


async def test_a_language_that_was_chosen_stays(developer: Developer) -> None:
    page = await developer.get("/deliveries", lang="ar", type="order.placed")
    assert 'dir="rtl"' in page.text
    kept = page.headers["set-cookie"].partition(";")[0]
    again = await developer.browser.get(
        "/dashboard/events", headers={"cookie": f"{developer.cookie['cookie']}; {kept}"}
    )
    assert 'dir="rtl"' in again.text
    switch = BeautifulSoup(page.text, "html.parser").select_one("a.switch")
    assert switch is not None
    assert switch["href"] == "?type=order.placed&lang=en"


async def test_every_event_type_can_be_asked_for(developer: Developer) -> None:
    for path in ("/deliveries", "/events"):
        page = BeautifulSoup((await developer.get(path)).text, "html.parser")
        assert [one["value"] for one in page.select("#type option")] == ["", *EventType]
