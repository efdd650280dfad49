"""How quickly one worker brings 20,000 due deliveries to 200 endpoints of which 10 are dead.

    python -m bench.webhooks [--quick]

Half of the dead refuse to be connected to, the other half accept and never answer. Drained means: everything for the
live ones has arrived and is noted, and each dead one is known to be failing, so that what is left for it waits for its
next try. A second run with live endpoints alone shows whether they notice the dead. Writes build/bench-webhooks.json.
Traffic goes to this machine alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from bench import subject
from bench.report import say
from bench.subject import BenchError

_BUILD = Path(__file__).parent.parent / "build"
_TENOR = Path(sys.executable).with_name("tenor")
_LIMIT_SECONDS = 30


class Plan(msgspec.Struct, frozen=True):
    """How many endpoints, how many of them dead, and how many deliveries in all."""

    endpoints: int
    dead: int
    deliveries: int

    @property
    def each(self) -> int:
        """Deliveries to one endpoint."""
        return self.deliveries // self.endpoints


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What one worker did. Seconds count from the start of the process that sends."""

    endpoints: int
    dead: int
    deliveries: int
    delivered: int
    doubled: int
    attempts_on_dead: int
    live_seconds: float
    drained_seconds: float


def main() -> None:
    """Measure, write the file, print the figures. Ends with status 1 where the limit is passed or something is lost."""
    parser = argparse.ArgumentParser(prog="python -m bench.webhooks", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of it: does it run at all?")
    scale = 10 if parser.parse_args().quick else 1
    _BUILD.mkdir(exist_ok=True)
    load_average = os.getloadavg()[0]
    try:
        with_dead = measure(Plan(200 // scale, 10 // scale, 20_000 // scale))
        alone = measure(Plan(190 // scale, 0, 19_000 // scale))
    except BenchError as error:
        sys.exit(f"bench: {error}")
    found = {
        "webhooks": with_dead,
        "without_dead_endpoints": alone,
        "limit_seconds": _LIMIT_SECONDS,
        "machine": {"cores": os.cpu_count(), "load_average_before": round(load_average, 2)},
    }
    (_BUILD / "bench-webhooks.json").write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    for run in (with_dead, alone):
        print(
            f"{run.delivered:,} of {run.deliveries:,} deliveries arrived at {run.endpoints - run.dead} live endpoints"
            f" beside {run.dead} dead ones: live in {run.live_seconds:.1f} s, drained in {run.drained_seconds:.1f} s,"
            f" {run.doubled} doubled, {run.attempts_on_dead} attempts on the dead"
        )
    if with_dead.drained_seconds > _LIMIT_SECONDS or with_dead.doubled or alone.doubled:
        sys.exit(1)


def measure(plan: Plan) -> Run:
    """One run on an empty database. Raises `BenchError`."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=_BUILD) as name:
        scratch = Path(name)
        hanging = plan.dead // 2
        with (
            subject.database(scratch) as url,
            _receivers(plan.endpoints - plan.dead, plan.dead - hanging, hanging) as receivers,
        ):
            environment = {
                **os.environ, "TENOR_DATABASE_URL": url, "TENOR_HOME": str(scratch / "home"),
                "TENOR_WEBHOOK_ALLOW": "127.0.0.0/8",
            }  # fmt: skip
            merchant = UUID(subject.new_merchant(environment, "Sender").merchant_id)
            say(f"making {plan.deliveries:,} deliveries to {plan.endpoints} endpoints")
            asyncio.run(_fill(url, merchant, receivers.ports, plan.each))
            return _run(plan, url, environment, receivers)


class Receivers:
    """The process in which the endpoints listen."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        told = self._read()
        self.ports: list[int] = told["live"] + told["hanging"] + told["refusing"]

    def heard(self) -> dict[str, Any]:
        """What the live ones have heard so far."""
        assert self._process.stdin is not None, "it was opened with one"
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None, "it was opened with one"
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told


@contextmanager
def _receivers(live: int, refusing: int, hanging: int) -> Iterator[Receivers]:
    words = [sys.executable, "-m", "bench.receivers", str(live), str(refusing), str(hanging)]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Receivers(process)
    finally:
        process.terminate()
        process.wait()


async def _fill(url: str, merchant: UUID, ports: list[int], orders: int) -> None:
    """Endpoints at the ports, and as many orders as each shall hear of, each with its first event."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            """
            INSERT INTO webhook_endpoints (merchant_id, id, kind, url)
            SELECT $1, gen_random_uuid(), 'endpoint', format('http://127.0.0.1:%s/hook', port)
              FROM unnest($2::int[]) port
            """,
            merchant, ports,
        )  # fmt: skip
        await connection.execute(_ORDERS, merchant, orders)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


_ORDERS = """
    WITH made AS (
        INSERT INTO orders (merchant_id, id, number, face, reference, state, version, currency, total, subtotal, tax,
                            shipping, discount, detail, fingerprint, created_at, updated_at, expires_at)
        SELECT $1, gen_random_uuid(), 'N-' || n, 'backd', 'PO-' || n, 'new', 1, 'USD', 915000, 900000, 0, 15000, 0,
               '{"items": []}', sha256('x'), now(), now(), now() + interval '7 days' FROM generate_series(1, $2) n
        RETURNING merchant_id, id, number
    ), told AS (
        INSERT INTO events (merchant_id, order_id, number, type, data, occurred_at)
        SELECT merchant_id, id, 1, 'order.created', jsonb_build_object(
            'shape', 1, 'id', id, 'number', number, 'reference', number, 'state', 'new', 'currency', 'USD',
            'total', 915000, 'subtotal', 900000, 'tax', 0, 'shipping', 15000, 'discount', 0, 'items', (
                SELECT jsonb_agg(jsonb_build_object('sku', 'BOLT-' || line, 'name', 'Hex bolts M8 x 40, zinc plated',
                                                    'quantity', 3, 'unit_price', 30000))
                  FROM generate_series(1, 10) line)), now()
          FROM made RETURNING merchant_id, order_id, number, type
    )
    INSERT INTO deliveries (merchant_id, endpoint_id, order_id, event_number)
    SELECT t.merchant_id, e.id, t.order_id, t.number
      FROM told t JOIN webhook_endpoints e ON e.merchant_id = t.merchant_id
"""


def _run(plan: Plan, url: str, environment: dict[str, str], receivers: Receivers) -> Run:
    say("starting one worker")
    began = time.time()
    worker = subprocess.Popen([str(_TENOR), "worker"], env=environment, stdout=subprocess.DEVNULL)
    try:
        wanted = plan.each * (plan.endpoints - plan.dead)
        drained_at = _until_drained(url, receivers, wanted, began)
        delivered, attempts = asyncio.run(_noted(url))
    finally:
        worker.terminate()
        worker.wait(40)
    heard = receivers.heard()
    if heard["heard"] < delivered:
        raise BenchError(f"{delivered} deliveries are noted as delivered, but only {heard['heard']} arrived")
    return Run(
        endpoints=plan.endpoints,
        dead=plan.dead,
        deliveries=plan.deliveries,
        delivered=delivered,
        doubled=heard["doubled"],
        attempts_on_dead=attempts - delivered,
        live_seconds=round(heard["last_at"] - began, 2),
        drained_seconds=round(drained_at - began, 2),
    )


def _until_drained(url: str, receivers: Receivers, wanted: int, began: float) -> float:
    while time.time() - began < 4 * _LIMIT_SECONDS:
        # The database is asked only when little can be left, so that asking does not slow the worker down.
        if receivers.heard()["heard"] >= wanted and asyncio.run(_left(url)) == 0:
            return time.time()
        time.sleep(0.2)
    raise BenchError(f"it was not drained within {4 * _LIMIT_SECONDS} s; {asyncio.run(_left(url))} are left")


async def _left(url: str) -> int:
    """How many may be sent now or are being sent: not those that wait for a failing endpoint's next try."""
    connection = await asyncpg.connect(url)
    try:
        return int(
            await connection.fetchval(
                """
                SELECT count(*) FROM deliveries d
                  JOIN webhook_endpoints e ON e.merchant_id = d.merchant_id AND e.id = d.endpoint_id
                 WHERE d.state = 'pending' AND e.state = 'on'
                   AND e.paused_until IS NULL AND (d.due_at <= now() OR d.claimed_until > now())
                """
            )
        )
    finally:
        await connection.close()


async def _noted(url: str) -> tuple[int, int]:
    """Deliveries that have arrived, and attempts in all."""
    connection = await asyncpg.connect(url)
    try:
        delivered = await connection.fetchval("SELECT count(*) FROM deliveries WHERE state = 'delivered'")
        return int(delivered), int(await connection.fetchval("SELECT count(*) FROM delivery_attempts"))
    finally:
        await connection.close()


if __name__ == "__main__":
    main()
