"""On a young database, of which PostgreSQL knows no statistics yet, no statement reads a merchant's other orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest

if TYPE_CHECKING:
    from tests.core.conftest import Trade

BY_ID = "SELECT 1 FROM orders WHERE merchant_id = $1 AND id = $2 FOR KEY SHARE"
BY_NUMBER = "SELECT 1 FROM orders WHERE merchant_id = $1 AND number = $2 FOR UPDATE"


@pytest.mark.parametrize(
    ("statement", "types", "index"),
    [(BY_ID, "uuid, uuid", "orders_pkey"), (BY_NUMBER, "uuid, text", "orders_number")],
    ids=["a foreign key's look-up", "a look-up by number"],
)
async def test_an_order_is_found_by_the_index_that_names_it(
    trade: Trade, database_url: str, statement: str, types: str, index: str
) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        await connection.execute(f"PREPARE looked_up ({types}) AS {statement}")
        plan = await connection.fetch(f"EXPLAIN EXECUTE looked_up ('{trade.merchant.id}', '{trade.merchant.id}')")
    finally:
        await connection.close()
    told = "\n".join(line[0] for line in plan)
    assert index in told
    assert "Filter" not in told
