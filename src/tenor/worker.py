"""The sweeps: what runs when it is due; and beside them what carries events and letters out.

Work that is due is a row whose state says so. A sweep lists due rows, then takes each in a transaction of its own
that locks it, looks again and does one step. Killed at any point, the next sweep finds the same row; any number of
workers may run at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tenor.base import clock, idempotency, pacing
from tenor.base.database import Tx
from tenor.base.logs import logger
from tenor.base.outbound import Outbound
from tenor.core.buyers import service as buyers
from tenor.core.buyers import store as buyer_store
from tenor.core.buyers.signin import store as signin
from tenor.core.deliveries.model import ClaimedEvent
from tenor.core.deliveries.sending import Webhooks
from tenor.core.dispatch import service as dispatch
from tenor.core.dispatch.sender import Sender
from tenor.core.documents import service as documents
from tenor.core.mail.model import ClaimedLetter
from tenor.core.merchants import service as merchants
from tenor.core.merchants.signin import service as merchant_sessions
from tenor.core.merchants.signin import store as merchant_signin
from tenor.core.orders import reminders
from tenor.core.orders import service as orders
from tenor.core.orders import store as order_store
from tenor.core.refunds import service as refunds
from tenor.core.refunds import store as refund_store
from tenor.faces.checkout import progress
from tenor.faces.checkout import store as checkout
from tenor.faces.face import Platform
from tenor.post import transport
from tenor.post.delivery import Letters

_BATCH = 200

List = Callable[[Tx, int], Awaitable[list[tuple[UUID, UUID]]]]
Step = Callable[[Tx, UUID, UUID, datetime], Awaitable[bool]]


@dataclass(frozen=True)
class Sweep:
    """One kind of later work: its name, how often at most it runs, and what it does; it returns how much it did."""

    name: str
    every_seconds: float
    run: Callable[[Platform], Awaitable[int]]


async def _each_due(on: Platform, sweep: str, due: List, step: Step) -> int:
    """One step for due rows, the longest due first, until a batch of them is done or none is left.

    A row that fails is logged and left for the next sweep. It does not count, and the next ones are asked for beside
    it: rows that always fail stay the longest due, and would keep all others waiting for ever.
    """
    left: set[tuple[UUID, UUID]] = set()
    done = 0
    while done < _BATCH:
        async with on.database.single_statement() as tx:
            rows = [row for row in await due(tx, _BATCH + len(left)) if row not in left]
        if not rows:
            break
        for row in rows:
            if await _step_logged(on, sweep, step, *row):
                done += 1
            else:
                left.add(row)
    return done


async def _step_logged(on: Platform, sweep: str, step: Step, merchant_id: UUID, order_id: UUID) -> bool:
    try:
        async with on.database.transaction() as tx:
            return await step(tx, merchant_id, order_id, await merchants.now(tx, merchant_id))
    except Exception:
        logger().exception("sweep step failed", sweep=sweep, merchant_id=str(merchant_id), order_id=str(order_id))
        return False


async def _execute_refunds(on: Platform) -> int:
    return await _each_due(on, "refunds", refund_store.due_to_execute, refunds.execute_due)


async def _expire_orders(on: Platform) -> int:
    return await _each_due(on, "expiry", order_store.due_to_expire, orders.expire_due)


async def _remind_buyers(on: Platform) -> int:
    return await _each_due(on, "reminders", reminders.due, reminders.remind_due)


async def _forget_idempotency_keys(on: Platform) -> int:
    return await idempotency.forget_old(on.database)


async def _forget_paces(on: Platform) -> int:
    return await pacing.forget_whole(on.database, clock.now())


async def _remove_orphaned_documents(on: Platform) -> int:
    return await documents.remove_orphans(on.database, on.files)


async def _remove_ended_deliveries(on: Platform) -> int:
    return await dispatch.remove_ended(
        on.database,
        clock.now(),
        deliveries_for=timedelta(days=on.settings.keep_deliveries_days),
        letters_for=timedelta(days=on.settings.keep_letters_days),
    )


async def _forget_checkouts(on: Platform) -> int:
    before = clock.now() - progress.KEPT
    async with on.database.transaction() as tx:
        return await checkout.forget_old(tx, before) + await signin.forget_old(tx, before)


async def _forget_asks(on: Platform) -> int:
    async with on.database.transaction() as tx:
        return await buyer_store.forget_asks(tx, clock.now() - buyers.ASKS_KEPT)


async def _forget_merchant_sessions(on: Platform) -> int:
    async with on.database.transaction() as tx:
        return await merchant_signin.forget_old(tx, clock.now() - merchant_sessions.KEPT)


async def _remove_letter_files(on: Platform) -> int:
    return await asyncio.to_thread(transport.remove_old, on.settings, time.time())


SWEEPS = (
    Sweep("refunds", 0, _execute_refunds),
    Sweep("expiry", 0, _expire_orders),
    Sweep("reminders", 60, _remind_buyers),
    Sweep("idempotency keys", 3600, _forget_idempotency_keys),
    Sweep("paces", 600, _forget_paces),
    Sweep("orphaned documents", 600, _remove_orphaned_documents),
    Sweep("ended deliveries", 3600, _remove_ended_deliveries),
    Sweep("old checkouts", 3600, _forget_checkouts),
    Sweep("old asks", 3600, _forget_asks),
    Sweep("merchants' sessions", 3600, _forget_merchant_sessions),
    Sweep("letter files", 3600, _remove_letter_files),
)


async def sweep_once(on: Platform) -> int:
    """Run every sweep now. Returns how many steps were done."""
    return sum([await sweep.run(on) for sweep in SWEEPS])


async def run(on: Platform, stop: asyncio.Event) -> None:
    """Sweep and send until told to stop; what has begun is finished first."""
    async with Outbound(on.settings.webhook_networks) as outbound:
        # Each way has a sender and hands of its own, so that none waits for another.
        sending = [asyncio.create_task(one.run(stop)) for one in (sender(on, outbound), mailer(on))]
        try:
            await _sweep(on, stop)
        finally:
            stop.set()
            await asyncio.gather(*sending)


def sender(on: Platform, outbound: Outbound) -> Sender[ClaimedEvent]:
    """The sender of a platform's events, which knows every wire format's words."""
    words = {name: dialect.webhook for name, dialect in on.dialects.items() if dialect.webhook is not None}
    return Sender(on.database, Webhooks(outbound, on.seal, words))


def mailer(on: Platform) -> Sender[ClaimedLetter]:
    """The sender of a platform's letters."""
    return Sender(on.database, Letters(on.settings, on.database, on.seal))


async def _sweep(on: Platform, stop: asyncio.Event) -> None:
    last_run: dict[str, float] = {}
    while not stop.is_set():
        for sweep in SWEEPS:
            if time.monotonic() - last_run.get(sweep.name, float("-inf")) >= sweep.every_seconds and not stop.is_set():
                last_run[sweep.name] = time.monotonic()
                await _run_logged(on, sweep)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), on.settings.sweep_seconds)


async def _run_logged(on: Platform, sweep: Sweep) -> None:
    try:
        done = await sweep.run(on)
    except Exception:
        # The database may be away for a while; the rows stay due, so the next sweep makes up for this one.
        logger().exception("sweep failed", sweep=sweep.name)
    else:
        if done:
            logger().info("swept", sweep=sweep.name, done=done)
