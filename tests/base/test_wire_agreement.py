"""The quick reading and the slow one that names problems say the same of every body."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import Meta

from tenor.base.errors import Invalid, Malformed, Problem
from tenor.base.wire import Decoder, Number, NumberOrText


class Part(msgspec.Struct, kw_only=True):
    """A part of a body."""

    a: Annotated[str, Meta(min_length=1, max_length=3)]
    b: Annotated[int, Meta(ge=1, le=5)] = 1


class Body(msgspec.Struct, kw_only=True):
    """A body with a field of every kind that the wires use."""

    number: Number
    either: NumberOrText | None = None
    whole: Annotated[int, Meta(ge=-3, le=3)] | None = None
    text: str | None = None
    short: Annotated[str, Meta(min_length=1, max_length=3)] = "x"
    word: Literal["redirect", "modal"] = "modal"
    flag: bool = False
    part: Part | None = None
    parts: Annotated[list[Part], Meta(min_length=1, max_length=3)] | None = None
    free: Any = None
    table: dict[str, Any] = {}


decoder = Decoder(Body)

_atoms = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=4),
    st.sampled_from(["1.5", "modal", "", "\x00", "\u202e", "\\u0000", "\t", "é"]),
)  # fmt: skip
_json = st.recursive(
    _atoms,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "b", "\x7f"]), inner, max_size=3),
    max_leaves=6,
)
_fields = ["number", "either", "whole", "text", "short", "word", "flag", "part", "parts", "free", "table", "unknown"]
_part = st.fixed_dictionaries({}, optional={"a": st.text(max_size=4) | _atoms, "b": st.integers(0, 6) | _atoms})
_good = {
    "number": st.integers(0, 9),
    "either": st.sampled_from(["1.5", 2, None]),
    "part": _part,
    "parts": st.lists(_part, max_size=4),
    "table": st.dictionaries(st.text(max_size=2), _json, max_size=2),
}
_bodies = st.fixed_dictionaries({}, optional={name: _good.get(name, _json) | _json for name in _fields})


def _reading(body: bytes) -> object:
    try:
        return decoder.decode(body)
    except Invalid as refusal:
        return refusal.problems
    except Malformed as refusal:
        return refusal.message


@settings(max_examples=400)
@given(body=_bodies, ascii_only=st.booleans())
@example(body={"number": 1, "whole": 2.0}, ascii_only=True)
@example(body={"number": 1, "free": [1e300, {"a": 5e-324}]}, ascii_only=True)
@example(body={"number": 1, "text": "\ud800"}, ascii_only=True)
def test_a_suspicion_changes_nothing_but_the_speed(body: dict[str, Any], ascii_only: bool) -> None:
    plain = json.dumps(body, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    # An ignored key with a forbidden character is enough of a suspicion to walk the whole body.
    walked = plain[:-1] + (b", " if body else b"") + rb'"ignored": "\u0000"}'
    assert _reading(plain) == _reading(walked)


@settings(max_examples=400)
@given(body=_bodies)
def test_every_refusal_names_a_field_and_says_it_in_words_of_our_own(body: dict[str, Any]) -> None:
    result = _reading(json.dumps(body).encode())
    if isinstance(result, tuple):
        assert result
        for problem in result:
            assert isinstance(problem, Problem)
            assert problem.path
            assert problem.path[0] in _fields
            assert not problem.message.startswith("Expected")
