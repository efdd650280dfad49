"""Structured logs in which only listed fields appear, so that a secret can't slip in by being passed along."""

from __future__ import annotations

import logging
import sys
import traceback
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


def where(error: BaseException) -> str:
    """The places that an error came through, and those of the one behind it. Neither tells its words: a message may
    hold what was typed, and PostgreSQL's hold whole rows.
    """
    behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    told = f"{where(behind)}\n" if behind is not None else ""
    return f"{told}{''.join(traceback.format_tb(error.__traceback__))}{type(error).__name__}"


def _without_words(_: object, __: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if fields.pop("exc_info", None) and (error := sys.exc_info()[1]) is not None:
        fields["exception"] = where(error)
        fields.setdefault("error", type(error).__name__)
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
            _without_words,
            _only_allowed,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def logger() -> Any:
    """A logger of the house."""
    return structlog.get_logger()
