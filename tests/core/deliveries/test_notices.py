"""The merchant is told when an endpoint is switched off: by a letter, once, and only then."""

from __future__ import annotations

import asyncio
from datetime import datetime
from uuid import UUID

import pytest

from tenor.base.errors import Invalid, NotFound
from tenor.core.deliveries import service as deliveries
from tenor.core.deliveries import store
from tenor.core.dispatch.model import DeliveryState
from tenor.core.mail.model import Kind, Mail
from tenor.core.mail.store import latest
from tenor.core.merchants import service as merchants
from tenor.core.webhooks import service as webhooks
from tests.core.conftest import Trade
from tests.core.deliveries.conftest import Post
from tests.receiver import OK, Receiver, answering, status

OPERATIONS = "ops@acme.example.com"


@pytest.fixture(autouse=True)
async def address(trade: Trade) -> None:
    """The merchant has said where it wants to hear of what went wrong."""
    async with trade.database.transaction() as tx:
        await merchants.set_email(tx, trade.merchant.id, OPERATIONS)


async def _notices(post: Post) -> list[Mail]:
    async with post.database.single_statement() as tx:
        return [one for one in await latest(tx, 100) if one.kind == Kind.ENDPOINT_OFF][::-1]


async def _fail_for_days(trade: Trade, post: Post, days: int) -> None:
    for _ in range(days):
        await trade.create()
        await post.drain()
        post.clock.advance(days=1)


async def test_five_days_of_failure_write_one_letter_that_tells_since_when_events_are_missing(
    trade: Trade, post: Post, receiver: Receiver
) -> None:
    receiver.behave = answering(status(500))
    endpoint = await post.endpoint(receiver.url)
    await _fail_for_days(trade, post, 5)
    assert await _notices(post) == []
    await _fail_for_days(trade, post, 4)
    (notice,) = await _notices(post)
    assert (notice.recipient, notice.order_id, notice.language) == (OPERATIONS, None, None)
    told = dict(notice.data)
    since = datetime.fromisoformat(told.pop("since"))
    assert told == {"endpoint": str(endpoint.id), "url": receiver.url, "reason": "failing"}
    oldest = min(one.created_at for one in await post.deliveries(endpoint.lane))
    assert since == oldest


async def test_what_the_letter_says_to_type_sends_everything_that_is_missing(
    trade: Trade, post: Post, receiver: Receiver
) -> None:
    receiver.behave = answering(status(410))
    endpoint = await post.endpoint(receiver.url)
    made = [await trade.create() for _ in range(4)]
    await post.drain()
    (notice,) = await _notices(post)
    assert notice.data["reason"] == "gone"
    receiver.behave = answering(OK)
    async with post.database.transaction() as tx:
        await webhooks.switch_on(tx, endpoint.lane)
        since = datetime.fromisoformat(notice.data["since"]).replace(microsecond=0)
        assert await deliveries.replay_since(tx, endpoint.lane, since, post.clock()) == len(made)
    await post.drain()
    assert {one.state for one in await post.deliveries(endpoint.lane)} == {DeliveryState.DELIVERED}


async def test_many_workers_that_hear_410_at_once_write_one_letter(
    trade: Trade, post: Post, receiver: Receiver
) -> None:
    receiver.behave = answering(status(410))
    await post.endpoint(receiver.url)
    for _ in range(12):
        await trade.create()
    await asyncio.gather(*(post.sender().drain() for _ in range(4)))
    assert len(await _notices(post)) == 1


async def test_an_endpoint_that_is_switched_on_and_off_again_is_told_of_again(
    trade: Trade, post: Post, receiver: Receiver
) -> None:
    receiver.behave = answering(status(410))
    endpoint = await post.endpoint(receiver.url)
    for told in (1, 2):
        await trade.create()
        await post.drain()
        assert len(await _notices(post)) == told
        async with post.database.transaction() as tx:
            await webhooks.switch_on(tx, endpoint.lane)


async def test_whoever_switches_an_endpoint_off_by_hand_knows_it_already(
    trade: Trade, post: Post, receiver: Receiver
) -> None:
    endpoint = await post.endpoint(receiver.url)
    async with post.database.transaction() as tx:
        await deliveries.switch_off(tx, endpoint.lane, post.clock())
    assert await _notices(post) == []


async def test_a_merchant_without_an_address_loses_nothing_but_the_letter(
    trade: Trade, post: Post, receiver: Receiver
) -> None:
    async with post.database.transaction() as tx:
        await merchants.set_email(tx, trade.merchant.id, None)
    receiver.behave = answering(status(410))
    endpoint = await post.endpoint(receiver.url)
    await trade.create()
    await post.drain()
    assert (await post.fresh(endpoint)).off_reason == "gone"
    assert await _notices(post) == []


async def test_a_note_that_is_rolled_back_has_told_nobody(
    trade: Trade, post: Post, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.behave = answering(status(410))
    await post.endpoint(receiver.url)
    await trade.create()

    async def broken(*_: object) -> None:
        raise ConnectionError("broken on purpose")

    monkeypatch.setattr(store, "cancel_pending", broken)
    with pytest.raises(ConnectionError):
        await post.drain()
    assert await _notices(post) == []


@pytest.mark.parametrize("address", ["", "ops", "ops@", "a b@example.com", "ops@example.com\nBcc: x@example.com"])
async def test_an_address_that_is_none_is_refused(trade: Trade, address: str) -> None:
    with pytest.raises(Invalid, match="email"):
        async with trade.database.transaction() as tx:
            await merchants.set_email(tx, trade.merchant.id, address)


async def test_a_merchant_that_is_none_has_no_address(trade: Trade) -> None:
    with pytest.raises(NotFound):
        async with trade.database.transaction() as tx:
            await merchants.set_email(tx, UUID(int=1), OPERATIONS)
