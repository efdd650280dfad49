"""Structured logs in which only listed fields appear, so that a secret can't slip in by being passed along."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "exception", "exc_info", "logger",
        "request_id", "method", "route", "status", "milliseconds",
        "merchant_id", "order_id", "refund_id", "sweep", "done", "error", "host", "port", "workers", "signal",
    }
)  # fmt: skip


def _only_allowed(_: object, __: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name in [name for name in fields if name not in ALLOWED]:
        del fields[name]
    return fields


def configure(level: str, style: str) -> None:
    """Set the process's logging: `level` such as `info`, `style` text or json, to standard error."""
    last: Any = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_allowed,
            *([structlog.processors.format_exc_info] if style == "json" else []),
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def logger() -> Any:
    """A logger of the house."""
    return structlog.get_logger()
