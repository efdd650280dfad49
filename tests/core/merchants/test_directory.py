"""Who is calling: every wrong credential is refused alike, and a change takes effect within a second."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tenor.base.config import Environment
from tenor.base.database import Database
from tenor.base.errors import Unauthenticated
from tenor.base.seal import Seal
from tenor.core.merchants import service, store
from tenor.core.merchants.directory import Directory
from tenor.core.merchants.model import CredentialKind, IssuedCredential

if TYPE_CHECKING:
    from tests.core.conftest import MakeTrade, Trade

SEAL = Seal("a secret of at least thirty-two characters")


async def _issue(
    trade: Trade, kind: CredentialKind = "api_key", environment: Environment = "sandbox"
) -> IssuedCredential:
    async with trade.database.transaction() as tx:
        return await service.issue_credential(tx, SEAL, trade.merchant.id, kind, environment)


@pytest.fixture
def directory(database: Database) -> Directory:
    """A sandbox's directory with nothing in its cache."""
    return Directory(database, SEAL, "sandbox")


@pytest.fixture
def look_ups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids that were looked up in the database, in order."""
    asked: list[str] = []
    real = store.find_holder

    async def counted(tx: object, merchant_id: object, credential_id: str, kind: object) -> object:
        asked.append(credential_id)
        return await real(tx, merchant_id, credential_id, kind)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "find_holder", counted)
    return asked


async def test_the_right_secret_names_its_merchant(directory: Directory, make_trade: MakeTrade) -> None:
    for trade in (await make_trade(), await make_trade()):
        key, client = await _issue(trade), await _issue(trade, "oauth_client")
        assert await directory.authenticate("api_key", key.id, key.secret) == trade.merchant
        assert await directory.authenticate("oauth_client", client.id, client.secret) == trade.merchant


async def _wrong(trade: Trade, directory: Directory) -> list[tuple[str, str]]:
    """One credential for each reason to refuse, as id and secret."""
    good, other = await _issue(trade), await _issue(trade)
    revoked, expired = await _issue(trade), await _issue(trade)
    live, client = await _issue(trade, environment="production"), await _issue(trade, "oauth_client")
    async with trade.database.transaction() as tx:
        await service.revoke(tx, revoked.id)
        await tx.execute("UPDATE credentials SET expires_at = now() WHERE id = $1", expired.id)
    await directory.authenticate("api_key", good.id, good.secret)
    return [
        (revoked.id, revoked.secret),
        (expired.id, expired.secret),
        (live.id, live.secret),
        (client.id, client.secret),
        (good.id, other.secret),
        (good.id, ""),
        (good.id, good.secret + "x"),
        (good.id, good.secret.swapcase()),
        (good.secret, good.id),
        ("", ""),
        ("pk_test_", good.secret),
        (good.id[:-1], good.secret),
        (good.id.replace("pk_test_", "pk_live_"), good.secret),
        ("pk_test_" + "A" * 32, good.secret),
        ("\x00", good.secret),
        (good.id + "\x00", good.secret),
        ("pk_test_\x00", "\x00"),
        ("é" * 300, "é" * 10_000),
    ]


async def test_every_wrong_credential_is_refused_in_the_same_words_after_one_look_up(
    trade: Trade, directory: Directory, look_ups: list[str]
) -> None:
    said = set()
    for credential_id, secret in await _wrong(trade, directory):
        look_ups.clear()
        with pytest.raises(Unauthenticated) as refusal:
            await directory.authenticate("api_key", credential_id, secret)
        said.add(str(refusal.value))
        assert len(look_ups) == 1, credential_id
    assert said == {"The credentials are not valid."}


async def test_the_right_secret_is_looked_up_once_for_many_calls(
    trade: Trade, directory: Directory, look_ups: list[str]
) -> None:
    key = await _issue(trade)
    for _ in range(20):
        await directory.authenticate("api_key", key.id, key.secret)
    assert len(look_ups) == 1


async def test_a_key_of_production_works_in_production_alone(trade: Trade) -> None:
    test, live = await _issue(trade), await _issue(trade, environment="production")
    production = Directory(trade.database, SEAL, "production")
    assert await production.authenticate("api_key", live.id, live.secret) == trade.merchant
    with pytest.raises(Unauthenticated):
        await production.authenticate("api_key", test.id, test.secret)


async def test_under_another_deployments_secret_no_key_opens(trade: Trade) -> None:
    key = await _issue(trade)
    with pytest.raises(Unauthenticated):
        await Directory(trade.database, Seal("x" * 32), "sandbox").authenticate("api_key", key.id, key.secret)


async def test_a_rotated_key_works_at_once_and_the_old_one_through_the_overlap(
    trade: Trade, directory: Directory
) -> None:
    old = await _issue(trade)
    await directory.authenticate("api_key", old.id, old.secret)
    async with trade.database.transaction() as tx:
        new = await service.rotate(tx, SEAL, trade.merchant.id, "api_key", "sandbox", timedelta(hours=1))
    for key in (new, old):
        assert await directory.authenticate("api_key", key.id, key.secret) == trade.merchant


async def test_a_revocation_takes_effect_within_a_second_however_busy_the_key_is(
    trade: Trade, directory: Directory
) -> None:
    key = await _issue(trade)
    await directory.authenticate("api_key", key.id, key.secret)
    async with trade.database.transaction() as tx:
        await service.revoke(tx, key.id)
    revoked_at = asyncio.get_running_loop().time()
    refused = False
    while not refused and asyncio.get_running_loop().time() < revoked_at + 1:
        try:
            await directory.authenticate("api_key", key.id, key.secret)
        except Unauthenticated:
            refused = True
        await asyncio.sleep(0.02)
    assert refused
    with pytest.raises(Unauthenticated):
        await directory.merchant_of_client("api_key", key.id)


async def test_a_revocation_takes_effect_within_a_second_for_a_key_that_nobody_used_in_between(
    trade: Trade, directory: Directory
) -> None:
    key = await _issue(trade)
    await directory.authenticate("api_key", key.id, key.secret)
    async with trade.database.transaction() as tx:
        await service.revoke(tx, key.id)
    await asyncio.sleep(1)
    with pytest.raises(Unauthenticated):
        await directory.authenticate("api_key", key.id, key.secret)


async def test_an_end_that_comes_while_a_key_is_remembered_counts_at_once(trade: Trade, directory: Directory) -> None:
    key = await _issue(trade)
    async with trade.database.transaction() as tx:
        await tx.execute("UPDATE credentials SET expires_at = now() + interval '200 milliseconds'")
    await directory.authenticate("api_key", key.id, key.secret)
    await asyncio.sleep(0.25)
    with pytest.raises(Unauthenticated):
        await directory.authenticate("api_key", key.id, key.secret)


async def test_a_vouched_for_client_is_named_while_it_is_usable(trade: Trade, directory: Directory) -> None:
    client, key = await _issue(trade, "oauth_client"), await _issue(trade)
    live = await _issue(trade, "oauth_client", "production")
    assert await directory.merchant_of_client("oauth_client", client.id) == trade.merchant
    for wrong in (key.id, live.id, "client_test_\x00", ""):
        with pytest.raises(Unauthenticated):
            await directory.merchant_of_client("oauth_client", wrong)
