"""Processor time. On a machine that others use too, it says more about a change than orders a second do."""

from __future__ import annotations

import os
import resource
from pathlib import Path


def spent(process: int | None) -> float | None:
    """Seconds of processor time of a process and its children, dead ones included; None where that is not told."""
    if process is None:
        return None
    own = _stat(process)
    if own is None:
        return None
    ticks = sum(own[11:15]) + sum(sum(_times(child)) for child in _children(process))
    return ticks / os.sysconf("SC_CLK_TCK")


def of_machine() -> tuple[float, float] | None:
    """Seconds that all cores together have worked, and seconds that they could have; None where that is not told.

    What the host of a virtual machine took for others counts as worked.
    """
    try:
        ticks = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    except OSError:
        return None
    idle = ticks[3] + ticks[4]
    hertz = os.sysconf("SC_CLK_TCK")
    return (sum(ticks) - idle) / hertz, sum(ticks) / hertz


def of_tools() -> float:
    """Seconds of processor time of the tools that we ran and that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime


def _times(process: int) -> list[int]:
    stat = _stat(process)
    return stat[11:13] if stat else []


def _children(process: int) -> list[int]:
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    return [number for number in numbers if (stat := _stat(number)) and stat[1] == process]


def _stat(process: int) -> list[int] | None:
    """The numbers of /proc/PID/stat after the name; the first, the state's letter, as 0."""
    try:
        text = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return None
    return [0, *map(int, text.rpartition(")")[2].split()[1:])]
