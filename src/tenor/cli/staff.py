"""`tenor staff`: who works at the desk."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit

import segno
import typer

from tenor.base import clock
from tenor.base.errors import Invalid
from tenor.cli.database import with_platform
from tenor.cli.merchants import AsJson, print_json
from tenor.core.buyers.rules import is_email, normal_email
from tenor.core.staff import rules, service, store
from tenor.core.staff.model import OPERATOR, Session, Staff
from tenor.faces.face import Platform

staff = typer.Typer(no_args_is_help=True, help="Who works at the desk.")

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The member's e-mail address")]


@staff.command()
def create(
    name: Annotated[str, typer.Option(help="The name that the audit log shows")],
    email: Annotated[str, typer.Option(help="The address to sign in with")],
    role: Annotated[str, typer.Option(help="credit_officer, finance, support or admin")],
    as_json: AsJson = False,
) -> None:
    """Add a member. Prints the set-up link, good once and for 24 hours, and what the authenticator app reads."""
    address = normal_email(email)
    if not is_email(address):
        raise Invalid.field(("email",), "must be an e-mail address such as name@example.com")

    async def run(on: Platform) -> dict[str, str]:
        async with on.database.transaction() as tx:
            member, secret = await service.create(
                tx, on.seal, OPERATOR, name=name, email=address, role=role, now=clock.now()
            )
        return _set_up(on, member, secret)

    _show(with_platform(run), as_json)


@staff.command()
def reset(email: Email, as_json: AsJson = False) -> None:
    """Take a member's password, codes and sessions away, and print a new set-up link."""

    async def run(on: Platform) -> dict[str, str]:
        async with on.database.transaction() as tx:
            member, secret = await service.reset(tx, on.seal, OPERATOR, email, clock.now())
        return _set_up(on, member, secret)

    _show(with_platform(run), as_json)


def _set_up(on: Platform, member: Staff, secret: str) -> dict[str, str]:
    public = on.settings.public_url
    return {
        "id": str(member.id),
        "email": member.email,
        "role": member.role,
        "setup_url": f"{public}/desk/set-up/{secret}",
        "otpauth_url": rules.totp_uri(on.seal, member, urlsplit(public).hostname or ""),
    }


def _show(made: dict[str, str], as_json: bool) -> None:
    if as_json:
        print_json(made)
        return
    for field, value in made.items():
        typer.echo(f"{field:12} {value}")
    segno.make(made["otpauth_url"], error="m").terminal(compact=True)
    typer.echo("Hand the set-up link over in private: it is good once, for 24 hours. The page shows this square too.")


@staff.command("list")
def list_staff(as_json: AsJson = False) -> None:
    """List the members. Times are UTC."""

    async def run(on: Platform) -> list[dict[str, Any]]:
        async with on.database.single_statement() as tx:
            return [_described(one) for one in await store.everybody(tx)]

    members = with_platform(run)
    if as_json:
        print_json(members)
        return
    for one in members:
        typer.echo(f"{one['email']}  {one['name']}  {one['role']}  {one['condition']}")


def _described(one: Staff) -> dict[str, Any]:
    now = clock.now()
    if one.state == "locked":
        condition = "locked"
    elif one.password_hash is None:
        condition = "not set up"
    else:
        condition = "has to wait after wrong tries" if rules.is_blocked(one, now) else "active"
    return {"id": str(one.id), "email": one.email, "name": one.name, "role": one.role, "condition": condition}


@staff.command()
def lock(
    email: Email, off: Annotated[bool, typer.Option("--off", help="Let the member in again, and end the pause")] = False
) -> None:
    """Let a member in no more and end all sessions at once."""

    async def run(on: Platform) -> Staff:
        async with on.database.transaction() as tx:
            return await service.lock(tx, OPERATOR, email, clock.now(), on=not off)

    typer.echo(f"{with_platform(run).email} is {'let in again' if off else 'locked'}.")


@staff.command()
def sessions(
    email: Email, end: Annotated[bool, typer.Option("--end", help="End all of them")] = False, as_json: AsJson = False
) -> None:
    """List a member's open sessions, or end them. Times are UTC."""

    async def run(on: Platform) -> list[Session]:
        async with on.database.transaction() as tx:
            member = await service.found(tx, email)
            open_ones = await service.open_sessions(tx, member.id, clock.now())
            if end:
                await service.end_sessions(tx, OPERATOR, member.id, clock.now())
            return open_ones

    found = with_platform(run)
    if as_json:
        print_json([{field: getattr(one, field) for field in one.__struct_fields__} for one in found])
        return
    for one in found:
        typer.echo(f"{one.id}  since {one.created_at:%Y-%m-%d %H:%M}  from {one.origin}  {one.agent}")
    typer.echo(f"{len(found)} {'ended' if end else 'open'}.")
