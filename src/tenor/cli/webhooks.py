"""`tenor webhook`: where a merchant's events go, what was sent, what came back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import typer

from tenor.base import clock
from tenor.base.database import Tx
from tenor.base.errors import Invalid, NotFound
from tenor.cli.database import with_platform
from tenor.cli.deliveries import described, print_fields, text
from tenor.cli.merchants import AsJson, named, print_json
from tenor.core.deliveries import service as deliveries
from tenor.core.deliveries import store
from tenor.core.deliveries.model import Delivery
from tenor.core.dispatch import store as dispatch
from tenor.core.events.model import event_id
from tenor.core.webhooks import service as webhooks
from tenor.core.webhooks import store as endpoints
from tenor.core.webhooks.model import Endpoint, Lane
from tenor.faces.face import Platform

webhook = typer.Typer(no_args_is_help=True, help="Where a merchant's events go, what was sent, what came back.")

_SHOWN = 20
ORDERS = "orders"

OfMerchant = Annotated[str, typer.Argument(metavar="MERCHANT", help="Id or name of the merchant")]
OfEndpoint = Annotated[
    str, typer.Argument(metavar="ENDPOINT", help="Id of the endpoint; `orders` for the addresses that orders bring")
]


async def _lane(tx: Tx, merchant: str, endpoint: str) -> Lane:
    """The way to an endpoint. `orders` stands for the addresses that orders bring along. Raises `NotFound`."""
    holder = await named(tx, merchant)
    if endpoint == ORDERS:
        return (await webhooks.order_urls(tx, holder.id)).lane
    return (await webhooks.found(tx, Lane(holder.id, _uuid(endpoint)))).lane


def _uuid(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise NotFound(f"{given!r} is no id; `tenor webhook list` and `show` print them.") from None


@webhook.command()
def add(
    merchant: OfMerchant,
    url: Annotated[str, typer.Argument(help="Where events are POSTed to")],
    types: Annotated[
        list[str] | None, typer.Option("--type", help="An event type such as order.confirmed; none: all of them")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Send a merchant's events to an address. Prints the secret that signs them."""

    async def run(on: Platform) -> dict[str, Any]:
        async with on.database.transaction() as tx:
            holder = await named(tx, merchant)
            made = await webhooks.add(tx, holder.id, url, types or [], clock.now())
        return {**_endpoint(made), "secret": webhooks.secret_text(on.seal, made)}

    print_fields(with_platform(run), as_json)


def _endpoint(one: Endpoint) -> dict[str, Any]:
    return {
        "id": ORDERS if one.kind == "order_urls" else str(one.id),
        "url": one.url or "(each order's own webhook_url)",
        "types": list(one.types) or "all",
        "state": f"off ({one.off_reason})" if one.off_reason else "on",
        "failures": one.failures,
        "failing_since": one.failing_since,
    }


@webhook.command("list")
def list_endpoints(merchant: OfMerchant, as_json: AsJson = False) -> None:
    """List a merchant's endpoints, and how many deliveries wait for each."""

    async def run(on: Platform) -> list[dict[str, Any]]:
        async with on.database.single_statement() as tx:
            holder = await named(tx, merchant)
            return [
                {**_endpoint(one), "waiting": await store.waiting(tx, one.lane)}
                for one in await endpoints.of_merchant(tx, holder.id)
            ]

    found = with_platform(run)
    if as_json:
        print_json(found)
        return
    for one in found:
        failing = f"  failing since {one['failing_since']:%Y-%m-%d %H:%M}" if one["failing_since"] else ""
        types = one["types"] if one["types"] == "all" else ",".join(one["types"])
        typer.echo(f"{one['id']}  {one['state']}  {one['url']}  {types}  {one['waiting']} waiting{failing}")


@webhook.command()
def show(
    merchant: OfMerchant,
    what: Annotated[str, typer.Argument(help="Id of an endpoint or a delivery; `orders` for orders' own addresses")],
    as_json: AsJson = False,
) -> None:
    """Show an endpoint's latest deliveries, or one delivery: what was sent and what came back at each try."""

    async def run(on: Platform) -> dict[str, Any]:
        async with on.database.transaction() as tx:
            holder = await named(tx, merchant)
            delivery = None if what == ORDERS else await store.find(tx, holder.id, _uuid(what))
            if delivery is not None:
                tries = await dispatch.attempts_of(tx, holder.id, delivery.id)
                return {**_delivery(delivery), "body": text(delivery.body), "tries": [described(one) for one in tries]}
            lane = await _lane(tx, merchant, what)
            endpoint = await webhooks.found(tx, lane)
            return {
                **_endpoint(endpoint),
                "deliveries": [_delivery(one) for one in await store.newest(tx, lane, _SHOWN)],
            }

    shown = with_platform(run)
    print_fields(shown, as_json, listed="deliveries" if "deliveries" in shown else "tries")


