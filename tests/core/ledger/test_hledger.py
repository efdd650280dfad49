"""An outsider's program reads the journal and finds the same balances."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tenor.base import money
from tenor.core.ledger import store
from tenor.core.ledger.export import plain_text

if TYPE_CHECKING:
    from tests.core.conftest import Trade


def hledger() -> str:
    """The program; without it a developer's run skips, and CI's fails."""
    found = shutil.which("hledger")
    if found is None and not os.environ.get("CI"):
        pytest.skip("hledger is not installed")
    assert found, "CI installs hledger"
    return found


async def test_hledger_finds_the_balances_that_tenor_keeps(trade: Trade) -> None:
    program = hledger()
    for code in ("net30", "net60", "months3"):
        await trade.refund_at_once(await trade.sold(code=code), 333_33)
    await trade.refund_at_once(await trade.sold(code="months3"), 1_000_00)

    async with trade.database.single_statement() as tx:
        entries = [entry for _, entry in await store.entries(tx, None, None, 1000)]
        kept = {f"{one.account}:{one.merchant_id}": one for one in await store.balances(tx)}
    report = subprocess.run(  # noqa: ASYNC221 - nothing else runs
        [program, "-f", "-", "balance", "--flat", "--empty", "--no-total", "-O", "csv"],
        input="".join(plain_text(entries)), capture_output=True, text=True, check=True,
    )  # fmt: skip

    found = {
        row["account"]: Decimal(row["balance"].removeprefix("USD "))
        for row in csv.DictReader(report.stdout.splitlines())
    }
    assert found == {account: money.to_decimal(one.net, "USD") for account, one in kept.items()}
    assert len(entries) == 8
