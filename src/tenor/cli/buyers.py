"""`tenor buyer`: companies that buy, which of them are one, and what is erased of their people."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
import typer

from tenor.base import clock, money
from tenor.base.database import Tx
from tenor.base.errors import Invalid, NotFound
from tenor.cli.database import with_platform
from tenor.cli.merchants import AsJson, print_json
from tenor.core.buyers import merging, service, store
from tenor.core.buyers.merging import store as merges
from tenor.core.buyers.model import Company
from tenor.core.credit import store as credit
from tenor.core.erasure import service as erasure
from tenor.core.erasure import store as erasures
from tenor.core.erasure.model import Report
from tenor.core.staff import store as staff
from tenor.core.staff.model import OPERATOR, Done
from tenor.faces.checkout import store as checkout
from tenor.faces.face import Platform

buyer = typer.Typer(no_args_is_help=True, help="Companies that buy, and their people.")

_SHOWN = 100

OfBuyer = Annotated[str, typer.Argument(help="Id of the buyer, as `tenor buyer list` shows it")]
By = Annotated[str, typer.Option(help="Who answers for it")]


@buyer.command("list")
def list_buyers(
    wanted: Annotated[str, typer.Argument(help="A part of the name, a registration number, or an e-mail address")] = "",
    suspected: Annotated[bool, typer.Option("--suspected", help="Pairs that look like one company")] = False,
    as_json: AsJson = False,
) -> None:
    """List the newest 100 buyers, or those that are looked for."""

    async def run(on: Platform) -> list[Any]:
        async with on.database.single_statement() as tx:
            if suspected:
                return list(await service.suspected(tx, _SHOWN))
            return list(await store.companies(tx, wanted, None, _SHOWN))

    found = with_platform(run)
    if as_json:
        print_json(found)
    elif suspected:
        for pair in found:
            typer.echo(f"{_line(pair.one)}\n{_line(pair.other)}\n    {', '.join(pair.reasons)}")
    else:
        for one in found:
            typer.echo(_line(one))


def _line(one: Company) -> str:
    registered = f"{one.country} {one.registration_number}" if one.registration_number else "no registration yet"
    return f"{one.id}  {one.name}  {registered}"


@buyer.command()
def show(buyer_id: OfBuyer, as_json: AsJson = False) -> None:
    """Show a buyer: its people, what it owes or has reserved, its merges, whom it looks like, what was erased."""

    async def run(on: Platform) -> dict[str, Any]:
        async with on.database.single_statement() as tx:
            return await _described(tx, _uuid(buyer_id))

    shown = with_platform(run)
    if as_json:
        print_json(shown)
        return
    typer.echo(_line(shown["company"]))
    for person in shown["people"]:
        typer.echo(f"    person   {person.email}  {person.name or '-'}  {person.role}")
    for owed in shown["exposures"]:
        typer.echo(f"    exposure {owed['amount']} {owed['currency']}  (with all that are merged: {owed['of_group']})")
    for one in shown["merges"]:
        undone = f", undone by {one.undone_by} on {one.undone_at:%Y-%m-%d}" if one.undone_at else ""
        typer.echo(f"    merge    {one.from_buyer} into {one.into_buyer}: {one.reason} ({one.merged_by}{undone})")
    for suspect in shown["suspects"]:
        typer.echo(f"    like     {suspect.buyer_id}  {suspect.name}: {', '.join(suspect.reasons)}")
    for report in shown["erasures"]:
        typer.echo(f"    erased   {report.erased_at:%Y-%m-%d} by {report.erased_by}")


async def _described(tx: Tx, buyer_id: UUID) -> dict[str, Any]:
    company = await store.company(tx, buyer_id)
    if company is None:
        raise _unknown(buyer_id)
    group = await merging.group(tx, buyer_id)
    of_group = await credit.exposures(tx, group)
    return {
        "company": company,
        "people": await store.people(tx, [buyer_id]),
        "exposures": [
            {
                "currency": currency,
                "amount": money.to_text(amount, currency),
                "of_group": money.to_text(of_group[currency], currency),
            }
            for currency, amount in (await credit.exposures(tx, [buyer_id])).items()
        ],
        "group": group,
        "merges": await merges.of_buyers(tx, [buyer_id]),
        "suspects": await service.suspects(tx, group),
        "erasures": await erasures.of_buyer(tx, buyer_id),
    }


@buyer.command()
def merge(
    from_buyer: OfBuyer,
    into: Annotated[str, typer.Option(help="Id of the buyer that it is")],
    reason: Annotated[str, typer.Option(help="Why, in a sentence")],
    by: By,
) -> None:
    """Note that a buyer is another one: from now on they share one limit. Nothing else changes."""

    async def run(on: Platform) -> UUID:
        async with on.database.transaction() as tx:
            now = clock.now()
            made = await merging.merge(tx, into=_uuid(into), from_=_uuid(from_buyer), by=by, reason=reason, now=now)
            if made.merged_at == now:
                await _note(
                    tx, "buyers_merged", made.from_buyer, made.into_buyer, by=made.merged_by, reason=made.reason
                )
        return made.into_buyer

    typer.echo(f"The buyer shares its limit with {with_platform(run)}. `tenor buyer unmerge {from_buyer}` undoes it.")


@buyer.command()
def unmerge(from_buyer: OfBuyer, by: By) -> None:
    """Undo a merge. Each buyer has its own orders and its own exposure, as before."""

    async def run(on: Platform) -> UUID:
        async with on.database.transaction() as tx:
            undone = await merging.unmerge(tx, from_=_uuid(from_buyer), by=by, now=clock.now())
            await _note(tx, "buyers_parted", undone.from_buyer, undone.into_buyer, by=by)
            return undone.into_buyer

    typer.echo(f"The buyer is apart from {with_platform(run)} again.")


@buyer.command()
def dismiss(one: OfBuyer, other: OfBuyer, by: By) -> None:
    """Note that two buyers that look alike are two companies."""

    async def run(on: Platform) -> None:
        async with on.database.transaction() as tx:
            await service.dismiss(tx, _uuid(one), _uuid(other), by=by, now=clock.now())
            await _note(tx, "lookalikes_dismissed", _uuid(one), _uuid(other), by=by)

    with_platform(run)
    typer.echo("They are two companies; the suspicion is settled.")


@buyer.command()
def erase(
    by: By,
    buyer_id: Annotated[str | None, typer.Argument(help="Id of the buyer whose people are to go")] = None,
    email: Annotated[str | None, typer.Option(help="The address of the person who is to go")] = None,
    as_json: AsJson = False,
) -> None:
    """Erase a person, or all people of a buyer, and print what went and what stays. The books stay as they are."""
    if (buyer_id is None) == (email is None):
        raise Invalid.field((), "give the id of a buyer or --email, one of them")

    async def run(on: Platform) -> Report | None:
        async with on.database.transaction() as tx:
            now = clock.now()
            if email is not None:
                report = await erasure.erase_person(tx, email, by=by, now=now, forget=checkout.forget)
            else:
                report = await erasure.erase_people(tx, _uuid(buyer_id or ""), by=by, now=now, forget=checkout.forget)
        # Rows first: whatever ends this program here leaves files without a row, which the worker's sweep removes.
        for one in report.removed_documents if report else ():
            await on.files.remove(one.merchant_id, [one.id])
        return report

    _tell(with_platform(run), as_json=as_json)


def _tell(report: Report | None, *, as_json: bool) -> None:
    if as_json:
        print_json(msgspec.to_builtins(report))
        return
    if report is None:
        typer.echo("Nothing is left to erase.")
        return
    for one in report.erased:
        typer.echo(f"erased  {one.count:>6}  {one.what}")
    for document in report.removed_documents:
        typer.echo(f"            document {document.id}  {document.media_type}  {document.size} bytes")
    for kept in report.kept:
        typer.echo(f"kept    {'' if kept.count is None else kept.count:>6}  {kept.what}: {kept.why}")
    typer.echo(f"This report is kept as {report.id}. Logs, backups and letters that were sent are not reached by it.")


async def _note(tx: Tx, act: str, one: UUID, other: UUID, **detail: str) -> None:
    await staff.note(tx, OPERATOR, Done(act=act, buyer_id=one, subject=str(other), detail=detail), clock.now())


def _uuid(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise _unknown(given) from None


def _unknown(given: object) -> NotFound:
    return NotFound(f"There is no buyer {given}; `tenor buyer list` shows their ids.")
