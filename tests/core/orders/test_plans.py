"""On a young database, of which PostgreSQL knows no statistics yet, no statement reads a merchant's other orders."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from tenor.base import migrations
from tenor.base.ids import new_id
from tests.databases import fresh

BY_ID = "SELECT 1 FROM orders WHERE merchant_id = $1 AND id = $2 FOR KEY SHARE"
BY_NUMBER = "SELECT 1 FROM orders WHERE merchant_id = $1 AND number = $2 FOR UPDATE"


@pytest.mark.parametrize(
    ("statement", "types", "index"),
    [(BY_ID, "uuid, uuid", "orders_pkey"), (BY_NUMBER, "uuid, text", "orders_number")],
    ids=["a foreign key's look-up", "a look-up by number"],
)
async def test_an_order_is_found_by_the_index_that_names_it(
    server_url: str, statement: str, types: str, index: str
) -> None:
    # Of the database that all tests share, PostgreSQL comes to know statistics while they run.
    async with fresh(server_url) as url:
        await asyncio.to_thread(migrations.upgrade, url)
        connection = await asyncpg.connect(url)
        try:
            await connection.execute("SET plan_cache_mode = force_generic_plan")
            await connection.execute(f"PREPARE looked_up ({types}) AS {statement}")
            plan = await connection.fetch(f"EXPLAIN EXECUTE looked_up ('{new_id()}', '{new_id()}')")
        finally:
            await connection.close()
    told = "\n".join(line[0] for line in plan)
    assert index in told
    assert "Filter" not in told
