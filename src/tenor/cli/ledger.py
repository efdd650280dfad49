"""`tenor ledger`: the books."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tenor.base import money
from tenor.cli.database import with_platform
from tenor.cli.merchants import AsJson, named, print_json
from tenor.core.ledger import invariants, store
from tenor.core.ledger.export import plain_text
from tenor.core.ledger.model import Balance
from tenor.core.merchants import store as merchant_store
from tenor.faces.face import Platform

ledger = typer.Typer(no_args_is_help=True, help="The books.")

_PAGE = 1000

OfMerchant = Annotated[str | None, typer.Option("--merchant", help="Id or name; all merchants without it")]


@ledger.command()
def balances(merchant: OfMerchant = None, as_json: AsJson = False) -> None:
    """Print every account's balance. Debit is positive."""

    async def run(on: Platform) -> list[dict[str, Any]]:
        async with on.database.single_statement() as tx:
            only = (await named(tx, merchant)).id if merchant else None
            names = {one.id: one.name for one in await merchant_store.find_all(tx)}
            return [_described(one, names[one.merchant_id]) for one in await store.balances(tx, only)]

    rows = with_platform(run)
    if as_json:
        print_json(rows)
        return
    widest = max((len(row["merchant"]) for row in rows), default=0)
    for row in rows:
        typer.echo(f"{row['merchant']:{widest}}  {row['account']:32} {row['balance']:>20} {row['currency']}")


def _described(balance: Balance, merchant: str) -> dict[str, Any]:
    def text(minor: int) -> str:
        return money.to_text(minor, balance.currency)

    return {
        "merchant_id": str(balance.merchant_id),
        "merchant": merchant,
        "account": balance.account,
        "currency": balance.currency,
        "debit": text(balance.debit),
        "credit": text(balance.credit),
        "balance": text(balance.net),
        "debit_minor": balance.debit,
        "credit_minor": balance.credit,
        "balance_minor": balance.net,
    }


@ledger.command()
def check() -> None:
    """Check what must always hold of the books. Exit status 1 where an invariant is broken."""

    async def run(on: Platform) -> list[invariants.Broken]:
        async with on.database.single_statement() as tx:
            return await invariants.check(tx)

    broken = with_platform(run)
    for one in broken:
        typer.echo(f"BROKEN: {one.invariant}")
        for place in one.places:
            typer.echo(f"    {place}")
    if broken:
        raise typer.Exit(1)
    typer.echo(f"The books are clean: {len(invariants.INVARIANTS)} invariants hold.")


@ledger.command()
def export(merchant: OfMerchant = None) -> None:
    """Print the journal as plain-text accounting: `tenor ledger export | hledger -f - balance`."""

    async def run(on: Platform) -> None:
        last = None
        async with on.database.single_statement() as tx:
            only = (await named(tx, merchant)).id if merchant else None
            while page := await store.entries(tx, only, last, _PAGE):
                last = page[-1][0]
                typer.echo("".join(plain_text(entry for _, entry in page)), nl=False)

    with_platform(run)
