"""A few connections to PostgreSQL, lent in the order in which they were asked for.

asyncpg's own pool lets a newcomer take what one who waited was about to get, so that under load the unlucky wait for
seconds; and it spends a task on every loan, which made a tenth of an order's whole processor time.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias

import asyncpg

from tenor.base.errors import TenorError

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]
else:
    Connection = object

# A refusal, whether ours or the database's, leaves a connection as it was: what had begun is rolled back by then.
_LEAVES_IT_CLEAN = (TenorError, asyncpg.PostgresError)


class Connections:
    """`size` places, each of which holds a connection or may open one. One for an event loop."""

    def __init__(self, connect: Callable[[], Awaitable[Connection]], size: int) -> None:
        self._connect = connect
        self._size = size
        self._idle: list[Connection] = []
        self._unopened = size
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._closed = False

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[Connection]:
        """A connection for the block. Raises what `connect` raises where none could be opened.

        When the block is left by a cancellation, a timeout or an error of any other kind, nobody knows what the
        connection is still busy with, and it is thrown away.
        """
        connection = await self._place() or await self._opened()
        clean = False
        try:
            yield connection
            clean = True
        except _LEAVES_IT_CLEAN:
            clean = True
            raise
        finally:
            if not clean:
                connection.terminate()
            self._give_back(connection)

    async def close(self) -> None:
        """Wait until every connection was given back, and close it."""
        places = [await self._place() for _ in range(self._size)]
        self._closed = True
        for connection in places:
            if connection is not None:
                await connection.close()

    async def _place(self) -> Connection | None:
        """A place of one's own: with a connection that was open when last seen, or with none."""
        if self._closed:
            raise asyncpg.InterfaceError("the connections are closed")
        if self._idle:
            connection = self._idle.pop()
            return None if connection.is_closed() else connection
        if self._unopened:
            self._unopened -= 1
            return None
        return await self._wait()

    async def _wait(self) -> Connection | None:
        turn: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                # Our turn came in the very moment in which we were told to stop waiting.
                self._give_back(turn.result())
            raise

    async def _opened(self) -> Connection:
        try:
            return await self._connect()
        except BaseException:
            self._give_back(None)
            raise

    def _give_back(self, connection: Connection | None) -> None:
        """Pass the place on to whoever has waited longest, or keep it."""
        if connection is not None and connection.is_closed():
            connection = None
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(connection)
                return
        if connection is None:
            self._unopened += 1
        else:
            self._idle.append(connection)
