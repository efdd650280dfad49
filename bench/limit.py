"""The limit: what pgbench alone reaches when it writes the same rows into the same database."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg

from bench.subject import BenchError, Keys
from tenor.base import embedded

HERE = Path(__file__).parent
ONE_STATEMENT = HERE / "limit_one_statement.sql"
SEVERAL_STATEMENTS = HERE / "limit_several_statements.sql"

# One thread serves all clients, as one thread of wrk serves all connections.
_THREADS = 1

_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
_FAILED = re.compile(r"^number of failed transactions: ([0-9]+)", re.MULTILINE)

# Each run's ids begin with its own number, so that they come after those of the runs before.
_runs = itertools.count(1)

Values = dict[str, str]


def values_of_an_order(url: str, merchant: Keys) -> Values:
    """What stands in an order of that merchant and in its event: pgbench writes the same for every row."""
    return asyncio.run(_read_values(url, merchant))


async def _read_values(url: str, merchant: Keys) -> Values:
    connection = await asyncpg.connect(url)
    try:
        row = await connection.fetchrow(
            """
            SELECT o.merchant_id, o.face, o.reference_status, o.currency, o.total, o.subtotal, o.tax, o.shipping,
                   o.discount, o.detail, '\\x' || encode(o.fingerprint, 'hex') AS fingerprint,
                   e.data AS event_data
              FROM orders o JOIN events e ON e.merchant_id = o.merchant_id AND e.order_id = o.id
             WHERE o.merchant_id = $1 LIMIT 1
            """,
            merchant.merchant_id,
        )
        if row is None:
            raise BenchError("there is no order whose values pgbench could write.")
        return {name: str(value) for name, value in row.items()}
    finally:
        await connection.close()


def run(url: str, script: Path, values: Values, clients: int, seconds: int) -> float:
    """Transactions a second of that script. Raises `BenchError` when one of them failed."""
    variables = {**values, "n": "0", "run": f"{next(_runs):08x}"}
    address, password = _without_password(url)
    words = [_pgbench(), "--no-vacuum", "--protocol", "prepared", "--client", str(clients), "--jobs", str(_THREADS)]
    words += ["--time", str(seconds), "--file", str(script)]
    words += [f"--define={name}={value}" for name, value in variables.items()]
    environment = {**os.environ, "PGPASSWORD": password}
    done = subprocess.run([*words, address], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise BenchError(f"pgbench failed: {done.stderr.strip()[-2000:]}")
    return tps_of(done.stdout)


def tps_of(output: str) -> float:
    """Read pgbench's report. Raises `BenchError` when transactions failed, or none was made."""
    tps, failed = _TPS.search(output), _FAILED.search(output)
    if tps is None or (failed and failed[1] != "0"):
        raise BenchError(f"pgbench did not do what it should:\n{output}")
    return float(tps[1])


def _without_password(url: str) -> tuple[str, str]:
    """The address without its password, which is no argument for a command line that others may see."""
    parts = urlsplit(url)
    user, _, place = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    return urlunsplit(parts._replace(netloc=f"{name}@{place}" if name else place)), unquote(password)


def _pgbench() -> str:
    """The pgbench of the embedded PostgreSQL, or else the one on the PATH."""
    try:
        shipped = embedded.binaries() / "pgbench"
    except embedded.EmbeddedPostgresError:
        shipped = None
    found = str(shipped) if shipped and shipped.is_file() else shutil.which("pgbench")
    if found is None:
        raise BenchError("pgbench is missing: install it (on Debian: apt-get install postgresql-contrib).")
    return found
