"""The commands on endpoints, and the secrets that sign for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from tenor.base.database import Tx
from tenor.base.errors import Invalid, NotFound, Problem
from tenor.base.ids import new_id
from tenor.base.seal import Seal
from tenor.core.events.model import EventType
from tenor.core.webhooks import rules, store
from tenor.core.webhooks.model import Endpoint, Lane

_LONGEST_URL = 2000


async def add(tx: Tx, merchant_id: UUID, url: str, types: Sequence[str], now: datetime) -> Endpoint:
    """Register an address. Raises `Invalid` for what is no http(s) address, or for an event type that is none."""
    problems = []
    if not is_url(url):
        problems.append(Problem(("url",), "invalid", "must be an http or https address without a user name"))
    known = {event.value for event in EventType}
    if unknown := [given for given in types if given not in known]:
        problems.append(Problem(("type",), "invalid", f"{unknown[0]!r} is none of {', '.join(sorted(known))}"))
    if problems:
        raise Invalid(problems)
    chosen = tuple(event for event in EventType if event.value in types)
    endpoint = Endpoint(merchant_id=merchant_id, id=new_id(), kind="endpoint", url=url, types=chosen, created_at=now)
    await store.insert(tx, endpoint)
    return endpoint


def is_url(text: str) -> bool:
    """Whether a text is an address that webhooks may be sent to. Where it leads is looked at when we connect."""
    if len(text) > _LONGEST_URL or not text.isprintable() or any(mark in text for mark in ' \\"<>^`{|}'):
        return False
    try:
        parts = urlsplit(text)
        # Reading the port is what checks it.
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None


async def found(tx: Tx, lane: Lane) -> Endpoint:
    """An endpoint of a merchant's. Raises `NotFound`."""
    endpoint = await store.find(tx, lane)
    if endpoint is None:
        raise NotFound("The merchant has no such endpoint.")
    return endpoint


async def order_urls(tx: Tx, merchant_id: UUID) -> Endpoint:
    """What stands for the addresses that a merchant's orders bring along; it is made when first asked for."""
    await store.ensure_order_urls(tx, merchant_id)
    return await found(tx, Lane(merchant_id, merchant_id))


async def switch_on(tx: Tx, lane: Lane) -> None:
    """Let events go to an endpoint from now on; what it missed can be replayed. Raises `NotFound`."""
    endpoint = next(iter(await store.lock(tx, [lane])), None)
    if endpoint is None:
        raise NotFound("The merchant has no such endpoint.")
    fresh = msgspec.structs.replace(endpoint, off_reason=None, failures=0, failing_since=None, paused_until=None)
    await store.save(tx, fresh)


async def rotate(tx: Tx, lane: Lane, now: datetime, after: int | None = None) -> Endpoint:
    """Begin a new secret; for 24 hours the one before it signs as well. Raises `NotFound`.

    `after` is the generation that the asker knows: asked twice, it is rotated once, because a second rotation would end
    the secret before the first at once.
    """
    await store.rotate(tx, lane, now, after)
    return await found(tx, lane)


def secret(seal: Seal, lane: Lane, generation: int) -> bytes:
    """The signing secret of an endpoint's generation: derived, so that there is none to keep."""
    return seal.stamp("webhook-secret", lane.merchant_id.bytes, lane.endpoint_id.bytes, generation.to_bytes(4, "big"))


def secret_text(seal: Seal, endpoint: Endpoint) -> str:
    """An endpoint's present secret as its merchant is shown it: `whsec_…`."""
    return rules.secret_text(secret(seal, endpoint.lane, endpoint.generation))
