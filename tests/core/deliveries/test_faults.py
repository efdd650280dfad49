"""What goes wrong out there, and here: nothing is lost, nothing leaves that did not happen, nothing runs away."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import signal
import sys
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tenor.base import clock
from tenor.base.database import Tx
from tenor.core.deliveries import service as deliveries
from tenor.core.dispatch import rules as dispatch
from tenor.core.dispatch.model import DeliveryState
from tenor.core.mail import store as mail
from tenor.core.mail.model import Kind
from tenor.core.orders import service as orders
from tenor.core.orders.model import Order
from tests.core.conftest import Trade
from tests.core.deliveries.conftest import Clock, Post
from tests.receiver import OK, Behaviour, Heard, Receiver, answering, listening, status

PENDING, DELIVERED, FAILED, CANCELED = DeliveryState


async def test_after_72_hours_without_a_receiver_everything_arrives_once_and_in_order(
    trade: Trade, post: Post, receiver: Receiver
) -> None:
    back_at = post.clock.at + timedelta(hours=72)
    taken: dict[str, list[int]] = defaultdict(list)

    async def down(heard: Heard, writer: asyncio.StreamWriter) -> None:
        if post.clock.at < back_at:
            writer.close()
            return
        told = json.loads(heard.body)
        taken[told["order_id"]].append(told["number"])
        await answering(OK)(heard, writer)

    receiver.behave = down
    endpoint = await post.endpoint(receiver.url)
    made = [await trade.sold() for _ in range(4)]
    await post.live_until_all_is_sent()
    assert taken == {str(order.id): [1, 2, 3, 4] for order in made}
    assert {one.state for one in await post.deliveries(endpoint.lane)} == {DELIVERED}
    assert post.clock.at < back_at + timedelta(hours=24)
    assert (await post.fresh(endpoint)).failures == 0


async def test_after_five_days_of_failure_the_endpoint_is_off_and_nothing_is_sent_to_it(
    trade: Trade, post: Post, receiver: Receiver
) -> None:
    receiver.behave = answering(status(500))
    endpoint = await post.endpoint(receiver.url)
    for _ in range(7):
        await trade.create()
        await post.drain()
        post.clock.advance(days=1)
    assert (await post.fresh(endpoint)).off_reason == "failing"
    assert not [one for one in await post.deliveries(endpoint.lane) if one.state == PENDING]
    before = len(receiver.heard)
    await trade.create()
    post.clock.advance(days=30)
    assert await post.drain() == 0
    assert len(receiver.heard) == before


async def _letters(trade: Trade, order: Order) -> list[tuple[int | None, Kind]]:
    async with trade.database.single_statement() as tx:
        return [(one.event_number, one.kind) for one in await mail.of_order(tx, order.merchant_id, order.id)]


class _Stumbles:
    """A transaction that breaks at its nth statement."""

    def __init__(self, tx: Tx, at: int) -> None:
        self._tx, self._left = tx, at

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._tx, name)
        if name not in ("execute", "fetch", "fetchrow", "fetchval", "executemany"):
            return method

        async def run(*arguments: Any) -> Any:
            self._left -= 1
            if self._left < 0:
                raise ConnectionError("broken on purpose")
            return await method(*arguments)

        return run


async def test_a_rollback_at_any_statement_lets_nothing_leave_the_house(
    make_trade: Any, outbound: Any, receiver: Receiver
) -> None:
    trade: Trade = await make_trade(confirms_itself=True)
    post = Post(trade.database, trade.merchant.id, Clock(), outbound)
    endpoint = await post.endpoint(receiver.url)
    order = await trade.create()
    await post.drain()
    broken = 0
    while True:
        try:
            async with trade.database.transaction() as tx:
                await orders.select_terms(
                    _Stumbles(tx, broken), trade.merchant, order.id, code="net30", company_name="Northwind",  # type: ignore[arg-type]
                    email="ana@northwind.example.com", now=trade.now,
                )  # fmt: skip
            break
        except ConnectionError:
            broken += 1
        assert await post.drain() == 0
        assert len(await post.deliveries(endpoint.lane)) == len(await trade.events(order)) == 1
        assert await _letters(trade, order) == []
    assert broken > 10
    assert await _letters(trade, order) == [
        (2, Kind.APPROVED), (2, Kind.AGREEMENT), (4, Kind.ORDER_CONFIRMED),
    ]  # fmt: skip
    await post.drain()
    assert [json.loads(body)["number"] for body in receiver.bodies()] == [1, 2, 3, 4]


async def test_killed_between_the_send_and_the_note_there_is_one_duplicate_under_the_same_id(
    trade: Trade, post: Post, receiver: Receiver, database_url: str, tmp_path: Any
) -> None:
    endpoint = await post.endpoint(receiver.url)
    # The real worker sweeps as well, and would let an order of the test's usual time expire.
    await replace(trade, now=clock.now()).create()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TENOR_")},
        "TENOR_DATABASE_URL": database_url, "TENOR_HOME": str(tmp_path), "TENOR_WEBHOOK_ALLOW": "127.0.0.0/8",
        "TENOR_SECRET": "a secret of the tests, long enough to be one",
    }  # fmt: skip
    worker = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("tenor"), "worker", env=environment, stdout=asyncio.subprocess.DEVNULL
    )

    async def kill_then_answer(heard: Heard, writer: asyncio.StreamWriter) -> None:
        if worker.returncode is None:
            os.kill(worker.pid, signal.SIGKILL)
            await worker.wait()
        await answering(OK)(heard, writer)

    receiver.behave = kill_then_answer
    async with asyncio.timeout(60):
        await receiver.has_heard(1)
        await worker.wait()
    [delivery] = await post.deliveries(endpoint.lane)
    assert (delivery.state, await post.attempts(delivery)) == (PENDING, [])
    # While the dead worker's claim holds, nobody takes it over.
    post.clock.at = delivery.created_at + dispatch.LEASE / 2
    assert await post.drain() == 0
    post.clock.advance(seconds=dispatch.LEASE.total_seconds())
    assert await post.drain() == 1
    post.clock.advance(days=2)
    assert await post.drain() == 0
    first, second = receiver.heard
    assert (first.id, first.body) == (second.id, second.body)
    [delivery] = await post.deliveries(endpoint.lane)
    assert (delivery.state, delivery.attempts) == (DELIVERED, 2)
    assert [one.number for one in await post.attempts(delivery)] == [2]


async def test_a_worker_that_was_held_up_beyond_its_claim_overturns_nothing(
    trade: Trade, post: Post, receiver: Receiver
) -> None:
    endpoint = await post.endpoint(receiver.url)
    await trade.create()
    async with post.database.transaction() as tx:
        [late] = await deliveries.claim(tx, post.clock(), {}, limit=1, usual=1, rooms={})
    post.clock.advance(minutes=2)
    assert await post.drain() == 1
    result = await post.sender().send_now(late)
    assert result.attempt.error == "not sent: the time to send it was over"
    [delivery] = await post.deliveries(endpoint.lane)
    assert (delivery.state, len(receiver.heard)) == (DELIVERED, 1)


async def _flood(_heard: Heard, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
    for _ in range(16_000):
        writer.write(b"x" * 65_536)
        await writer.drain()


async def _drip(_heard: Heard, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def _hang(_: Heard, __: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def _interim(_: Heard, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)
        await writer.drain()
        await asyncio.sleep(0.01)


async def _endless_header(_heard: Heard, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(16_000):
        writer.write(b"x" * 65_536)
        await writer.drain()


_ANSWERS = {
    "closes at once": b"",
    "closes within the status line": b"HTTP/1.1 20",
    "closes mid-header": b"HTTP/1.1 200 OK\r\nContent-Le",
    "closes before the body is whole": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok",
    "is not HTTP": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "has an unknown version": b"HTP/9.9 200 OK\r\n\r\n",
    "has a word for a status": b"HTTP/1.1 okay\r\n\r\n",
    "has a header without a colon": b"HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 0\r\n\r\n",
    "has a blank in a header's name": b"HTTP/1.1 200 OK\r\nBad Name: 1\r\nContent-Length: 0\r\n\r\n",
    "has a zero byte in a header": b"HTTP/1.1 200 OK\r\nX: a\x00b\r\nContent-Length: 0\r\n\r\n",
    "has a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "has two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok",
    "has a length and chunks": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nzz",
    "has chunks that are none": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok",
    "has ten thousand headers": b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(10_000)) + b"\r\n",
}
_MISBEHAVIOUR: dict[str, Behaviour] = {
    **{name: answering(data) for name, data in _ANSWERS.items()},
    "hangs": _hang,
    "is slow": _drip,
    "answers a gigabyte": _flood,
    "never ends its header": _endless_header,
    "goes on with interim answers": _interim,
}


@pytest.mark.parametrize("how", _MISBEHAVIOUR)
async def test_a_receiver_that_misbehaves_is_noted_within_bounds_and_tried_again(
    trade: Trade, post: Post, receiver: Receiver, how: str
) -> None:
    receiver.behave = _MISBEHAVIOUR[how]
    endpoint = await post.endpoint(receiver.url)
    await trade.create()
    async with asyncio.timeout(20):
        assert await post.drain() == 1
    [delivery] = await post.deliveries(endpoint.lane)
    [attempt] = await post.attempts(delivery)
    assert attempt.error is not None
    assert len(attempt.answer) <= 2048
    assert delivery.state == PENDING
    receiver.behave = answering(OK)
    post.clock.advance(seconds=5)
    assert await post.drain() == 1
    [delivery] = await post.deliveries(endpoint.lane)
    assert delivery.state == DELIVERED


async def test_an_answer_that_would_unpack_to_a_gigabyte_is_kept_as_it_came(
    trade: Trade, post: Post, receiver: Receiver
) -> None:
    bomb = gzip.compress(bytes(50_000_000))[:60_000]
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
    receiver.behave = answering(head + bomb)
    endpoint = await post.endpoint(receiver.url)
    await trade.create()
    await post.drain()
    [delivery] = await post.deliveries(endpoint.lane)
    [attempt] = await post.attempts(delivery)
    assert (delivery.state, attempt.answer) == (DELIVERED, bomb[:2048])


async def test_nobody_listening_and_no_such_name_are_noted_and_tried_again(trade: Trade, post: Post) -> None:
    async with listening() as gone:
        nobody = await post.endpoint(gone.url)
    nowhere = await post.endpoint("http://no-such-name.invalid/hook")
    await trade.create()
    await post.drain()
    errors = []
    for endpoint in (nobody, nowhere):
        [delivery] = await post.deliveries(endpoint.lane)
        errors += [one.error for one in await post.attempts(delivery)]
    assert [str(error).partition(":")[0] for error in errors] == ["could not connect", "the name could not be resolved"]


async def test_a_clock_that_jumps_a_year_ahead_makes_no_storm(trade: Trade, post: Post, receiver: Receiver) -> None:
    busy = most = 0

    async def failing(heard: Heard, writer: asyncio.StreamWriter) -> None:
        nonlocal busy, most
        busy, most = busy + 1, max(most, busy + 1)
        await asyncio.sleep(0.01)
        busy -= 1
        await answering(status(500))(heard, writer)

    receiver.behave = failing
    endpoint = await post.endpoint(receiver.url)
    for _ in range(30):
        await trade.create()
    await post.drain()
    before = Counter(heard.id for heard in receiver.heard)
    post.clock.advance(days=365)
    await post.drain()
    after = Counter(heard.id for heard in receiver.heard)
    assert all(after[one] - before[one] <= 1 for one in after)
    assert most <= 16
    assert (await post.fresh(endpoint)).off_reason == "failing"


async def test_a_clock_that_jumps_back_sends_nothing_twice(trade: Trade, post: Post, receiver: Receiver) -> None:
    await post.endpoint(receiver.url)
    await trade.sold()
    await post.drain()
    post.clock.advance(days=-365)
    assert await post.drain() == 0
    assert len(receiver.heard) == 4


async def test_a_database_that_fails_once_at_the_note_costs_no_result(
    trade: Trade, post: Post, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = await post.endpoint(receiver.url)
    await trade.create()
    note, failures, noted = deliveries.note, 0, asyncio.Event()

    async def fail_once(tx: Tx, results: Any) -> None:
        nonlocal failures
        failures += 1
        if failures == 1:
            raise ConnectionError("broken on purpose")
        await note(tx, results)
        noted.set()

    monkeypatch.setattr(deliveries, "note", fail_once)
    stop = asyncio.Event()
    sending = asyncio.create_task(post.sender().run(stop))
    async with asyncio.timeout(20):
        await noted.wait()
    stop.set()
    await sending
    assert (failures, len(receiver.heard)) == (2, 1)
    assert [one.state for one in await post.deliveries(endpoint.lane)] == [DELIVERED]
