"""Strict decoding of JSON: read once and quickly; when anything is wrong, say everything that is wrong.

The quick path is msgspec's. Only when it refuses, or when the bytes hold a character that no field may hold,
is the body read a second time, untyped, and walked against the type to name every wrong field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from itertools import accumulate
from typing import Any, Generic, TypeGuard, TypeVar

import msgspec
from msgspec import inspect

from tenor.base.errors import Invalid, Malformed, Path, Problem

T = TypeVar("T")

# Control characters other than tab and line breaks break databases and logs; the bidirectional embeddings,
# overrides and isolates make a text read as what it is not.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

# The same characters as they may stand in JSON's bytes, raw or escaped. A hit is only a suspicion (`\\u0000`
# within a text may be an escaped backslash), so it leads to the walk and not to a refusal.
_SUSPICIOUS = re.compile(
    rb"\\[bf]|\\u(?:00[01][0-9a-fA-F]|00[789][0-9a-fA-F]|202[a-eA-E]|206[6-9]|[dD][89a-fA-F])"
    rb"|\x7f|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]"
)

_HALF_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")

# Numbers in free JSON are kept as they are written; beyond this they are no use to anybody and hard on a database.
_LARGEST_EXPONENT = 400
_LONG_EXPONENT = re.compile(rb"[0-9][eE][+-]?[0-9]{3}")

# No document of this trade is nested deeper. Without a limit of our own, what could be read might be too deep to be
# written again.
_DEEPEST = 64
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(b"[{]}"))


class Number(Decimal):
    """A JSON number read from its own text, so that no cent is lost on the way. A string is refused."""


class NumberOrText(Decimal):
    """A decimal that the wire may write as a number or as a string."""


def _read_decimal(text: str) -> Decimal:
    """A number with a point or an exponent; not a number where the exponent is beyond what Decimal can hold."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")


def _is_number(value: object) -> TypeGuard[int | Decimal]:
    if isinstance(value, Decimal):
        return value.is_finite()
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: object) -> Number:
    if not _is_number(value):
        raise ValueError("must be a number")
    return Number(value)


# Only these digits: Python would also take Arabic-Indic ones, underscores and blanks.
_DECIMAL_TEXT = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", re.ASCII)


def _number_or_text(value: object) -> NumberOrText:
    if isinstance(value, str):
        if not _DECIMAL_TEXT.fullmatch(value):
            raise ValueError("must be a decimal number such as 115.00")
        return NumberOrText(value)
    if not _is_number(value):
        raise ValueError("must be a decimal number such as 115.00")
    return NumberOrText(value)


_HOOKS: dict[type, Callable[[object], Any]] = {Number: _number, NumberOrText: _number_or_text}


def _dec_hook(wanted: type, value: object) -> Any:
    return _HOOKS[wanted](value)


class Decoder(Generic[T]):
    """Decodes JSON bytes into the struct `kind`, or raises `Malformed` or `Invalid` with every problem named."""

    def __init__(self, kind: type[T]) -> None:
        self._shape = inspect.type_info(kind)
        self._free = _holds_free_json(self._shape)
        self._quick = msgspec.json.Decoder(kind, dec_hook=_dec_hook, float_hook=_read_decimal)
        self._untyped = msgspec.json.Decoder(float_hook=_read_decimal)

    def decode(self, body: bytes) -> T:
        """Read a body. Keys that the type does not know are ignored."""
        if body.count(b"[") + body.count(b"{") > _DEEPEST and _depth(body) > _DEEPEST:
            raise Malformed("The body is nested too deeply.")
        try:
            decoded = self._quick.decode(body)
        except msgspec.ValidationError as refusal:
            raise self._explain(body) or Invalid.field((), str(refusal)) from None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise _malformed(body, error) from None
        suspicious = _is_suspicious(body) or (self._free and _LONG_EXPONENT.search(body))
        if suspicious and (invalid := self._explain(body)):
            raise invalid
        return decoded

    def _explain(self, body: bytes) -> Invalid | None:
        try:
            raw = self._untyped.decode(body)
            problems = list(_walk(self._shape, raw, ()))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise _malformed(body, error) from None
        if not isinstance(raw, dict):
            raise Malformed("The body must be a JSON object.")
        return Invalid(problems) if problems else None


def _depth(body: bytes) -> int:
    """How deep lists and objects stand within each other, up to where the body stops being JSON.

    It works on the whole body at once, because a loop over its characters would take longer than decoding it.
    """
    plain = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    outside_texts = b"".join(plain.split(b'"')[::2])
    steps = memoryview(outside_texts.translate(_STEPS, _ALL_BUT_BRACKETS)).cast("b")
    return max(accumulate(steps), default=0)


def _is_suspicious(body: bytes) -> bool:
    # Most bodies are ASCII without an escape; to see that takes a tenth of the search's time.
    plain = body.isascii() and b"\\" not in body and b"\x7f" not in body
    return not plain and _SUSPICIOUS.search(body) is not None


def _holds_free_json(shape: inspect.Type) -> bool:
    match shape:
        case inspect.AnyType() | inspect.DictType():
            return True
        case inspect.Metadata(type=inner) | inspect.ListType(item_type=inner):
            return _holds_free_json(inner)
        case inspect.UnionType(types=members):
            return any(_holds_free_json(member) for member in members)
        case inspect.StructType(fields=fields):
            return any(_holds_free_json(field.type) for field in fields)
    return False


