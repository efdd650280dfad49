"""`tenor ledger`."""

from __future__ import annotations

import asyncpg
import pytest

from tenor.demo import catalogue
from tenor.demo.catalogue import HARBOR
from tests.journeys.buyer import Buyer
from tests.journeys.deployment import SHOP, Deployment


@pytest.fixture
def traded(deployment: Deployment) -> Deployment:
    """A deployment with one sale of 7,255.12 on net 60."""
    keys = deployment.merchant()
    with deployment.serving() as served:
        api = served.backd(keys)
        order = api.create_order(catalogue.backd_order(catalogue.usual(HARBOR), "L-1", SHOP))
        Buyer(served.server, deployment.home).arrives(order["customer_url"])
        api.order_placed(order["backd_order_id"], "L-1")
        api.confirm_order(order["backd_order_id"])
    return deployment


async def test_the_books_are_shown_to_programs_and_people_and_a_corruption_is_found(traded: Deployment) -> None:
    rows = traded.answers("ledger", "balances", "--json")
    assert {row["account"]: (row["balance"], row["balance_minor"], row["currency"]) for row in rows} == {
        "assets:buyer receivable": ("7327.67", 732767, "USD"),
        "income:buyer fees": ("-72.55", -7255, "USD"),
        "income:merchant fees": ("-181.38", -18138, "USD"),
        "liabilities:merchant payable": ("-7073.74", -707374, "USD"),
    }
    assert sum(row["balance_minor"] for row in rows) == 0
    assert "7327.67 USD" in traded.succeeds("ledger", "balances", "--merchant", "Harbor Supply")
    assert "The books are clean" in traded.succeeds("ledger", "check")

    database = await asyncpg.connect(traded.database_url)
    await database.execute("UPDATE account_balances SET debit = debit + 1 WHERE account = 'assets:buyer receivable'")
    await database.close()

    done = traded.run("ledger", "check")
    assert done.returncode == 1
    assert "BROKEN: the balances are the journal's sums" in done.stdout
    assert "kept 732768/0, journal 732767/0" in done.stdout


def test_the_books_of_nobody_are_empty(deployment: Deployment) -> None:
    assert deployment.answers("ledger", "balances", "--json") == []
    assert deployment.run("ledger", "balances", "--merchant", "nobody").returncode == 2
