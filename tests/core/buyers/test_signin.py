"""A six-digit code proves an address: for a quarter of an hour, and not by guessing."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tenor.base.ids import new_id
from tenor.base.seal import Seal
from tenor.core.buyers.signin import rules, service
from tenor.core.mail import store as mail_store
from tenor.core.mail.model import Kind, Mail
from tenor.core.orders.model import Order

if TYPE_CHECKING:
    from tests.core.conftest import Trade

SEAL = Seal("a secret of at least thirty-two characters")
READER = "ana@northwind.example.com"
_MINUTE = timedelta(minutes=1)


async def ask(trade: Trade, order: Order, after: timedelta = timedelta(0), email: str = READER) -> UUID:
    async with trade.database.transaction() as tx:
        now = trade.now + after
        return await service.start(tx, order.merchant_id, order.id, email=email, language="ar", now=now)


async def give(trade: Trade, challenge: UUID, code: str, after: timedelta = timedelta(0)) -> bool:
    async with trade.database.transaction() as tx:
        return await service.prove(tx, SEAL, trade.merchant.id, challenge, code, trade.now + after)


async def mailed(trade: Trade, order: Order) -> list[Mail]:
    async with trade.database.single_statement() as tx:
        return await mail_store.of_order(tx, order.merchant_id, order.id)


def right(challenge: UUID) -> str:
    return rules.code_of(SEAL, challenge)


def wrong(challenge: UUID) -> str:
    return f"{(int(right(challenge)) + 1) % 1_000_000:06}"


@given(st.uuids())
def test_a_code_has_six_digits_and_only_the_secret_makes_it(challenge: UUID) -> None:
    code = rules.code_of(SEAL, challenge)
    assert len(code) == 6
    assert code.isascii()
    assert code.isdigit()
    assert code == rules.code_of(SEAL, challenge)


def test_codes_are_spread_over_all_six_digits() -> None:
    codes = {rules.code_of(SEAL, new_id()) for _ in range(2000)}
    assert len(codes) > 1990
    assert {code[0] for code in codes} == set("0123456789")


async def test_the_code_that_was_mailed_proves_the_address(trade: Trade) -> None:
    order = await trade.create()
    challenge = await ask(trade, order)
    (letter,) = await mailed(trade, order)
    assert (letter.kind, letter.recipient, letter.language) == (Kind.SIGN_IN_CODE, READER, "ar")
    assert letter.data == {"challenge": str(challenge)}
    assert await give(trade, challenge, right(challenge))
    async with trade.database.single_statement() as tx:
        proven = await service.find(tx, trade.merchant.id, challenge)
    assert proven is not None
    assert (proven.order_id, proven.email, proven.proven_at) == (order.id, READER, trade.now)


async def test_a_code_may_be_typed_as_people_type(trade: Trade) -> None:
    challenge = await ask(trade, await trade.create())
    code = right(challenge)
    arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    for typed in (f" {code[:3]} {code[3:]}\n", f"{code[:3]}-{code[3:]}", arabic):
        assert await give(trade, challenge, typed)


async def test_the_right_code_twice_is_right_twice_and_the_first_time_counts(trade: Trade) -> None:
    challenge = await ask(trade, await trade.create())
    assert await give(trade, challenge, right(challenge))
    assert await give(trade, challenge, right(challenge), _MINUTE)
    async with trade.database.single_statement() as tx:
        proven = await service.find(tx, trade.merchant.id, challenge)
    assert proven is not None
    assert proven.proven_at == trade.now


async def test_a_code_is_good_for_a_quarter_of_an_hour(trade: Trade) -> None:
    challenge = await ask(trade, await trade.create())
    assert not await give(trade, challenge, right(challenge), timedelta(minutes=15))
    assert await give(trade, challenge, right(challenge), timedelta(minutes=15) - timedelta(microseconds=1))


async def test_what_is_no_code_proves_nothing(trade: Trade) -> None:
    challenge = await ask(trade, await trade.create())
    code = right(challenge)
    for typed in ("", "x", code[:5], code + "0", "0" * 5000, "²" * 6, "\x00"):
        assert not await give(trade, challenge, typed, timedelta(0))
        async with trade.database.transaction() as tx:
            await tx.execute("UPDATE email_challenges SET tries = 0, tried_at = NULL")
    assert not await give(trade, new_id(), code)


async def test_a_code_opens_no_other_challenge_and_no_other_merchants(trade: Trade) -> None:
    order = await trade.create()
    first, second = await ask(trade, order), await ask(trade, order)
    assert right(first) != right(second)
    assert not await give(trade, second, right(first))
    async with trade.database.transaction() as tx:
        assert not await service.prove(tx, SEAL, new_id(), first, right(first), trade.now)


async def test_after_five_wrong_codes_the_right_one_has_to_wait_too(trade: Trade) -> None:
    challenge = await ask(trade, await trade.create())
    for _ in range(5):
        assert not await give(trade, challenge, wrong(challenge))
    assert not await give(trade, challenge, right(challenge))
    assert not await give(trade, challenge, right(challenge), _MINUTE - timedelta(seconds=1))
    assert await give(trade, challenge, right(challenge), _MINUTE)


async def test_four_wrong_codes_cost_an_honest_reader_nothing(trade: Trade) -> None:
    challenge = await ask(trade, await trade.create())
    for _ in range(4):
        assert not await give(trade, challenge, wrong(challenge))
    assert await give(trade, challenge, right(challenge))


async def test_the_pause_doubles_with_every_further_wrong_code(trade: Trade) -> None:
    challenge = await ask(trade, await trade.create())
    for _ in range(5):
        await give(trade, challenge, wrong(challenge))
    waited = timedelta(0)
    for minutes in (1, 2, 4):
        waited += minutes * _MINUTE
        assert not await give(trade, challenge, wrong(challenge), waited - timedelta(seconds=1))
        assert not await give(trade, challenge, wrong(challenge), waited)
    async with trade.database.single_statement() as tx:
        found = await service.find(tx, trade.merchant.id, challenge)
    assert found is not None
    assert found.tries == 8, "what was tried too early does not count"


async def test_another_code_gives_no_more_guesses(trade: Trade) -> None:
    order = await trade.create()
    first = await ask(trade, order)
    for _ in range(5):
        await give(trade, first, wrong(first))
    second = await ask(trade, order)
    assert not await give(trade, second, right(second))
    assert await give(trade, second, right(second), _MINUTE)


async def test_one_address_is_not_slowed_down_by_another(trade: Trade) -> None:
    order = await trade.create()
    mine, theirs = await ask(trade, order), await ask(trade, order, email="eve@elsewhere.example.net")
    for _ in range(9):
        await give(trade, theirs, wrong(theirs))
    assert await give(trade, mine, right(mine))


async def test_guesses_at_once_are_counted_one_by_one(trade: Trade) -> None:
    challenge = await ask(trade, await trade.create())
    await asyncio.gather(*[give(trade, challenge, wrong(challenge)) for _ in range(12)])
    async with trade.database.single_statement() as tx:
        found = await service.find(tx, trade.merchant.id, challenge)
    assert found is not None
    assert found.tries == 5


async def test_one_address_gets_five_codes_an_hour_and_the_sixth_answer_looks_the_same(trade: Trade) -> None:
    order = await trade.create()
    asked = [await ask(trade, order, minute * _MINUTE) for minute in range(5)]
    assert len(set(asked)) == 5
    again = await ask(trade, order, 6 * _MINUTE)
    assert again == asked[-1], "the last code that was mailed goes on being the right one"
    assert len(await mailed(trade, order)) == 5
    assert await give(trade, again, right(again), 7 * _MINUTE)
    assert await ask(trade, order, timedelta(hours=1)) not in asked
    assert len(await mailed(trade, order)) == 6


async def test_codes_asked_for_at_once_are_five_as_well(trade: Trade) -> None:
    order = await trade.create()
    await asyncio.gather(*[ask(trade, order) for _ in range(9)])
    assert len(await mailed(trade, order)) == 5


async def test_a_link_can_not_be_used_to_send_mail_to_strangers(trade: Trade) -> None:
    order = await trade.create()
    asked = [await ask(trade, order, email=f"stranger{number}@elsewhere.example.net") for number in range(30)]
    assert len(await mailed(trade, order)) == 20
    assert len({type(one) for one in asked}) == 1
    assert len(set(asked)) == 30
    assert not await give(trade, asked[-1], right(asked[-1]))


async def test_another_order_has_codes_of_its_own(trade: Trade) -> None:
    first, second = await trade.create(), await trade.create()
    for _ in range(6):
        await ask(trade, first)
    await ask(trade, second)
    assert len(await mailed(trade, second)) == 1
