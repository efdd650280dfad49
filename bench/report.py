"""What the runs came to: medians, the file for programs and the table for people."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from bench.load import Load
from bench.subject import Postgres

# Above this share of the machine in other hands, every figure is plainly too low.
_QUIET = 0.1


class Spent(msgspec.Struct, frozen=True):
    """Processor seconds up to a moment; the machine's are those worked and those that there were."""

    tenor: float | None
    postgres: float | None
    tools: float
    machine: tuple[float, float] | None


class Used(msgspec.Struct, frozen=True):
    """Microseconds of processor time an order, and the share of the machine that others used; None where not told."""

    tenor_us: float | None
    postgres_us: float | None
    others: float | None

    @classmethod
    def between(cls, before: Spent, after: Spent, orders: int) -> Used:
        """What a run that made that many orders has used."""
        tenor, postgres = _difference(before.tenor, after.tenor), _difference(before.postgres, after.postgres)
        others = None
        if tenor is not None and postgres is not None and before.machine and after.machine:
            worked, there_were = (end - start for start, end in zip(before.machine, after.machine, strict=True))
            ours = tenor + postgres + after.tools - before.tools
            others = max(0.0, (worked - ours) / there_were)
        return cls(_microseconds_each(tenor, orders), _microseconds_each(postgres, orders), others)


def _difference(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else after - before


def _microseconds_each(seconds: float | None, orders: int) -> float | None:
    return None if seconds is None else seconds / orders * 1e6


class Measured(msgspec.Struct):
    """All that was seen. `answered` counts every 200, the warm-up's too, and `stored` the rows that came of them."""

    postgres: Postgres
    load_average: float
    seconds: int
    workers: int
    few: list[Load] = []
    many: list[Load] = []
    used: list[Used] = []
    several_statements: list[float] = []
    one_statement: list[float] = []
    answered: int = 0
    stored: int = 0


def figures(seen: Measured) -> dict[str, Any]:
    """What stands in build/bench.json: medians of the runs, and each run by itself."""
    few, many = _medians(seen.few), _medians(seen.many)
    several, one = median(seen.several_statements), median(seen.one_statement)
    return {
        "create_order": {
            "rps_16": round(few["rps"], 1),
            "p50_ms_16": few["p50_ms"],
            "p99_ms_16": few["p99_ms"],
            "rps_64": round(many["rps"], 1),
            "p50_ms_64": many["p50_ms"],
            "p99_ms_64": many["p99_ms"],
            "tenor_cpu_us_16": _median_told([used.tenor_us for used in seen.used]),
            "postgres_cpu_us_16": _median_told([used.postgres_us for used in seen.used]),
            "ratio_16": round(few["rps"] / one, 3),
        },
        "limit": {"several_statements_tps": round(several, 1), "one_statement_tps": round(one, 1)},
        "peers": {},
        "durable": {
            "fsync": seen.postgres.fsync,
            "synchronous_commit": seen.postgres.synchronous_commit,
            "answered": seen.answered,
            "stored": seen.stored,
        },
        "runs": {
            "seconds": seen.seconds,
            "create_order": seen.few + seen.many,
            "several_statements_tps": seen.several_statements,
            "one_statement_tps": seen.one_statement,
        },
        "machine": _machine(seen),
    }


def _medians(loads: Sequence[Load]) -> dict[str, float]:
    """Each figure's median by itself: the run in the middle by throughput may be another one by latency."""
    return {name: median(getattr(load, name) for load in loads) for name in ("rps", "p50_ms", "p99_ms")}


def _median_told(values: Sequence[float | None], places: int = 0) -> float | None:
    told = [value for value in values if value is not None]
    return round(median(told), places) if told else None


def _machine(seen: Measured) -> dict[str, Any]:
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load_average_before": seen.load_average,
        "others_share_16": _median_told([used.others for used in seen.used], 3),
        "web_processes": seen.workers,
        "tenor": version("tenor"),
        "python": platform.python_version(),
        "postgres": seen.postgres.version,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def table(found: dict[str, Any]) -> str:
    """The figures as people read them."""
    made, limit, durable, machine = (found[part] for part in ("create_order", "limit", "durable", "machine"))
    lines = [
        f"{machine['cores']} cores ({machine['processor']}) shared by wrk, Tenor and PostgreSQL; Python"
        f" {machine['python']}, PostgreSQL {machine['postgres']}",
        f"fsync {durable['fsync']}, synchronous_commit {durable['synchronous_commit']};"
        f" load average before the start {machine['load_average_before']:.2f}",
        "",
        f"{'create_order':34} {'a second':>9} {'p50 ms':>8} {'p99 ms':>8}",
        *(
            f"  {connections} connections{'':18} {made[f'rps_{connections}']:9,.0f}"
            f" {made[f'p50_ms_{connections}']:8.1f} {made[f'p99_ms_{connections}']:8.1f}"
            for connections in (16, 64)
        ),
        "pgbench, 16 clients, the same rows",
        f"  several statements{'':14} {limit['several_statements_tps']:9,.0f}",
        f"  one statement{'':19} {limit['one_statement_tps']:9,.0f}",
        "",
        f"Tenor at 16 connections reaches {made['ratio_16']:.0%} of one statement by itself.",
        f"{durable['answered']:,} orders were answered with 200; {durable['stored']:,} are in the database.",
    ]
    if made["tenor_cpu_us_16"] is not None and made["postgres_cpu_us_16"] is not None:
        lines.append(
            f"Processor time an order at 16 connections: {made['tenor_cpu_us_16']:.0f} us in Tenor,"
            f" {made['postgres_cpu_us_16']:.0f} us in PostgreSQL."
        )
    if (others := machine["others_share_16"] or 0.0) > _QUIET:
        lines.append(
            f"Other programs used {others:.0%} of the machine meanwhile: on a quiet one the figures are higher."
        )
    return "\n".join(lines)


def write(found: dict[str, Any], file: Path) -> None:
    """Write the figures for programs."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")


def say(what: str) -> None:
    """One line of progress, which is not part of the result."""
    print(what, file=sys.stderr, flush=True)
