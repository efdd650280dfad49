"""Rows that always fail do not keep the others from their turn."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from tenor import app, worker
from tenor.base import clock
from tenor.base.config import Settings
from tenor.core.orders import service as orders
from tenor.core.orders.model import State

if TYPE_CHECKING:
    from tenor.base.database import Tx
    from tests.core.conftest import Trade


async def test_more_rows_than_a_batch_that_always_fail_starve_nobody(
    trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_BATCH", 3)
    past = type(trade)(trade.database, trade.merchant, clock.now() - timedelta(days=8))
    broken = [await past.create() for _ in range(7)]
    later = type(trade)(trade.database, trade.merchant, clock.now() - timedelta(days=7, minutes=1))
    sound = [await later.create() for _ in range(2)]
    failing = {order.id for order in broken}
    expire = orders.expire_due

    async def sometimes(tx: Tx, merchant_id: UUID, order_id: UUID, now: datetime) -> bool:
        if order_id in failing:
            raise RuntimeError("this one never works")
        return await expire(tx, merchant_id, order_id, now)

    monkeypatch.setattr(orders, "expire_due", sometimes)
    on = app.build_platform(Settings(secret="s" * 32, worker=False), trade.database)
    await worker.sweep_once(on)
    assert [(await trade.fresh(order)).state for order in sound] == [State.EXPIRED] * 2
    assert {(await trade.fresh(order)).state for order in broken} == {State.NEW}
