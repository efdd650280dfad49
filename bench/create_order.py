"""How many orders a second Tenor creates durably, and how near that is to what PostgreSQL can do by itself.

    python -m bench.create_order [--quick]

wrk sends create_order with 10 items and two addresses over 16 and over 64 connections to `tenor serve` with two web
processes; pgbench writes the same rows into the same database. The two take turns, so that whatever else the
machine does in the meantime falls on both. Writes build/bench.json. Traffic goes to this machine alone.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType

from bench import cpu, limit, load, report, subject
from bench.limit import Values
from bench.load import Load
from bench.report import Measured, Spent, Used, say
from bench.subject import BenchError, Served

_BUILD = Path(__file__).parent.parent / "build"
_WORKERS = 2
_FEW, _MANY = 16, 64


class Plan:
    """How often and how long: three rounds of 8 seconds a kind, or one second of each for a glance."""

    def __init__(self, *, quick: bool) -> None:
        self.rounds = 1 if quick else 3
        self.seconds = 1 if quick else 8
        self.warm_up = 1 if quick else 5


def main() -> None:
    """Measure, write build/bench.json and print the table. Ends with status 1 when the measurement is worth nothing."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.create_order", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--quick", action="store_true", help="one second of each: does it run at all?")
    plan = Plan(quick=parser.parse_args().quick)
    signal.signal(signal.SIGTERM, _leave)
    try:
        found = report.figures(measure(plan))
    except (BenchError, KeyboardInterrupt) as error:
        sys.exit(f"bench: {error or 'interrupted'}")
    report.write(found, _BUILD / "bench.json")
    print(report.table(found))


def _leave(number: int, _: FrameType | None) -> None:
    """Turn SIGTERM into an exception, so that all that was started is stopped on the way out."""
    sys.exit(128 + number)


def measure(plan: Plan) -> Measured:
    """All runs of the plan. Raises `BenchError`."""
    load_average = os.getloadavg()[0]
    _BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=_BUILD) as name:
        scratch = Path(name)
        say("starting PostgreSQL")
        with subject.database(scratch) as url:
            seen = Measured(subject.durable_postgres(url), load_average, plan.seconds, _WORKERS)
            environment = {**os.environ, "TENOR_DATABASE_URL": url, "TENOR_HOME": str(scratch / "home")}
            sender, writer = (subject.new_merchant(environment, name) for name in ("Sender", "Writer"))
            say(f"starting tenor serve --workers {_WORKERS}")
            with subject.serving(environment, _WORKERS, scratch / "serve.log") as served:
                load.create_one(served.url, sender)
                load.write_request(scratch / "request", served.url, sender)
                rows = limit.values_of_an_order(url, sender) | {"merchant_id": writer.merchant_id}
                Runs(url, served, scratch / "request", rows, seen).all(plan)
            seen.stored = subject.orders_of(url, sender)
    if seen.stored < seen.answered:
        raise BenchError(f"{seen.answered} orders were answered with 200, but only {seen.stored} are in the database.")
    return seen


class Runs:
    """The runs against one server and one database. wrk's orders and pgbench's belong to different merchants."""

    def __init__(self, url: str, served: Served, request_file: Path, rows: Values, seen: Measured) -> None:
        self._url = url
        self._served = served
        self._request_file = request_file
        self._rows = rows
        self._seen = seen

    def all(self, plan: Plan) -> None:
        """Warm up; then, in each round, one run of each kind."""
        say(f"warming up for {plan.warm_up + 2} s")
        self._load(_FEW, plan.warm_up)
        for script in (limit.SEVERAL_STATEMENTS, limit.ONE_STATEMENT):
            limit.run(self._url, script, self._rows, _FEW, 1)
        for number in range(1, plan.rounds + 1):
            say(f"round {number} of {plan.rounds}: four runs of {plan.seconds} s")
            self._seen.few.append(self._load_with_processor_times(plan.seconds))
            self._seen.many.append(self._load(_MANY, plan.seconds))
            self._seen.several_statements.append(self._limit(limit.SEVERAL_STATEMENTS, plan.seconds))
            self._seen.one_statement.append(self._limit(limit.ONE_STATEMENT, plan.seconds))

    def _load(self, connections: int, seconds: int) -> Load:
        seen = load.run(self._served.url, self._request_file, connections, seconds)
        self._seen.answered += seen.answers
        return seen

    def _load_with_processor_times(self, seconds: int) -> Load:
        before = self._spent()
        seen = self._load(_FEW, seconds)
        self._seen.used.append(Used.between(before, self._spent(), seen.answers))
        return seen

    def _spent(self) -> Spent:
        return Spent(
            tenor=cpu.spent(self._served.process),
            postgres=cpu.spent(self._seen.postgres.process),
            tools=cpu.of_tools(),
            machine=cpu.of_machine(),
        )

    def _limit(self, script: Path, seconds: int) -> float:
        return limit.run(self._url, script, self._rows, _FEW, seconds)


if __name__ == "__main__":
    main()
