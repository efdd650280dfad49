"""Refusals in the shapes and sentences of Django REST framework, whose conventions this vendor's API follows
(`spec/buildnow.md`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tenor.base.errors import (
    Duplicate,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    Problem,
    TenorError,
    TooLarge,
    Unauthenticated,
    UnsupportedMedia,
)
from tenor.base.idempotency import Answer
from tenor.faces.buildnow.mapping import on_the_wire

_WHOLE = "non_field_errors"

_STATUS: dict[type[TenorError], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    TooLarge: 413,
    UnsupportedMedia: 415,
}

# What is wrong with a list or an object as a whole, rather than with something in it.
_OF_THE_WHOLE = frozenset({"type", "empty", "too_many"})

# The framework's sentence for each of ours, where it has one.
_SENTENCES = [
    (re.compile(ours), theirs)
    for ours, theirs in [
        (r"is required", "This field is required."),
        (r"must be text", "Not a valid string."),
        (r"must not be empty", "This field may not be blank."),
        (r"must be at most (\d+) characters.*", r"Ensure this field has no more than \1 characters."),
        (r"must be a whole number(, written without decimals)?", "A valid integer is required."),
        (r"must be a (decimal|finite) number.*", "A valid number is required."),
        (r"must be at least (\d+)", r"Ensure this value is greater than or equal to \1."),
        (r"must be at most ([\d.]+)", r"Ensure this value is less than or equal to \1."),
        (r"must not be negative", "Ensure this value is greater than or equal to 0."),
        (r"must have at most (\d+) decimal places", r"Ensure that there are no more than \1 decimal places."),
        (r"must be an object", "Invalid data. Expected a dictionary."),
        (r"must be a list", "Expected a list of items."),
        (r"must have at least 1 entry", "This list may not be empty."),
        (r"must have at most (\d+) entries.*", r"Ensure this field has no more than \1 elements."),
        (r"must be an http or https address", "Enter a valid URL."),
    ]
]


def detail(status: int, sentence: str) -> Answer:
    """A refusal that is about the call and not about a field."""
    return Answer(status, msgspec.json.encode({"detail": sentence}))


def render(error: TenorError) -> Answer:
    """A refusal of the core or the ground, in the framework's shape."""
    if isinstance(error, Invalid):
        return Answer(400, msgspec.json.encode(_fields(error.problems)))
    if isinstance(error, Duplicate):
        return Answer(400, msgspec.json.encode({"partner_order_reference": [_capital(error.message)]}))
    if isinstance(error, Malformed):
        return detail(400, f"JSON parse error - {error.message}")
    if isinstance(error, NotFound):
        return detail(404, "Not found.")
    if type(error) in _STATUS:
        return detail(_STATUS[type(error)], error.message)
    return Answer(400, msgspec.json.encode({_WHOLE: [error.message]}))


def challenge(error: TenorError) -> dict[str, str]:
    """The headers of a refusal: how to authenticate (RFC 6750, section 3), where that was the matter."""
    if isinstance(error, Forbidden):
        return {"WWW-Authenticate": 'Bearer realm="api", error="insufficient_scope"'}
    if isinstance(error, NoToken):
        return {"WWW-Authenticate": 'Bearer realm="api"'}
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": 'Bearer realm="api", error="invalid_token"'}
    return {}


class NoToken(Unauthenticated):
    """The call came without a token; one that came with a bad one hears that."""

    def __init__(self) -> None:
        super().__init__("Authentication credentials were not provided.")


_STATUS[NoToken] = 401


@dataclass
class _Place:
    """A place in the body: what is wrong with it, and with what it holds."""

    messages: list[str] = field(default_factory=list)
    inner: dict[str | int, _Place] = field(default_factory=dict)

    def at(self, step: str | int) -> _Place:
        return self.inner.setdefault(step, _Place())

    def shape(self) -> Any:
        if not self.inner:
            return self.messages
        if any(isinstance(step, str) for step in self.inner):
            own = {_WHOLE: self.messages} if self.messages else {}
            return own | {str(step): place.shape() for step, place in self.inner.items()}
        last = max(step for step in self.inner if isinstance(step, int))
        return [self.inner[index].shape() if index in self.inner else {} for index in range(last + 1)]


def _fields(problems: Iterable[Problem]) -> Any:
    """Every problem at its field: `{"vat_rate": ["…"], "items": [{}, {"sku": ["…"]}]}`."""
    body = _Place()
    for problem in map(on_the_wire, problems):
        place = body
        for step in problem.path:
            place = place.at(step)
        if not problem.path or problem.code in _OF_THE_WHOLE:
            place = place.at(_WHOLE)
        place.messages.append(_sentence(problem))
    return body.shape()


def _sentence(problem: Problem) -> str:
    if problem.code == "null":
        return "This field may not be null."
    for ours, theirs in _SENTENCES:
        if found := ours.fullmatch(problem.message):
            return found.expand(theirs)
    return _capital(problem.message)


def _capital(message: str) -> str:
    return f"{message[:1].upper()}{message[1:]}".rstrip(".") + "."
