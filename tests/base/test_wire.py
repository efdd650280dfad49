"""Reading a body: everything wrong is said at once and by its path, and nothing wrong gets through."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta

from tenor.base.errors import Invalid, Malformed, dotted
from tenor.base.wire import Decoder, Number, NumberOrText

Name = Annotated[str, Meta(min_length=1, max_length=20)]


class Line(msgspec.Struct, kw_only=True):
    """A line of an order."""

    sku: Name
    qty: Annotated[int, Meta(ge=1, le=1000)]
    price: Number


class Body(msgspec.Struct, kw_only=True):
    """An order as a wire might have it."""

    total: Number
    rate: NumberOrText = NumberOrText(15)
    name: Name = "Acme"
    note: str | None = None
    mode: Literal["redirect", "modal"] = "redirect"
    notify: bool = False
    lines: Annotated[list[Line], Meta(min_length=1, max_length=500)] = []
    metadata: Any = None
    extra: dict[str, Any] = {}


decode = Decoder(Body).decode


def problems(body: bytes) -> dict[str, str]:
    """What is said of a body, by path."""
    with pytest.raises(Invalid) as refusal:
        decode(body)
    return {dotted(problem.path): problem.message for problem in refusal.value.problems}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The body is empty"),
        (b" \n", "The body is empty"),
        (b"total=1", "not valid JSON"),
        (b"{'total': 1}", "not valid JSON"),
        (b'{"total": 1', "not valid JSON"),
        (b'{"total": 1} {}', "not valid JSON"),
        (b'\xef\xbb\xbf{"total": 1}', "not valid JSON"),
        (b'{"total": NaN}', "not valid JSON"),
        (b'{"total": -Infinity}', "not valid JSON"),
        (b'{"total": 01}', "not valid JSON"),
        (b'{"total": +1}', "not valid JSON"),
        ('{"total": ١٢}'.encode(), "not valid JSON"),
        (b'{"total": 1' + b"0" * 5000 + b"}", "not valid JSON"),
        (b"[]", "must be a JSON object"),
        (b'[{"total": 1}]', "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b'"total"', "must be a JSON object"),
        (b'{"total": 1, "note": "\xff"}', "not valid UTF-8"),
        (b'{"total": 1, "note": "\xed\xa0\x80"}', "not valid UTF-8"),
        (b'{"total": 1, "note": "a\x00b"}', "not valid JSON"),
        (b'{"total": 1, "note": "\\ud800"}', "half of a surrogate pair"),
        (b'{"total": 1, "note": "\\ude00\\ud83d"}', "half of a surrogate pair"),
    ],
)
def test_what_is_no_json_object_is_refused_in_words(body: bytes, message: str) -> None:
    with pytest.raises(Malformed, match=message):
        decode(body)


@pytest.mark.parametrize("field", ["metadata", "total", "unknown"])
@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":', b'["]",'])
@pytest.mark.parametrize("depth", [65, 500, 990, 10_000])
def test_nesting_beyond_reason_is_refused_wherever_it_stands(field: str, opening: bytes, depth: int) -> None:
    closing = {b"[": b"]", b'{"a":': b"}", b'[{"a":': b"}]", b'["]",': b"]"}[opening]
    body = b'{"total":1,"' + field.encode() + b'":' + opening * depth + b"1" + closing * depth + b"}"
    for sent in (body, body.rstrip(b"]}")):
        with pytest.raises(Malformed, match="nested too deeply"):
            decode(sent)


def test_many_lists_beside_each_other_and_brackets_within_texts_are_no_nesting() -> None:
    beside = b"[" + b"[[]]," * 500 + b"[]]"
    texts = rb'"' + rb"[{\"\\[" * 200 + rb'\\"'
    assert decode(b'{"total":1,"metadata":' + beside + b',"note":' + texts + b"}").metadata[:1] == [[[]]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("true", "must be a number"),
        ("null", "must be a number"),
        ('""', "must be a number"),
        ('"1.00"', "must be a number"),
        ("[]", "must be a number"),
        ("{}", "must be a number"),
        ("1e99999999999999999999", "must be a number"),
    ],
)
def test_a_number_is_nothing_but_a_number(text: str, message: str) -> None:
    assert problems(f'{{"total": {text}}}'.encode()) == {"total": message}


@pytest.mark.parametrize(
    "text",
    ["9999999999999999.99", "0.1", "123456789012345678901234567890", "-0.01", "1e400", "1E-7", "0", "9007199254740993"],
)
def test_a_number_is_read_from_its_own_text(text: str) -> None:
    total = decode(f'{{"total": {text}}}'.encode()).total
    assert isinstance(total, Decimal)
    assert total.as_tuple() == Decimal(text).as_tuple()


@pytest.mark.parametrize("text", ["115.00", '"115.00"'])
def test_a_decimal_may_be_written_as_a_number_or_as_a_text_where_the_wire_says_so(text: str) -> None:
    assert str(decode(f'{{"total": 1, "rate": {text}}}'.encode()).rate) == "115.00"


@pytest.mark.parametrize(
    "text",
    ['"١١٥"', '"1_000"', '" 1"', '"1 "', '"+1"', '"1e2"', '"NaN"', '"Infinity"', '"1,5"', '""', '"."', "true", "null",
     "[]", '"1\\n"', '"' + "9" * 41 + '"', "1e99999999999999999999"],
)  # fmt: skip
def test_a_decimal_in_a_text_is_digits_and_a_point(text: str) -> None:
    assert problems(f'{{"total": 1, "rate": {text}}}'.encode()) == {"rate": "must be a decimal number such as 115.00"}


def test_every_problem_is_named_at_once_by_its_path() -> None:
    body = b"""{
        "name": "", "note": 7, "mode": "popup", "notify": 1, "extra": [],
        "lines": [{"sku": "A", "qty": 1, "price": 1}, {"qty": 0, "price": "1"}, null,
                  {"sku": null, "qty": 1.5, "price": 1}]
    }"""
    assert problems(body) == {
        "total": "is required",
        "name": "must not be empty",
        "note": "must be text",
        "mode": 'must be "modal" or "redirect"',
        "notify": "must be true or false",
        "lines[1].sku": "is required",
        "lines[1].qty": "must be at least 1",
        "lines[1].price": "must be a number",
        "lines[2]": "must be an object",
        "lines[3].sku": "must be text",
        "lines[3].qty": "must be a whole number, written without decimals",
        "extra": "must be an object",
    }


def test_missing_null_and_wrong_have_codes_of_their_own() -> None:
    with pytest.raises(Invalid) as refusal:
        decode(b'{"name": null, "lines": [], "notify": "yes"}')
    assert [(dotted(one.path), one.code) for one in refusal.value.problems] == [
        ("total", "required"), ("name", "null"), ("notify", "invalid"), ("lines", "empty"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("qty", "message"),
    [
        ("0", "must be at least 1"),
        ("-1", "must be at least 1"),
        ("1000000000", "must be at most 1000"),
        ("18446744073709551616", "must be at most 1000"),
        ("1.5", "must be a whole number"),
        ("2.0", "must be a whole number"),
        ("1e2", "must be a whole number"),
        ("1e400", "must be a whole number"),
        ('"2"', "must be a whole number"),
        ("true", "must be a whole number"),
    ],
)
def test_a_quantity_is_a_whole_number_within_its_bounds(qty: str, message: str) -> None:
    said = problems(f'{{"total": 1, "lines": [{{"sku": "A", "price": 1, "qty": {qty}}}]}}'.encode())
    assert list(said) == ["lines[0].qty"]
    assert said["lines[0].qty"].startswith(message)


def test_a_list_of_501_is_refused_as_a_whole() -> None:
    line = b'{"sku": "A", "qty": 0, "price": 1}'
    body = b'{"total": 1, "lines": [' + b",".join([line] * 501) + b"]}"
    assert problems(body) == {"lines": "must have at most 500 entries, not 501"}


def test_a_text_is_measured_in_characters_and_not_in_bytes() -> None:
    assert decode('{"total": 1, "name": "مؤسسة البناء الحديث"}'.encode()).name == "مؤسسة البناء الحديث"
    assert problems(b'{"total": 1, "name": "' + b"x" * 10_000 + b'"}') == {
        "name": "must be at most 20 characters, not 10000"
    }


_FORBIDDEN = ["\x00", "\x01", "\b", "\f", "\x1b", "\x7f", "\x85", "\x9f", "\u202a", "\u202e", "\u2066", "\u2069"]


@pytest.mark.parametrize("char", _FORBIDDEN, ids=[f"U+{ord(char):04X}" for char in _FORBIDDEN])
def test_control_characters_and_direction_overrides_are_refused_raw_and_escaped(char: str) -> None:
    spellings = [f"\\u{ord(char):04x}", f"\\u{ord(char):04X}"]
    spellings += {"\b": ["\\b"], "\f": ["\\f"]}.get(char, [])
    spellings += [char] if ord(char) >= 0x20 else []
    for spelling in spellings:
        body = f'{{"total": 1, "note": "a{spelling}b", "metadata": ["{spelling}"], "extra": {{"{spelling}": 1}}}}'
        said = problems(body.encode())
        assert list(said) == ["note", "metadata", "extra"], spelling
        assert "text-direction override" in said["note"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"\\u0000", r"\u0000"),
        (r"\\u202e", r"\u202e"),
        (r"\\\\b", r"\\b"),
        (r"a\tb\nc\rd", "a\tb\nc\rd"),
        (r"\u000a\u0041\u007a", "\nAz"),
        (r"\ud83d\ude00", "😀"),
        ("😀 e\u0301 \u200d \u200f", "😀 e\u0301 \u200d \u200f"),
        (r"\ud83d\ude00\\ud800", r"😀\ud800"),
    ],
)
def test_what_only_looks_suspicious_passes_as_it_is(written: str, read: str) -> None:
    body = f'{{"total": 1, "note": "{written}", "metadata": {{"{written}": "{written}"}}}}'.encode()
    assert decode(body).note == read
    assert decode(body).metadata == {read: read}


def test_a_key_that_the_type_does_not_know_is_ignored_whatever_it_holds() -> None:
    assert decode(rb'{"total": 1, "Total": "x", "\u202e": "\u0000", "deep": [[{}]], "big": 1e500}').total == 1


def test_of_a_key_that_stands_twice_the_last_one_counts() -> None:
    assert decode(b'{"total": 1, "total": 2}').total == 2


@pytest.mark.parametrize("number", ["1e500", "1E+500", "-1.5e-500", "1e99999999999999999999"])
def test_a_number_in_free_json_that_no_database_could_hold_is_refused(number: str) -> None:
    assert list(problems(f'{{"total": 1, "metadata": {{"a": [{number}]}}}}'.encode())) == ["metadata"]


def test_a_number_in_free_json_keeps_every_digit() -> None:
    metadata = decode(b'{"total": 1, "metadata": [0.1, 1.50, 12345678901234567890.123, 1e30]}').metadata
    assert [str(number) for number in metadata] == ["0.1", "1.50", "12345678901234567890.123", "1E+30"]
