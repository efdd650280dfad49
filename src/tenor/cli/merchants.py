"""`tenor merchant` and `tenor key`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
import typer

from tenor import app
from tenor.base import clock, colours
from tenor.base.database import Tx
from tenor.base.errors import Invalid, NotFound
from tenor.cli.database import with_platform
from tenor.core.merchants import service, store
from tenor.core.merchants.model import CredentialKind, Merchant
from tenor.core.merchants.signin import rules as signin_rules
from tenor.core.merchants.signin import service as signin
from tenor.faces.face import Platform

merchant = typer.Typer(no_args_is_help=True, help="Merchants and what was agreed with them.")
key = typer.Typer(no_args_is_help=True, help="The keys that merchants hold.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs")]


def print_json(data: Any) -> None:
    """JSON for programs, indented for people."""
    typer.echo(msgspec.json.format(msgspec.json.encode(data), indent=2).decode())


async def named(tx: Tx, given: str) -> Merchant:
    """The merchant of that id or, where it is only one's, that name. Raises `NotFound`."""
    try:
        found = await store.find(tx, UUID(given))
    except ValueError:
        matching = [one for one in await store.find_all(tx) if one.name == given]
        found = matching[0] if len(matching) == 1 else None
    if found is None:
        raise NotFound(f"There is no merchant {given!r}; `tenor merchant list` shows their ids.")
    return found


@merchant.command()
def create(
    name: Annotated[str, typer.Option(help="The name that buyers see")],
    country: Annotated[str, typer.Option(help="Two letters of ISO 3166")],
    currency: Annotated[str, typer.Option(help="Three letters of ISO 4217")],
    origin: Annotated[
        list[str] | None, typer.Option(help="An origin of the shop, such as https://shop.example.com")
    ] = None,
    flow: Annotated[str, typer.Option(help="The wire format whose flow orders follow: backd or buildnow")] = "backd",
    email: Annotated[str | None, typer.Option(help="Where the merchant hears of webhooks that fail")] = None,
    as_json: AsJson = False,
) -> None:
    """Register a merchant and make its keys. The secrets are shown this once."""
    created = with_platform(lambda on: register(on, name, country, currency, origin or [], flow, email))
    if as_json:
        print_json(created)
    else:
        for field, value in created.items():
            typer.echo(f"{field:14} {value}")
        typer.echo("The secrets are not kept in the clear: store them now.")


async def register(
    on: Platform, name: str, country: str, currency: str, origins: list[str], flow: str, email: str | None = None
) -> dict[str, str]:
    """A merchant with its first keys, by the names that `merchant create --json` prints."""
    dialect = app.dialects().get(flow)
    if dialect is None:
        raise Invalid.field(("flow",), f"must be {' or '.join(app.dialects())}")
    environment = on.settings.environment
    async with on.database.transaction() as tx:
        made = await service.create(
            tx,
            name=name,
            country=country,
            currency=currency,
            flow=flow,
            origins=origins,
            programme=dialect.programme(service.checked_currency(currency)),
            email=email,
        )
        api_key = await service.issue_credential(tx, on.seal, made.id, "api_key", environment)
        client = await service.issue_credential(tx, on.seal, made.id, "oauth_client", environment)
    return {
        "merchant_id": str(made.id),
        "public_key": api_key.id,
        "secret_key": api_key.secret,
        "client_id": client.id,
        "client_secret": client.secret,
        "environment": environment,
    }


@merchant.command("list")
def list_merchants(as_json: AsJson = False) -> None:
    """List the merchants and their keys, without any secret."""

    async def run(on: Platform) -> list[dict[str, Any]]:
        async with on.database.single_statement() as tx:
            return [await _described(tx, one) for one in await store.find_all(tx)]

    merchants = with_platform(run)
    if as_json:
        print_json(merchants)
        return
    for one in merchants:
        line = f"{one['merchant_id']}  {one['name']}  {one['country']} {one['currency']}  {one['flow']}"
        typer.echo(f"{line}  {one['email'] or ''}".rstrip())
        for credential in one["keys"]:
            typer.echo(f"    {credential['id']}  {credential['environment']}  {credential['condition']}")


async def _described(tx: Tx, one: Merchant) -> dict[str, Any]:
    keys = [
        {
            "id": credential.id,
            "kind": credential.kind,
            "environment": credential.environment,
            "condition": "revoked" if credential.revoked_at else "ends" if credential.expires_at else "in use",
            "expires_at": credential.expires_at,
        }
        for credential in await store.credentials_of(tx, one.id)
    ]
    return {
        "merchant_id": str(one.id),
        "name": one.name,
        "country": one.country,
        "currency": one.currency,
        "flow": one.flow,
        "origins": one.origins,
        "email": one.email,
        "clock_offset": one.clock_offset,
        "keys": keys,
    }