def _malformed(body: bytes, error: Exception) -> Malformed:
    if not body.strip():
        return Malformed("The body is empty; a JSON object was expected.")
    if isinstance(error, UnicodeDecodeError):
        return Malformed("The body is not valid UTF-8.")
    if isinstance(error, msgspec.ValidationError):
        # Reading without a type refuses nothing else.
        return Malformed("The body is not valid JSON: it holds a number of too many digits.")
    if _HALF_SURROGATE.search(body):
        return Malformed("The body is not valid JSON: it holds half of a surrogate pair.")
    return Malformed(f"The body is not valid JSON: {str(error).removeprefix('JSON is malformed: ')}.")


def _walk(shape: inspect.Type, value: Any, path: Path) -> Iterator[Problem]:
    """Every problem of an untyped value against a shape, in the order of the shape's fields."""
    match shape:
        case inspect.Metadata(type=inner):
            yield from _walk(inner, value, path)
        case inspect.UnionType(types=members):
            wanted = [member for member in members if not isinstance(member, inspect.NoneType)]
            if value is not None or len(wanted) == len(members):
                yield from _walk(wanted[0], value, path)
        case inspect.StructType(fields=fields):
            yield from _walk_struct(fields, value, path)
        case inspect.ListType():
            yield from _walk_list(shape, value, path)
        case inspect.AnyType() | inspect.DictType():
            yield from _walk_free(shape, value, path)
        case _:
            if message := _leaf_problem(shape, value):
                yield Problem(path, "null" if value is None else "invalid", message)


def _walk_struct(fields: tuple[inspect.Field, ...], value: Any, path: Path) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(path, "null" if value is None else "type", "must be an object")
        return
    for field in fields:
        here = (*path, field.encode_name)
        if field.encode_name in value:
            yield from _walk(field.type, value[field.encode_name], here)
        elif field.required:
            yield Problem(here, "required", "is required")


def _walk_list(shape: inspect.ListType, value: Any, path: Path) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield Problem(path, "null" if value is None else "type", "must be a list")
        return
    if len(value) < (shape.min_length or 0):
        yield Problem(path, "empty", f"must have at least {shape.min_length} entry")
    if shape.max_length is not None and len(value) > shape.max_length:
        yield Problem(path, "too_many", f"must have at most {shape.max_length} entries, not {len(value)}")
        return
    for index, entry in enumerate(value):
        yield from _walk(shape.item_type, entry, (*path, index))


def _walk_free(shape: inspect.Type, value: Any, path: Path) -> Iterator[Problem]:
    """Free JSON may hold anything but what a database or a reader would choke on."""
    if isinstance(shape, inspect.DictType) and not isinstance(value, dict):
        yield Problem(path, "null" if value is None else "type", "must be an object")
    elif unkeepable(value):
        yield Problem(path, "invalid", "holds a control character, a text-direction override or an absurd number")


def unkeepable(value: Any) -> bool:
    """Whether free JSON holds a text or a number that can not be stored and given back as it came."""
    match value:
        case str():
            return FORBIDDEN.search(value) is not None
        case Decimal():
            return not value.is_finite() or abs(value.adjusted()) > _LARGEST_EXPONENT
        case dict():
            return any(unkeepable(key) or unkeepable(entry) for key, entry in value.items())
        case list():
            return any(unkeepable(entry) for entry in value)
    return False


def _leaf_problem(shape: inspect.Type, value: Any) -> str | None:
    match shape:
        case inspect.StrType():
            return _text_problem(shape, value)
        case inspect.IntType():
            return _whole_number_problem(shape, value)
        case inspect.BoolType():
            return None if isinstance(value, bool) else "must be true or false"
        case inspect.LiteralType(values=values):
            return (
                None if value in values else f"must be {' or '.join(repr(v).replace(chr(39), chr(34)) for v in values)}"
            )
        case inspect.CustomType(cls=kind):
            try:
                _dec_hook(kind, value)
            except ValueError as error:
                return str(error)
            return None
    raise AssertionError(f"the wire has no words for {shape!r}")


def _text_problem(shape: inspect.StrType, value: Any) -> str | None:
    if not isinstance(value, str):
        return "must be text"
    if len(value) < (shape.min_length or 0):
        return f"must be at least {shape.min_length} characters, not {len(value)}" if value else "must not be empty"
    if shape.max_length is not None and len(value) > shape.max_length:
        return f"must be at most {shape.max_length} characters, not {len(value)}"
    if FORBIDDEN.search(value):
        return "must not hold control characters or text-direction overrides"
    return None


def _whole_number_problem(shape: inspect.IntType, value: Any) -> str | None:
    if isinstance(value, Decimal):
        return "must be a whole number, written without decimals"
    if isinstance(value, bool) or not isinstance(value, int):
        return "must be a whole number"
    if shape.ge is not None and value < shape.ge:
        return f"must be at least {shape.ge}"
    if shape.le is not None and value > shape.le:
        return f"must be at most {shape.le}"
    return None
