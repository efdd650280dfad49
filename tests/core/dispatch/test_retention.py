"""What has ended is removed after its time, with its attempts; what waits and what is young stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenor.core.deliveries import service as deliveries
from tenor.core.dispatch import service as dispatch
from tenor.core.dispatch.model import DeliveryState
from tenor.core.mail import service as mail
from tenor.core.mail.model import Kind
from tests.core.conftest import Trade
from tests.core.deliveries.conftest import Clock, Post, outbound, post, receiver
from tests.receiver import OK, Receiver, answering, status

__all__ = ["outbound", "post", "receiver"]

_DAY = timedelta(days=1)


async def _remove(post: Post, *, deliveries_for: int = 90, letters_for: int = 90) -> int:
    return await dispatch.remove_ended(
        post.database, post.clock(), deliveries_for=_DAY * deliveries_for, letters_for=_DAY * letters_for
    )


async def _counts(post: Post) -> tuple[int, int, int]:
    """Webhooks, letters, attempts."""
    async with post.database.single_statement() as tx:
        row = await tx.fetchrow(
            """
            SELECT count(*) FILTER (WHERE letter IS NULL), count(*) FILTER (WHERE letter IS NOT NULL),
                   (SELECT count(*) FROM delivery_attempts) FROM deliveries
            """
        )
    assert row is not None
    return row[0], row[1], row[2]


async def test_what_was_delivered_is_removed_with_its_attempts_when_its_time_is_over(
    trade: Trade, post: Post, receiver: Receiver
) -> None:
    await post.endpoint(receiver.url)
    await trade.create()
    await post.drain()
    post.clock.advance(days=89)
    assert await _remove(post) == 0
    assert await _counts(post) == (1, 0, 1)
    post.clock.advance(days=2)
    assert await _remove(post) == 1
    assert await _counts(post) == (0, 0, 0)


async def test_letters_have_a_time_of_their_own_and_their_addresses_go_with_them(trade: Trade, post: Post) -> None:
    async with post.database.transaction() as tx:
        for _ in range(2):
            await mail.enqueue(tx, trade.merchant.id, None, Kind.ENDPOINT_OFF, recipient="a@example.com", language=None)
        await tx.execute("UPDATE deliveries SET state = 'delivered', ended_at = $1", post.clock())
        await mail.enqueue(tx, trade.merchant.id, None, Kind.ENDPOINT_OFF, recipient="b@example.com", language=None)
    post.clock.advance(days=31)
    assert await _remove(post, deliveries_for=7, letters_for=60) == 0
    assert await _remove(post, letters_for=30) == 2
    assert await _counts(post) == (0, 1, 0)


async def test_what_waits_is_never_removed_however_long(trade: Trade, post: Post, receiver: Receiver) -> None:
    receiver.behave = answering(status(500))
    endpoint = await post.endpoint(receiver.url)
    await trade.create()
    await post.drain()
    post.clock.advance(days=365)
    assert await _remove(post) == 0
    [waiting] = await post.deliveries(endpoint.lane)
    assert waiting.state == DeliveryState.PENDING


async def test_an_event_whose_delivery_was_removed_can_still_be_replayed(
    trade: Trade, post: Post, receiver: Receiver
) -> None:
    receiver.behave = answering(OK)
    endpoint = await post.endpoint(receiver.url)
    began = post.clock() - _DAY
    await trade.sold()
    await post.drain()
    first = [(heard.id, heard.body) for heard in receiver.heard]
    post.clock.advance(days=100)
    assert await _remove(post) == 4
    async with post.database.transaction() as tx:
        assert await deliveries.replay_since(tx, endpoint.lane, began, post.clock()) == 4
    await post.drain()
    assert [(heard.id, heard.body) for heard in receiver.heard] == first * 2


@pytest.mark.parametrize("many", [2001])
async def test_a_long_history_is_removed_in_rounds_to_its_end(trade: Trade, post: Post, many: int) -> None:
    async with post.database.transaction() as tx:
        await tx.execute(
            """
            INSERT INTO deliveries (merchant_id, letter, recipient, state, ended_at)
            SELECT $1, 'endpoint_off', 'a@example.com', 'failed', $2 FROM generate_series(1, $3)
            """,
            trade.merchant.id, Clock()() - 91 * _DAY, many,
        )  # fmt: skip
    assert await _remove(post) == many