@merchant.command()
def email(
    merchant: Annotated[str, typer.Argument(help="Id or name of the merchant")],
    address: Annotated[str | None, typer.Argument(help="Where notices go; without it they go nowhere")] = None,
) -> None:
    """Say where a merchant hears of what went wrong, such as a webhook address that was switched off."""

    async def run(on: Platform) -> str | None:
        async with on.database.transaction() as tx:
            return await service.set_email(tx, (await named(tx, merchant)).id, address)

    where = with_platform(run)
    typer.echo(f"Notices go to {where}." if where else "Notices go nowhere.")


@merchant.command()
def link(name: Annotated[str, typer.Argument(metavar="MERCHANT", help="Id or name of the merchant")]) -> None:
    """Print a link to a merchant's own pages. It signs in once, within 24 hours: hand it over with care."""

    async def run(on: Platform) -> str:
        async with on.database.transaction() as tx:
            return await link_to(on, tx, (await named(tx, name)).id, on.settings.public_url)

    typer.echo(with_platform(run))


async def link_to(on: Platform, tx: Tx, merchant_id: UUID, address: str) -> str:
    """A one-time link to a merchant's own pages, on a server at `address`."""
    made = await signin.print_link(tx, merchant_id, clock.now())
    return signin_rules.link_url(address, on.seal, merchant_id, made.id)


@merchant.command()
def look(
    name: Annotated[str, typer.Argument(metavar="MERCHANT", help="Id or name of the merchant")],
    logo: Annotated[Path | None, typer.Option(help="A PNG or JPEG file; it is drawn anew at 480 x 160 at most")] = None,
    accent: Annotated[str | None, typer.Option(help="A colour such as '#0a7', for buttons and links")] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Take logo and colour away first")] = False,
) -> None:
    """Set how a merchant's checkout and letters look. The colour is darkened or lightened where it can't be read."""
    content = _file(logo) if logo is not None else None

    async def run(on: Platform) -> Merchant:
        async with on.database.transaction() as tx:
            holder = await named(tx, name)
            await service.set_look(tx, holder.id, accent=accent, logo=content, plain=plain)
            return await named(tx, str(holder.id))

    shown = with_platform(run)
    if shown.accent is None:
        typer.echo("accent  none")
    else:
        light, dark = colours.light(shown.accent).accent, colours.dark(shown.accent).accent
        typer.echo(f"accent  {shown.accent}, shown as {light} on light pages and {dark} on dark ones")
    typer.echo(f"logo    {f'{shown.logo.width} x {shown.logo.height} pixels' if shown.logo else 'none'}")


def _file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Invalid.field(("logo",), f"can not be read: {error.strerror}") from error


@key.command()
def rotate(
    merchant: Annotated[str, typer.Argument(help="Id or name of the merchant")],
    kind: Annotated[str, typer.Option(help="api_key or oauth_client")] = "api_key",
    overlap_hours: Annotated[int, typer.Option(min=0, max=720, help="How long the old keys still work")] = 24,
    as_json: AsJson = False,
) -> None:
    """Make a new key and let the old ones end. The secret is shown this once."""

    async def run(on: Platform) -> dict[str, str]:
        async with on.database.transaction() as tx:
            holder = await named(tx, merchant)
            wanted = _kind(kind)
            issued = await service.rotate(
                tx, on.seal, holder.id, wanted, on.settings.environment, timedelta(hours=overlap_hours)
            )
        return {"id": issued.id, "secret": issued.secret}

    issued = with_platform(run)
    if as_json:
        print_json(issued)
    else:
        typer.echo(f"{issued['id']}\n{issued['secret']}\nStore the secret now; it is not kept in the clear.")


def _kind(given: str) -> CredentialKind:
    if given == "api_key":
        return "api_key"
    if given == "oauth_client":
        return "oauth_client"
    raise Invalid.field(("kind",), "must be api_key or oauth_client")


@key.command()
def revoke(key_id: Annotated[str, typer.Argument(help="The public key or client id")]) -> None:
    """End a key at once: within a second no server takes it any more."""

    async def run(on: Platform) -> None:
        async with on.database.transaction() as tx:
            await service.revoke(tx, key_id)

    with_platform(run)
    typer.echo(f"{key_id} is revoked.")
