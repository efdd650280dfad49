"""Answers packed with gzip, where whoever asks can unpack them (RFC 9110, 12.5.3)."""

from __future__ import annotations

import gzip
import re
from functools import lru_cache

from starlette.responses import Response

# Below this the packed answer is hardly shorter, and one packet carries either.
_LEAST = 1024

_NEVER = re.compile(r"q\s*=\s*0(\.0{0,3})?\s*$")


def packed_for(accept_encoding: str, response: Response) -> Response:
    """The same answer, packed if the header of the request allows it and it is worth it.

    Only for answers whose length may be seen: never where a secret stands beside what a stranger could have put there
    and ask for again and again (the attack called BREACH).
    """
    response.headers["Vary"] = "Accept-Encoding"
    body = bytes(response.body)
    if len(body) < _LEAST or not _unpacks(accept_encoding):
        return response
    response.body = _pack(body)
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(len(response.body))
    return response


def _unpacks(accept_encoding: str) -> bool:
    for part in accept_encoding.lower().split(","):
        name, _, parameters = part.partition(";")
        if name.strip() == "gzip":
            return not _NEVER.search(parameters)
    return False


@lru_cache(maxsize=16)
def _pack(body: bytes) -> bytes:
    # Style sheets come again and again, pages do not; the few that are kept are soon replaced.
    return gzip.compress(body, compresslevel=6, mtime=0)
