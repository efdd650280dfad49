"""What was answered stays, whatever happens to the server."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import threading
import time
from base64 import b64encode
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

import asyncpg
import pytest

from tenor.demo import catalogue
from tenor.demo.calls import Backd
from tenor.demo.catalogue import HARBOR
from tests.journeys.buyer import Buyer
from tests.journeys.deployment import SHOP, Deployment, Served, free_port, until

_THREADS = 6
_ENOUGH = 120


def an_order(reference: str) -> dict[str, Any]:
    return catalogue.backd_order(catalogue.usual(HARBOR), reference, SHOP)


@dataclass
class Rush:
    """Many shops' tills at once: each creates order after order until the server is gone."""

    api: Backd
    answered: dict[str, str] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)

    def run(self, till: int) -> None:
        """One till's rush."""
        number = 0
        while True:
            reference = f"T{till}-{number}"
            try:
                self.answered[reference] = self.api.create_order(an_order(reference))["backd_order_id"]
            except (OSError, HTTPException):
                self.unanswered.append(reference)
                return
            number += 1


async def count_by_reference(deployment: Deployment) -> dict[str, int]:
    database = await asyncpg.connect(deployment.database_url)
    try:
        rows = await database.fetch("SELECT reference, count(*) FROM orders GROUP BY reference")
        return dict(map(tuple, rows))
    finally:
        await database.close()


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_every_order_that_was_answered_is_there_once_after_kill_9_and_a_restart(
    deployment: Deployment, workers: str
) -> None:
    port = free_port()
    keys = deployment.merchant()
    with deployment.serving("--workers", workers, port=port) as served:
        rush = Rush(served.backd(keys))
        tills = [threading.Thread(target=rush.run, args=(till,)) for till in range(_THREADS)]
        for till in tills:
            till.start()
        until(lambda: len(rush.answered) > _ENOUGH, "enough orders are answered")
        served.program.send(signal.SIGKILL)
        served.program.ended()
        for till in tills:
            till.join()

        # Nobody but the killed process was told; its children have to leave the port by themselves.
        until(lambda: is_free(port), "the port is free for the next server")
        with deployment.serving("--workers", workers, port=port) as again:
            api = again.backd(keys)
            for reference, order_id in rush.answered.items():
                assert api.find_order(order_id)["merchant_order_id"] == reference
            # Whoever got no answer asks again, and there is one order as well.
            for reference in rush.unanswered:
                api.create_order(an_order(reference))

    counts = await count_by_reference(deployment)
    assert counts == dict.fromkeys([*rush.answered, *rush.unanswered], 1)
    assert len(rush.unanswered) == _THREADS
    deployment.succeeds("ledger", "check")


def test_web_processes_that_were_still_starting_leave_the_port_as_well(deployment: Deployment) -> None:
    port = free_port()
    with deployment.running("serve", "--port", str(port), "--workers", "2") as program:
        until(lambda: not is_free(port), "the port is taken")
        program.send(signal.SIGKILL)
        program.ended()
        until(lambda: is_free(port), "the port is free again")


def is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def half_sent(port: int, keys: dict[str, str], body: bytes) -> socket.socket:
    """A create_order whose last byte is still to come."""
    credentials = b64encode(f"{keys['public_key']}:{keys['secret_key']}".encode()).decode()
    head = (
        "POST /v1/backd/bnpl/api/create_order HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: Basic {credentials}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(head.encode() + body[:-1])
    return connection


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_sigterm_lets_requests_in_flight_finish(deployment: Deployment, workers: str) -> None:
    keys = deployment.merchant()
    with deployment.serving("--workers", workers) as served:
        api, buyer = served.backd(keys), Buyer(served.server, deployment.home)
        order = api.create_order(an_order("A-1"))
        buyer.arrives(order["customer_url"])
        api.order_placed(order["backd_order_id"], "A-1")
        answers: list[Any] = []
        confirming = threading.Thread(target=lambda: answers.append(api.confirm_order(order["backd_order_id"])))
        body = json.dumps(an_order("A-2"), default=float).encode()

        # One request waits for a row that somebody holds, the other for its own last byte.
        database, watcher = [await asyncpg.connect(deployment.database_url) for _ in range(2)]
        async with database.transaction():
            await database.execute("SELECT FROM orders FOR UPDATE")
            confirming.start()
            slow = half_sent(served.port, keys, body)
            await somebody_waits_for_a_row(watcher)
            served.program.send(signal.SIGTERM)
            until(lambda: not serves(served), "the server takes no new requests")
            assert not answers
        await database.close()
        await watcher.close()
        slow.sendall(body[-1:])

        confirming.join(30)
        answer = slow.recv(65536).decode()
        slow.close()
        assert answers[0]["status"] == "order_confirmed"
        assert answer.startswith("HTTP/1.1 200 ")
        assert '"merchant_order_id":"A-2"' in answer
        assert served.program.ended() == 0


async def somebody_waits_for_a_row(watcher: asyncpg.Connection[asyncpg.Record]) -> None:
    deadline = time.monotonic() + 30
    while not await watcher.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    ):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


def serves(served: Served) -> bool:
    """Whether a new request is answered. While several web processes stop, it may also wait without an answer."""
    try:
        with socket.create_connection(("127.0.0.1", served.port), timeout=1) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return bool(connection.recv(1))
    except OSError:
        return False
