"""`tenor webhook`, with a server that sends and a merchant's server that listens."""

from __future__ import annotations

import json
import secrets
import threading
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest
from standardwebhooks import Webhook

from tenor.base import clock
from tenor.core.merchants import store
from tenor.core.orders import service as orders
from tenor.demo import catalogue
from tenor.demo.catalogue import HARBOR, NAJD, Line
from tenor.faces.face import Platform
from tests.journeys.deployment import SHOP, Deployment, Served, until
from tests.programmes import decided_by_limits


class Listener:
    """A merchant's server: it keeps what it hears and answers as set."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(listener.status)
                self.send_header("Content-Length", "5")
                self.end_headers()
                self.wfile.write(b"heard")

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"

    def types(self) -> list[str]:
        """What it heard of."""
        return [json.loads(body).get("type") or json.loads(body)["event_type"] for _, body in self.heard]


@pytest.fixture
def listener() -> Iterator[Listener]:
    """The merchant's server."""
    listener = Listener()
    thread = threading.Thread(target=listener.server.serve_forever, daemon=True)
    thread.start()
    yield listener
    listener.server.shutdown()
    listener.server.server_close()


@pytest.fixture
def sending(deployment: Deployment) -> Iterator[Served]:
    """A server that may send to this machine."""
    with deployment.with_settings(TENOR_WEBHOOK_ALLOW="127.0.0.0/8").serving() as served:
        yield served


def _order(served: Served, keys: dict[str, str]) -> dict[str, Any]:
    order = catalogue.backd_order([Line(HARBOR.products[0], 10)], f"PO-{secrets.token_hex(4)}", SHOP)
    return dict(served.backd(keys).create_order(order))


def test_an_operator_registers_tests_shows_replays_rotates_and_switches_off(
    sending: Served, listener: Listener
) -> None:
    tenor = sending.deployment
    keys = tenor.merchant()
    merchant = keys["merchant_id"]

    made = tenor.answers("webhook", "add", merchant, listener.url, "--json")
    assert tenor.answers("webhook", "test", merchant, made["id"], "--json")["answer"] == "heard"
    _order(sending, keys)
    until(lambda: len(listener.heard) == 2, "the webhook of the order")
    for headers, body in listener.heard:
        Webhook(made["secret"]).verify(body, headers)
    assert listener.types() == ["webhook.test", "order.created"]

    until(lambda: tenor.answers("webhook", "list", merchant, "--json")[0]["waiting"] == 0, "the note of it")
    [created, test] = tenor.answers("webhook", "show", merchant, made["id"], "--json")["deliveries"]
    assert (created["event"], created["state"], test["event"]) == ("order.created", "delivered", "webhook.test")
    shown = tenor.answers("webhook", "show", merchant, created["id"], "--json")
    assert shown["body"].encode() == listener.heard[1][1]
    assert [(one["status"], one["answer"]) for one in shown["tries"]] == [(200, "heard")]

    assert "1 event to be sent again" in tenor.succeeds("webhook", "replay", merchant, created["id"])
    until(lambda: len(listener.heard) == 3, "the replay of one")
    assert "1 event to be" in tenor.succeeds(
        "webhook", "replay", merchant, made["id"], "--since", "2026-01-01T00:00:00Z"
    )
    until(lambda: len(listener.heard) == 4, "the replay of all")
    assert len({headers["webhook-id"] for headers, _ in listener.heard[1:]}) == 1

    assert tenor.succeeds("webhook", "secret", merchant, made["id"]).strip() == made["secret"]
    rotated = tenor.succeeds("webhook", "rotate", merchant, made["id"]).strip()
    _order(sending, keys)
    until(lambda: len(listener.heard) == 5, "the webhook after the rotation")
    for secret in (made["secret"], rotated):
        Webhook(secret).verify(listener.heard[-1][1], listener.heard[-1][0])

    tenor.succeeds("webhook", "off", merchant, made["id"])
    assert tenor.run("webhook", "replay", merchant, made["id"], "--since", "2026-01-01").returncode == 2
    assert "off (by_hand)" in tenor.succeeds("webhook", "list", merchant)
    tenor.succeeds("webhook", "on", merchant, made["id"])
    assert tenor.succeeds("webhook", "show", merchant, made["id"])


