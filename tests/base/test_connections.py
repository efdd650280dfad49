"""Connections are lent in the order of asking, and none comes back in a state that the next one would suffer from."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from tenor.base.connections import Connection, Connections
from tenor.base.errors import NotFound


class Server:
    """The way to the database, which a test may close."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.reachable = True
        self.opened = 0

    async def connect(self) -> Connection:
        if not self.reachable:
            raise ConnectionRefusedError
        self.opened += 1
        return await asyncpg.connect(self._url, command_timeout=10)


@pytest.fixture
def server(database_url: str) -> Server:
    """The run's database."""
    return Server(database_url)


@pytest.fixture
async def two(server: Server) -> AsyncIterator[Connections]:
    """Two connections, closed in the end: a place that got lost would keep the test from ending."""
    connections = Connections(server.connect, size=2)
    yield connections
    server.reachable = True
    async with asyncio.timeout(10):
        await connections.close()


async def _pid(connections: Connections) -> int:
    async with connections.lent() as connection:
        return int(await connection.fetchval("SELECT pg_backend_pid()"))


async def test_one_after_the_other_is_served_by_one_connection(server: Server, two: Connections) -> None:
    assert len({await _pid(two) for _ in range(5)}) == 1
    assert server.opened == 1


async def test_no_more_are_opened_than_there_are_places(server: Server, two: Connections) -> None:
    pids = await asyncio.gather(*(_pid(two) for _ in range(20)))
    assert len(set(pids)) == server.opened == 2


async def test_who_waits_longest_is_served_first_and_no_newcomer_before(two: Connections) -> None:
    served: list[str] = []

    async def use(name: str) -> None:
        async with two.lent() as connection:
            served.append(name)
            await connection.fetchval("SELECT 1")

    async with two.lent(), two.lent():
        waiting = [asyncio.create_task(use(f"waiter {number}")) for number in range(3)]
        await asyncio.sleep(0)
    # Both connections are free again in this moment, but they are promised.
    await use("newcomer")
    await asyncio.gather(*waiting)
    assert served[:3] == ["waiter 0", "waiter 1", "waiter 2"]


async def test_a_refusal_gives_the_connection_back_and_an_accident_throws_it_away(
    server: Server, two: Connections
) -> None:
    first = await _pid(two)
    for refusal in (NotFound("There is none."), asyncpg.UniqueViolationError("twice")):
        with pytest.raises(type(refusal)):
            async with two.lent():
                raise refusal
        assert await _pid(two) == first
    with pytest.raises(KeyError):
        async with two.lent():
            raise KeyError
    assert await _pid(two) != first


async def test_a_statement_that_was_abandoned_is_not_left_to_the_next(two: Connections) -> None:
    first = await _pid(two)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05), two.lent() as connection:
            await connection.fetchval("SELECT pg_sleep(5)")
    assert await _pid(two) != first


async def test_a_connection_that_the_server_closed_is_replaced(two: Connections) -> None:
    first = await _pid(two)
    async with two.lent(), two.lent() as other:
        await other.execute("SELECT pg_terminate_backend($1)", first)
    # The news of it may come a moment later than the answer.
    async with asyncio.timeout(10):
        while True:
            try:
                pids = set(await asyncio.gather(_pid(two), _pid(two)))
                break
            except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
                continue
    assert first not in pids


async def test_a_server_that_can_not_be_reached_costs_no_place(server: Server, two: Connections) -> None:
    server.reachable = False
    failures = await asyncio.gather(*(_pid(two) for _ in range(6)), return_exceptions=True)
    assert [type(failure) for failure in failures] == [ConnectionRefusedError] * 6
    server.reachable = True
    assert len(set(await asyncio.gather(*(_pid(two) for _ in range(6))))) == 2


async def test_who_stops_waiting_costs_no_place(two: Connections) -> None:
    async with two.lent(), two.lent():
        waiting = [asyncio.create_task(_pid(two)) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
    # The first that is still in line has just been promised a connection, and goes all the same.
    waiting[1].cancel()
    assert await waiting[2]
    assert len(set(await asyncio.gather(_pid(two), _pid(two)))) == 2


async def test_closing_waits_for_the_work_in_hand(server: Server) -> None:
    connections = Connections(server.connect, size=2)
    done: list[int] = []

    async def work() -> None:
        async with connections.lent() as connection:
            await connection.fetchval("SELECT pg_sleep(0.1)")
            done.append(1)

    working = asyncio.create_task(work())
    await asyncio.sleep(0.02)
    await connections.close()
    assert done
    await working
    with pytest.raises(asyncpg.InterfaceError):
        await _pid(connections)
