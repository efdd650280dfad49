"""A key in use is looked up again in time, once for all and without any caller waiting for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tenor.base.errors import Unauthenticated
from tenor.base.seal import Seal
from tenor.core.merchants import directory as module
from tenor.core.merchants import service, store
from tenor.core.merchants.directory import Directory

if TYPE_CHECKING:
    from tests.core.conftest import Trade

SEAL = Seal("a secret of at least thirty-two characters")


async def test_calls_at_once_renew_a_key_once_and_do_not_wait(trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    async with trade.database.transaction() as tx:
        key = await service.issue_credential(tx, SEAL, trade.merchant.id, "api_key", "sandbox")
    directory = Directory(trade.database, SEAL, "sandbox")
    await directory.authenticate("api_key", key.id, key.secret)
    monkeypatch.setattr(module, "_RENEWED_AFTER", -1.0)
    monkeypatch.setattr(module, "_TRUSTED_FOR", 600.0)
    asked, answer = asyncio.Event(), asyncio.Event()
    look_ups = 0
    real = store.find_holder

    async def slow(tx: object, *what: object) -> object:
        nonlocal look_ups
        look_ups += 1
        asked.set()
        await answer.wait()
        return await real(tx, *what)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "find_holder", slow)
    for _ in range(20):
        assert await directory.authenticate("api_key", key.id, key.secret) == trade.merchant
        assert await directory.merchant_of_client("api_key", key.id) == trade.merchant
    await asked.wait()
    assert look_ups == 1

    async with trade.database.transaction() as tx:
        await service.revoke(tx, key.id)
    answer.set()
    await asyncio.gather(*directory._renewals.values())
    with pytest.raises(Unauthenticated):
        await directory.authenticate("api_key", key.id, key.secret)


async def test_a_database_that_is_away_is_told_to_the_caller_only_when_the_keys_time_is_over(
    trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with trade.database.transaction() as tx:
        key = await service.issue_credential(tx, SEAL, trade.merchant.id, "api_key", "sandbox")
    directory = Directory(trade.database, SEAL, "sandbox")
    await directory.authenticate("api_key", key.id, key.secret)
    monkeypatch.setattr(module, "_RENEWED_AFTER", -1.0)
    monkeypatch.setattr(module, "_TRUSTED_FOR", 600.0)

    asked = 0

    async def away(*_: object) -> object:
        nonlocal asked
        asked += 1
        raise ConnectionRefusedError

    monkeypatch.setattr(store, "find_holder", away)
    for _ in range(3):
        assert await directory.authenticate("api_key", key.id, key.secret) == trade.merchant
        await asyncio.sleep(0.01)
    assert asked == 1
    monkeypatch.setattr(module, "_TRUSTED_FOR", -1.0)
    with pytest.raises(ConnectionRefusedError):
        await directory.authenticate("api_key", key.id, key.secret)

    monkeypatch.undo()
    monkeypatch.setattr(module, "_TRUSTED_FOR", -1.0)
    assert await directory.authenticate("api_key", key.id, key.secret) == trade.merchant
    assert not directory._renewals
