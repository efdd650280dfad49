"""`Idempotency-Key`: the first answer is kept and given again; the work is done once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest

from tenor.base.database import Database, Tx
from tenor.base.errors import IdempotencyConflict, Invalid, TenorError, WrongState
from tenor.base.idempotency import LONGEST_KEY, Answer, checked_key, forget_old, once
from tenor.base.ids import new_id
from tests.base.merchants import new_merchant

ROUTE = "POST /create_order"
BODY = b'{"order_total": 1}'


def _render(refusal: TenorError) -> Answer:
    return Answer(400, refusal.message.encode())


class Desk:
    """A merchant whose calls leave a buyer's row, so that it can be seen what was written and how often."""

    def __init__(self, database: Database, merchant_id: UUID) -> None:
        self.database = database
        self.merchant_id = merchant_id
        self.worked = 0
        self.at_work = asyncio.Event()

    async def call(
        self,
        *,
        key: str = "k",
        body: bytes = BODY,
        route: str = ROUTE,
        fails: Exception | None = None,
        takes: float = 0,
    ) -> Answer:
        """One call under a key."""

        async def work(tx: Tx) -> Answer:
            self.worked += 1
            self.at_work.set()
            await self.write(tx)
            await asyncio.sleep(takes)
            if fails is not None:
                raise fails
            return Answer(200, b'{"done": %d}\n' % self.worked)

        return await once(self.database, self.merchant_id, route, key, body, work, _render)

    async def write(self, tx: Tx) -> None:
        """What the work writes."""
        name = f"Acme {new_id()}"
        await tx.execute("INSERT INTO buyers (id, company_name, created_at) VALUES ($1, $2, now())", new_id(), name)

    async def written(self) -> int:
        """How often the work's writing stands in the database."""
        async with self.database.single_statement() as tx:
            count: int = await tx.fetchval("SELECT count(*) FROM buyers")
        return count

    async def age(self, by: timedelta) -> None:
        """Make every kept key older."""
        async with self.database.transaction() as tx:
            await tx.execute("UPDATE idempotency_keys SET created_at = created_at - $1::interval", by)


@pytest.fixture
async def desk(database: Database) -> Desk:
    """A merchant's desk."""
    return Desk(database, await new_merchant(database))


async def test_the_same_call_again_gets_the_same_bytes_and_works_no_more(desk: Desk) -> None:
    first = await desk.call()
    assert [await desk.call() for _ in range(3)] == [first] * 3
    assert first == Answer(200, b'{"done": 1}\n')
    assert await desk.written() == 1


async def test_another_body_under_the_key_is_a_conflict_and_changes_nothing(desk: Desk) -> None:
    first = await desk.call()
    with pytest.raises(IdempotencyConflict, match="used before with another body"):
        await desk.call(body=BODY + b" ")
    assert await desk.call() == first
    assert await desk.written() == 1


async def test_a_key_belongs_to_its_route_and_to_its_merchant(desk: Desk) -> None:
    other = Desk(desk.database, await new_merchant(desk.database))
    calls: list[Callable[[], Awaitable[Answer]]] = [
        lambda: desk.call(),
        lambda: desk.call(key="another"),
        lambda: desk.call(route="POST /refund"),
        lambda: desk.call(route="DELETE /refund"),
        lambda: other.call(),
    ]
    for call in calls:
        await call()
    assert await desk.written() == 5


async def test_of_many_at_once_one_works_and_the_others_get_its_answer(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.call(takes=0.05) for _ in range(20)))
    assert set(answers) == {Answer(200, b'{"done": 1}\n')}
    assert (desk.worked, await desk.written()) == (1, 1)


async def test_of_two_bodies_at_once_one_works_and_the_other_is_a_conflict(desk: Desk) -> None:
    ends = await asyncio.gather(*(desk.call(body=body, takes=0.05) for body in (b"{}", b"[]")), return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["Answer", "IdempotencyConflict"]
    assert await desk.written() == 1


async def test_a_refusal_is_kept_and_what_had_been_written_is_taken_back(desk: Desk) -> None:
    refused = await desk.call(fails=WrongState("The order is new."))
    assert refused == Answer(400, b"The order is new.")
    assert await desk.call() == refused
    assert (desk.worked, await desk.written()) == (1, 0)


async def test_any_other_exception_leaves_the_key_free_and_nothing_written(desk: Desk) -> None:
    with pytest.raises(ZeroDivisionError):
        await desk.call(fails=ZeroDivisionError())
    assert await desk.written() == 0
    assert (await desk.call(body=b"{}")).status == 200


async def test_a_caller_that_goes_away_leaves_the_key_free(desk: Desk) -> None:
    call = asyncio.create_task(desk.call(takes=30))
    await desk.at_work.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert (await desk.call()).status == 200
    assert await desk.written() == 1


async def test_who_waits_for_a_call_that_then_fails_works_in_its_place(desk: Desk) -> None:
    failing = asyncio.create_task(desk.call(fails=ZeroDivisionError(), takes=0.1))
    await desk.at_work.wait()
    assert await desk.call() == Answer(200, b'{"done": 2}\n')
    with pytest.raises(ZeroDivisionError):
        await failing
    assert await desk.written() == 1


async def test_a_write_that_the_schema_refuses_at_commit_leaves_the_key_free(desk: Desk) -> None:
    async def work(tx: Tx) -> Answer:
        await tx.execute(
            """
            INSERT INTO journal_entries (merchant_id, id, kind, cause_type, cause_id, currency, legs, occurred_at)
            VALUES ($1, $2, 'x', 'x', $2, 'USD', 2, now())
            """,
            desk.merchant_id, new_id(),
        )  # fmt: skip
        return Answer(200, b"{}")

    with pytest.raises(Exception, match="has 0 legs instead of 2"):
        await once(desk.database, desk.merchant_id, ROUTE, "k", BODY, work, _render)
    assert (await desk.call()).body == b'{"done": 1}\n'


async def test_a_key_is_kept_for_31_days_and_then_is_free(desk: Desk) -> None:
    first = await desk.call()
    await desk.age(timedelta(days=31) - timedelta(minutes=1))
    assert await desk.call() == first
    assert await forget_old(desk.database) == 0
    await desk.age(timedelta(minutes=2))
    second = await desk.call(body=b"{}")
    assert second != first
    assert await desk.call(body=b"{}") == second


async def test_keys_whose_time_is_over_are_forgotten_and_no_others(desk: Desk) -> None:
    await desk.call(key="old")
    await desk.age(timedelta(days=31, minutes=1))
    young = await desk.call(key="young")
    assert await forget_old(desk.database) == 1
    assert await desk.call(key="young") == young


@pytest.mark.parametrize("key", ["a", "8e03978e-40d5-43e8-bc93-6894a57f9324", "x" * LONGEST_KEY, '"quoted key"'])
def test_a_key_is_any_printable_text(key: str) -> None:
    assert checked_key(key) == key


def test_no_header_is_no_key() -> None:
    assert checked_key(None) is None


@pytest.mark.parametrize("key", ["", "x" * (LONGEST_KEY + 1), "é", "a\tb", "a\x00b", "مفتاح"])
def test_what_can_not_be_a_key_is_refused_by_the_headers_name(key: str) -> None:
    with pytest.raises(Invalid, match=f"Idempotency-Key: must be 1 to {LONGEST_KEY} printable ASCII characters"):
        checked_key(key)
