"""Refusals of our own API: one object, with a stable code, a sentence, and every wrong parameter by name."""

from __future__ import annotations

import msgspec

from tenor.base.errors import Forbidden, Invalid, TenorError, Unauthenticated, dotted
from tenor.base.idempotency import Answer

_STATUS: dict[type[TenorError], int] = {Unauthenticated: 401, Forbidden: 403}
CHALLENGE = 'Basic realm="api", Bearer realm="api"'


class WrongField(msgspec.Struct, frozen=True):
    """A parameter that is wrong, and what was expected."""

    field: str
    message: str


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong: a code for programs, a sentence for people."""

    code: str
    message: str
    problems: list[WrongField] = []


class ErrorAnswer(msgspec.Struct, frozen=True):
    """The body of every refusal."""

    error: Refusal


def render(error: TenorError) -> Answer:
    """A refusal in our own shape."""
    problems = (
        [WrongField(dotted(one.path), one.message) for one in error.problems] if isinstance(error, Invalid) else []
    )
    return refusal(_STATUS.get(type(error), 400), error.code, error.message, problems)


def refusal(status: int, code: str, message: str, problems: list[WrongField] | None = None) -> Answer:
    """The answer that says no."""
    body = ErrorAnswer(Refusal(code=code, message=message, problems=problems or []))
    return Answer(status, msgspec.json.encode(body))
