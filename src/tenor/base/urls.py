"""Adding parameters to somebody else's URL."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode


def with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    """The URL with our parameters behind its own.

    Its own query and fragment stay as they are, byte for byte. A parameter of ours whose name stands there
    already is left out, so that none is doubled (`spec/backd.md`, redirect flow).
    """
    rest, hash_mark, fragment = url.partition("#")
    address, _, query = rest.partition("?")
    theirs = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
    ours = urlencode({name: value for name, value in parameters.items() if name not in theirs})
    if not ours:
        return url
    return f"{address}?{query}{'&' if query else ''}{ours}{hash_mark}{fragment}"
