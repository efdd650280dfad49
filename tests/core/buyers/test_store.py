"""Buyers are met once and known from then on, and looking one up stands in nobody's way."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tenor.base.database import Database
from tenor.core.buyers import store
from tenor.core.buyers.model import Buyer
from tenor.core.buyers.rules import normal_email
from tenor.core.orders.model import State

if TYPE_CHECKING:
    from tests.core.conftest import Trade

NOW = datetime(2026, 4, 15, tzinfo=UTC)


async def _meet(database: Database, name: str, email: str) -> Buyer:
    async with database.transaction() as tx:
        return await store.find_or_insert(tx, name, email, NOW)


async def test_a_buyer_keeps_the_name_given_first(database: Database) -> None:
    first = await _meet(database, "Northwind", "ana@example.com")
    assert await _meet(database, "Other", "ana@example.com") == first
    assert (await _meet(database, "Northwind", "bo@example.com")).id != first.id


async def test_many_first_meetings_at_once_are_one_buyer(database: Database) -> None:
    met = await asyncio.gather(*(_meet(database, f"Name {number}", "ana@example.com") for number in range(20)))
    assert len(set(met)) == 1


@pytest.mark.parametrize("written", ["Ana@Example.com", "ÀÉ@example.com", "İ@example.com", "ΣΑΣ@example.com", "ẞ@a.co"])
async def test_an_address_in_lower_case_is_in_lower_case_for_the_database_too(database: Database, written: str) -> None:
    email = normal_email(written)
    assert (await _meet(database, "Northwind", email)).email == email


async def test_a_full_refund_does_not_wait_for_somebody_who_chooses_terms_as_the_same_buyer(trade: Trade) -> None:
    order = await trade.sold()
    assert order.terms is not None
    refund = await trade.refund(order, order.amounts.total)
    async with trade.database.transaction() as chooser:
        await store.find_or_insert(chooser, "Northwind", order.terms.email, NOW)
        assert await asyncio.wait_for(trade.execute(order, refund.locked_at), 10)
    assert (await trade.fresh(order)).state == State.REFUNDED