def test_a_test_that_was_not_taken_says_so_by_its_exit_status(sending: Served, listener: Listener) -> None:
    tenor = sending.deployment
    merchant = tenor.merchant()["merchant_id"]
    made = tenor.answers("webhook", "add", merchant, listener.url, "--type", "order.confirmed", "--json")
    listener.status = 500
    done = tenor.run("webhook", "test", merchant, made["id"])
    assert (done.returncode, "failed" in done.stdout) == (1, True)


def test_an_address_inside_is_refused_where_no_network_is_opened(deployment: Deployment, listener: Listener) -> None:
    merchant = deployment.merchant()["merchant_id"]
    made = deployment.answers("webhook", "add", merchant, listener.url, "--json")
    done = deployment.run("webhook", "test", merchant, made["id"])
    assert "the address is refused: loopback" in done.stdout
    assert listener.heard == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "{merchant}", "ftp://shop.example.com"), "url"),
        (("add", "{merchant}", "https://shop.example.com", "--type", "order.eaten"), "type"),
        (("test", "{merchant}", "nonsense"), "no id"),
        (("test", "{merchant}", "orders"), "can not be tested"),
        (("show", "{merchant}", "00000000-0000-0000-0000-000000000000"), "no such endpoint"),
        (("list", "Nobody"), "no merchant"),
    ],
)
def test_what_can_not_be_is_said_in_a_sentence(served: Served, words: tuple[str, ...], said: str) -> None:
    merchant = served.deployment.merchant()["merchant_id"]
    done = served.deployment.run("webhook", *(word.format(merchant=merchant) for word in words))
    assert done.returncode == 2
    assert said in done.stderr


def test_a_purchase_tells_its_own_address_and_the_feed_tells_the_same(sending: Served, listener: Listener) -> None:
    tenor = sending.deployment
    keys = tenor.merchant("buildnow")
    partner = sending.buildnow(keys)
    body = catalogue.buildnow_purchase([Line(NAJD.products[1], 30)], f"PO-{secrets.token_hex(4)}", SHOP)
    made = partner.create(partner.token(), body | {"webhook_url": listener.url})
    _choose_terms(sending, keys, str(made["id"]))
    until(lambda: len(listener.heard) == 2, "both webhooks")
    assert listener.types() == ["purchase_placed", "purchase_approved"]
    secret = tenor.succeeds("webhook", "secret", keys["merchant_id"], "orders").strip()
    told = [Webhook(secret).verify(body, headers) for headers, body in listener.heard]
    assert {one["purchase_order_id"] for one in told} == {made["id"]}

    pair = b64encode(f"{keys['public_key']}:{keys['secret_key']}".encode()).decode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{sending.port}/v1/events?wait=5", headers={"Authorization": f"Basic {pair}"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        feed = json.load(answer)
    by_type = {one["type"]: one["id"] for one in feed["events"]}
    assert told[0]["event_id"] == by_type["order.terms_selected"]
    assert told[1]["event_id"] == by_type["order.confirmed"]


def _choose_terms(served: Served, keys: dict[str, str], order_id: str) -> None:
    """The buyer chooses, without the pages, which are another test's."""

    async def choose(on: Platform) -> None:
        async with on.database.transaction() as tx:
            merchant = await store.find(tx, UUID(keys["merchant_id"]))
            assert merchant is not None
            await orders.select_terms(
                tx, decided_by_limits(merchant), UUID(order_id), code="net60", company_name="Contractor Ltd",
                email="accounts@contractor.example.com", now=clock.now(),
            )  # fmt: skip

    served.deployment.does(choose)