def _delivery(one: Delivery) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "event": one.event_type or "webhook.test",
        "webhook_id": event_id(one.order_id or one.id, one.event_number or 0),
        "order_id": str(one.order_id) if one.order_id else None,
        "state": one.state,
        "attempts": one.attempts,
        "created_at": one.created_at,
        "due_at": one.due_at if one.ended_at is None else None,
        "url": one.url,
    }


@webhook.command("test")
def send_test(merchant: OfMerchant, endpoint: OfEndpoint, as_json: AsJson = False) -> None:
    """Send a `webhook.test` now and print what came back. Exit status 1 where it was not taken."""
    from tenor import worker
    from tenor.base.outbound import Outbound

    async def run(on: Platform) -> dict[str, Any]:
        async with Outbound(on.settings.webhook_networks) as outbound:
            async with on.database.transaction() as tx:
                claimed = await deliveries.claim_test(tx, await _lane(tx, merchant, endpoint), clock.now())
            result = await worker.sender(on, outbound).send_now(claimed)
        return {"delivery": str(claimed.id), "state": result.state, **described(result.attempt)}

    came = with_platform(run)
    print_fields(came, as_json)
    if came["state"] != "delivered":
        raise typer.Exit(1)


@webhook.command()
def replay(
    merchant: OfMerchant,
    what: Annotated[str, typer.Argument(help="Id of a delivery; with --since, of an endpoint, or `orders`")],
    since: Annotated[
        str | None, typer.Option(help="Everything since then, such as 2026-04-15T12:00:00Z; UTC unless it says else")
    ] = None,
) -> None:
    """Send a delivery again, or everything since a time; the worker does it in the order of the events."""
    begin = None if since is None else _time(since)

    async def run(on: Platform) -> int:
        async with on.database.transaction() as tx:
            if begin is not None:
                return await deliveries.replay_since(tx, await _lane(tx, merchant, what), begin, clock.now())
            holder = await named(tx, merchant)
            await deliveries.replay(tx, holder.id, _uuid(what), clock.now())
            return 1

    done = with_platform(run)
    typer.echo(f"{done} {'event' if done == 1 else 'events'} to be sent again.")


def _time(given: str) -> datetime:
    try:
        time = datetime.fromisoformat(given)
    except ValueError:
        raise Invalid.field(("since",), f"{given!r} is not a time such as 2026-04-15T12:00:00Z") from None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time


@webhook.command()
def secret(merchant: OfMerchant, endpoint: OfEndpoint) -> None:
    """Print the secret that signs for an endpoint."""

    async def run(on: Platform) -> str:
        async with on.database.transaction() as tx:
            lane = await _lane(tx, merchant, endpoint)
            return webhooks.secret_text(on.seal, await webhooks.found(tx, lane))

    typer.echo(with_platform(run))


@webhook.command()
def rotate(merchant: OfMerchant, endpoint: OfEndpoint) -> None:
    """Begin a new secret and print it. For 24 hours the old one signs as well."""

    async def run(on: Platform) -> str:
        async with on.database.transaction() as tx:
            rotated = await webhooks.rotate(tx, await _lane(tx, merchant, endpoint), clock.now())
        return webhooks.secret_text(on.seal, rotated)

    typer.echo(with_platform(run))


@webhook.command()
def on(merchant: OfMerchant, endpoint: OfEndpoint) -> None:
    """Switch an endpoint on. What it missed is sent by `tenor webhook replay --since`."""

    async def run(platform: Platform) -> None:
        async with platform.database.transaction() as tx:
            await webhooks.switch_on(tx, await _lane(tx, merchant, endpoint))

    with_platform(run)
    typer.echo("The endpoint is on.")


@webhook.command()
def off(merchant: OfMerchant, endpoint: OfEndpoint) -> None:
    """Send nothing more to an endpoint; what waits is canceled."""

    async def run(platform: Platform) -> None:
        async with platform.database.transaction() as tx:
            await deliveries.switch_off(tx, await _lane(tx, merchant, endpoint), clock.now())

    with_platform(run)
    typer.echo("The endpoint is off.")
