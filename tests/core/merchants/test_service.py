"""Registering merchants, their keys, and a sandbox's clock."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tenor.base import clock
from tenor.base.database import Database
from tenor.base.errors import Invalid, NotFound
from tenor.base.ids import new_id
from tenor.base.seal import Seal
from tenor.core.merchants import service, store
from tenor.core.merchants.model import Merchant, Programme

if TYPE_CHECKING:
    from tests.core.conftest import Trade

SEAL = Seal("a secret of at least thirty-two characters")
_THREE_DAYS, _HOUR = timedelta(days=3), timedelta(hours=1)
PROGRAMME = Programme(offers=(), order_limit=1, exposure_limit=1, time_zone="UTC", order_valid=timedelta(days=2))


async def _create(database: Database, **changes: object) -> Merchant:
    facts: dict[str, object] = {
        "name": " Acme ", "country": "us", "currency": "usd", "flow": "backd",
        "origins": ["https://Shop.example.com:443/", "http://127.0.0.1:8000"], "programme": PROGRAMME,
    }  # fmt: skip
    async with database.transaction() as tx:
        return await service.create(tx, **{**facts, **changes})  # type: ignore[arg-type]


async def test_a_merchant_is_kept_as_it_was_registered(database: Database) -> None:
    merchant = await _create(database)
    assert (merchant.name, merchant.country, merchant.currency) == ("Acme", "US", "USD")
    assert merchant.origins == ("https://shop.example.com", "http://127.0.0.1:8000")
    async with database.single_statement() as tx:
        assert await store.find(tx, merchant.id) == merchant
        assert await store.find_all(tx) == [merchant]
        assert await store.find(tx, new_id()) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "   "), ("name", "x" * 201), ("name", "a\nb"), ("name", "a\x00b"), ("name", "a\u202eb"),
        ("country", "USA"), ("country", "U"), ("country", "1A"), ("country", "السعودية"),
        ("currency", "XYZ"), ("currency", "dollars"), ("currency", ""),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_named(database: Database, field: str, value: str) -> None:
    with pytest.raises(Invalid, match=f"^{field}: "):
        await _create(database, **{field: value})


@pytest.mark.parametrize(
    "origin",
    ["shop.example.com", "https://shop.example.com/path", "https://shop.example.com/?a", "https://shop.example.com?a",
     "https://shop.example.com#a", "https://ana@shop.example.com", "javascript:alert(1)", ""],
)  # fmt: skip
async def test_an_origin_is_nothing_but_an_origin(database: Database, origin: str) -> None:
    with pytest.raises(Invalid, match=r"^origin: .* is not an origin such as https://shop\.example\.com"):
        await _create(database, origins=[origin])


async def test_of_a_secret_only_a_keyed_hash_is_kept(database: Database) -> None:
    merchant = await _create(database)
    async with database.transaction() as tx:
        issued = await service.issue_credential(tx, SEAL, merchant.id, "api_key", "sandbox")
        other = await service.issue_credential(tx, SEAL, merchant.id, "api_key", "sandbox")
        [first, _] = await store.credentials_of(tx, merchant.id)
        kept = await tx.fetchval("SELECT string_agg(c::text, ' ') FROM credentials c")
    assert issued.secret not in kept
    assert issued.secret.startswith("sk_test_")
    assert len(issued.secret) > 43
    assert first.secret_hash == service.hash_secret(SEAL, issued.id, issued.secret)
    elsewhere = Seal("another secret of at least 32 characters")
    assert service.hash_secret(SEAL, other.id, issued.secret) != first.secret_hash
    assert service.hash_secret(elsewhere, issued.id, issued.secret) != first.secret_hash


async def test_rotating_ends_the_old_keys_of_that_kind_after_the_overlap_and_no_others(database: Database) -> None:
    merchant = await _create(database)
    async with database.transaction() as tx:
        old = await service.issue_credential(tx, SEAL, merchant.id, "api_key", "sandbox")
        client = await service.issue_credential(tx, SEAL, merchant.id, "oauth_client", "sandbox")
        live = await service.issue_credential(tx, SEAL, merchant.id, "api_key", "production")
        new = await service.rotate(tx, SEAL, merchant.id, "api_key", "sandbox", timedelta(hours=1))
        kept = {one.id: one for one in await store.credentials_of(tx, merchant.id)}
    now = clock.now()
    assert set(kept) == {old.id, client.id, live.id, new.id}
    assert [one for one in kept if kept[one].expires_at is not None] == [old.id]
    assert kept[old.id].usable("sandbox", now)
    assert not kept[old.id].usable("sandbox", now + timedelta(hours=1))


async def test_rotating_again_never_puts_an_end_off(database: Database) -> None:
    merchant = await _create(database)
    async with database.transaction() as tx:
        old = await service.issue_credential(tx, SEAL, merchant.id, "api_key", "sandbox")
        await service.rotate(tx, SEAL, merchant.id, "api_key", "sandbox", timedelta(hours=1))
        await service.rotate(tx, SEAL, merchant.id, "api_key", "sandbox", timedelta(days=30))
        kept = {one.id: one for one in await store.credentials_of(tx, merchant.id)}
    assert not kept[old.id].usable("sandbox", clock.now() + timedelta(hours=1))


async def test_rotating_without_an_overlap_ends_the_old_key_at_once(database: Database) -> None:
    merchant = await _create(database)
    async with database.transaction() as tx:
        old = await service.issue_credential(tx, SEAL, merchant.id, "api_key", "sandbox")
        await service.rotate(tx, SEAL, merchant.id, "api_key", "sandbox", timedelta(0))
        kept = {one.id: one for one in await store.credentials_of(tx, merchant.id)}
    assert kept[old.id].revoked_at is not None


async def test_there_is_nothing_to_rotate_or_revoke_of_nobody(database: Database) -> None:
    merchant = await _create(database)
    async with database.transaction() as tx:
        issued = await service.issue_credential(tx, SEAL, merchant.id, "api_key", "sandbox")
        with pytest.raises(NotFound):
            await service.rotate(tx, SEAL, new_id(), "api_key", "sandbox", timedelta(0))
        await service.revoke(tx, issued.id)
        for wrong in (issued.id, "pk_test_", "", issued.id + "A", "pk_test_\x00"):
            with pytest.raises(NotFound):
                await service.revoke(tx, wrong)


async def test_a_sandbox_clock_goes_forward_and_is_the_merchants_own(trade: Trade) -> None:
    async with trade.database.transaction() as tx:
        other = await _create(trade.database)
        moved = [await service.advance_clock(tx, trade.merchant.id, by, "sandbox") for by in (_THREE_DAYS, _HOUR)]
        assert moved == [_THREE_DAYS, _THREE_DAYS + _HOUR]
        ahead = await service.now(tx, trade.merchant.id) - clock.now()
        assert timedelta(days=3, minutes=59) < ahead <= _THREE_DAYS + _HOUR
        assert abs(await service.now(tx, other.id) - clock.now()) < timedelta(minutes=1)


@pytest.mark.parametrize("by", [timedelta(0), timedelta(seconds=-1), timedelta(days=3661)])
async def test_a_clock_never_goes_back_nor_out_of_sight(trade: Trade, by: timedelta) -> None:
    async with trade.database.transaction() as tx:
        with pytest.raises(Invalid, match=r"^duration: "):
            await service.advance_clock(tx, trade.merchant.id, by, "sandbox")


async def test_only_a_sandbox_of_a_known_merchant_has_a_clock_that_moves(trade: Trade) -> None:
    async with trade.database.transaction() as tx:
        with pytest.raises(Invalid, match=r"^environment: "):
            await service.advance_clock(tx, trade.merchant.id, timedelta(days=1), "production")
        with pytest.raises(NotFound):
            await service.advance_clock(tx, new_id(), timedelta(days=1), "sandbox")


async def test_many_small_steps_take_a_clock_no_farther_than_one_large_one(trade: Trade) -> None:
    async with trade.database.transaction() as tx:
        await service.advance_clock(tx, trade.merchant.id, timedelta(days=3660), "sandbox")
    with pytest.raises(Invalid, match="ten years"):
        async with trade.database.transaction() as tx:
            await service.advance_clock(tx, trade.merchant.id, timedelta(seconds=1), "sandbox")
    async with trade.database.transaction() as tx:
        assert await store.clock_offset(tx, trade.merchant.id) == timedelta(days=3660)
