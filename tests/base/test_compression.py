"""Answers are packed for whoever can unpack them, and for nobody else."""

from __future__ import annotations

import gzip

import pytest
from starlette.responses import Response

from tenor.base.compression import packed_for

LONG = b"a sentence that comes again and again. " * 100


@pytest.mark.parametrize("header", ["gzip", "br, gzip;q=0.5", "GZIP", "deflate,  gzip ; q=1.0"])
def test_a_long_answer_is_packed_and_unpacks_to_itself(header: str) -> None:
    answer = packed_for(header, Response(LONG, media_type="text/html"))
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert int(answer.headers["content-length"]) == len(bytes(answer.body)) < len(LONG)
    assert gzip.decompress(bytes(answer.body)) == LONG


@pytest.mark.parametrize("header", ["", "br", "gzip;q=0", "gzip; q=0.000", "gzippy", "identity, *;q=0"])
def test_who_can_not_unpack_gets_it_as_it_is_and_caches_know_of_the_other(header: str) -> None:
    answer = packed_for(header, Response(LONG, media_type="text/html"))
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "Accept-Encoding"
    assert bytes(answer.body) == LONG


def test_a_short_answer_is_not_worth_it() -> None:
    assert "content-encoding" not in packed_for("gzip", Response(b"short")).headers


def test_the_same_bytes_are_packed_to_the_same_bytes() -> None:
    first, second = (bytes(packed_for("gzip", Response(LONG + b"!")).body) for _ in range(2))
    assert first == second
    # No time of day in the head (RFC 1952, MTIME).
    assert first[4:8] == bytes(4)
