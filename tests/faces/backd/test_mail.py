"""notify_customer: the mail stands in the outbox as soon as the order does, and the answer says just that."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.faces.backd.bodies import an_order
from tests.faces.backd.shop import Shop

NOTIFY = {"notify_customer": True, "customer_email": "dana@harbor.example.com"}


async def _outbox(shop: Shop) -> list[Any]:
    async with shop.platform.database.single_statement() as tx:
        rows: list[Any] = await tx.fetch("SELECT * FROM deliveries WHERE merchant_id = $1", shop.merchant_id)
    return rows


async def test_the_customer_is_notified_when_the_mail_is_queued(shop: Shop) -> None:
    created = (await shop.create(**NOTIFY)).data
    assert created["notified_customer"] is True
    (mail,) = await _outbox(shop)
    assert (mail["letter"], mail["recipient"], mail["state"]) == ("order_link", "dana@harbor.example.com", "pending")
    assert mail["event_number"] == 1


async def test_the_order_its_event_and_its_mail_are_written_by_one_statement(shop: Shop) -> None:
    await shop.create(**NOTIFY)
    async with shop.platform.database.single_statement() as tx:
        written = await tx.fetch(
            """
            SELECT xmin::text, cmin::text FROM orders WHERE merchant_id = $1
            UNION ALL SELECT xmin::text, cmin::text FROM events WHERE merchant_id = $1
            UNION ALL SELECT xmin::text, cmin::text FROM deliveries WHERE merchant_id = $1
            """,
            shop.merchant_id,
        )
    assert len(written) == 3
    assert len({tuple(row) for row in written}) == 1


@pytest.mark.parametrize(
    "body",
    [{}, {"notify_customer": False}, {"customer_email": "dana@harbor.example.com"},
     {"notify_customer": False, "customer_email": "dana@harbor.example.com"}],
)  # fmt: skip
async def test_no_mail_is_queued_unless_it_is_asked_for(shop: Shop, body: dict[str, Any]) -> None:
    assert (await shop.create(**body)).data["notified_customer"] is False
    assert await _outbox(shop) == []


async def test_the_same_order_again_queues_no_second_mail(shop: Shop) -> None:
    body = an_order(**NOTIFY)
    answers = await asyncio.gather(*[shop.post("create_order", body) for _ in range(5)])
    assert [answer.data["notified_customer"] for answer in answers] == [True] * 5
    assert len(await _outbox(shop)) == 1


@pytest.mark.parametrize("email", [None, "", "dana", "dana@example.com\r\nBcc: eve@example.net"])
async def test_no_mail_goes_to_what_is_no_address(shop: Shop, email: Any) -> None:
    answer = await shop.create(notify_customer=True, customer_email=email)
    assert "customer_email: " in answer.refusal
    assert sum((await shop.traces()).values()) == 0
