"""`tenor mail`: what became of letters."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import typer

from tenor.base import clock
from tenor.base.errors import NotFound
from tenor.cli.database import with_platform
from tenor.cli.deliveries import described, print_fields
from tenor.cli.merchants import AsJson, print_json
from tenor.core.mail import service, store
from tenor.core.mail.model import Mail
from tenor.faces.face import Platform

mail = typer.Typer(no_args_is_help=True, help="Letters to buyers and merchants, and what became of them.")

_SHOWN = 100


@mail.command("list")
def list_mail(
    failed: Annotated[bool, typer.Option("--failed", help="Those alone that were given up")] = False,
    as_json: AsJson = False,
) -> None:
    """List the newest 100 letters with what stood in the way of those that did not go. Times are UTC."""

    async def run(on: Platform) -> list[Mail]:
        async with on.database.single_statement() as tx:
            return await store.latest(tx, _SHOWN, failed=failed)

    letters = with_platform(run)
    if as_json:
        print_json([_described(one) for one in letters])
        return
    for one in letters:
        typer.echo(f"{one.id}  {one.state}  {one.kind}  {one.recipient}  {_fate(one)}")


def _described(one: Mail) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "merchant_id": str(one.merchant_id),
        "order_id": str(one.order_id) if one.order_id else None,
        "kind": one.kind,
        "recipient": one.recipient,
        "state": one.state,
        "attempts": one.attempts,
        "due_at": one.due_at,
        "last_error": one.last_error,
        "sent_at": one.sent_at,
    }


def _fate(one: Mail) -> str:
    """When it went, or how often that was tried and what stood in the way; on one line, whatever the server said."""
    if one.sent_at is not None:
        return f"{one.sent_at:%Y-%m-%d %H:%M:%S}"
    reason = "".join(sign if sign.isprintable() else " " for sign in one.last_error or "")
    return f"{one.attempts} attempts  {reason}".rstrip()


@mail.command()
def show(
    mail_id: Annotated[str, typer.Argument(help="Id of the letter, as `tenor mail list` shows it")],
    as_json: AsJson = False,
) -> None:
    """Show one letter, and what the mail server said at each try."""

    async def run(on: Platform) -> dict[str, Any]:
        async with on.database.transaction() as tx:
            one = await service.found(tx, _uuid(mail_id))
            return {**_described(one), "tries": [described(each) for each in await service.attempts(tx, one)]}

    print_fields(with_platform(run), as_json, listed="tries")


@mail.command()
def retry(mail_id: Annotated[str, typer.Argument(help="Id of the letter, as `tenor mail list` shows it")]) -> None:
    """Send a letter that was given up once more, with a day of attempts before it."""

    async def run(on: Platform) -> Mail:
        async with on.database.transaction() as tx:
            return await service.retry(tx, _uuid(mail_id), clock.now())

    typer.echo(f"The letter to {with_platform(run).recipient} goes out with the worker's next sweep.")


def _uuid(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise NotFound("There is no such letter; `tenor mail list` shows their ids.") from None
