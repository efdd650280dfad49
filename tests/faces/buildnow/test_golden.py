"""The golden exchanges beside this file: what is sent and what must come back, word by word.

Each file is one conversation. In what is expected, `<name:pattern>` stands for a text that can't be known before and is
remembered; `{name}` in a later request or answer is what was remembered.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.faces.buildnow.partner import Partner

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))
_UNKNOWN = re.compile(r"<(\w+):(.*?)>(?!\))")

Known = dict[str, str]


def exchanges(file: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(file.read_text())
    return found


def filled(text: str, known: Known) -> str:
    for name, value in known.items():
        text = text.replace("{" + name + "}", value)
    return text


def match(expected: Any, found: Any, known: Known, where: str) -> None:
    """Compare as JSON, exactly; what is unknown in `expected` is learnt."""
    if isinstance(expected, dict):
        assert isinstance(found, dict), where
        assert list(found) == list(expected), f"{where}: the keys or their order differ"
        for key in expected:
            match(expected[key], found[key], known, f"{where}.{key}")
    elif isinstance(expected, list):
        assert isinstance(found, list), where
        assert len(found) == len(expected), where
        for index, entry in enumerate(expected):
            match(entry, found[index], known, f"{where}[{index}]")
    elif isinstance(expected, str):
        match_text(expected, found, known, where)
    else:
        assert found == expected, where
        assert type(found) is type(expected), where


def match_text(expected: str, found: Any, known: Known, where: str) -> None:
    assert isinstance(found, str), where
    names: list[str] = []
    pattern, end = "", 0
    for unknown in _UNKNOWN.finditer(expected):
        names.append(unknown[1])
        pattern += re.escape(filled(expected[end : unknown.start()], known)) + f"({unknown[2]})"
        end = unknown.end()
    pattern += re.escape(filled(expected[end:], known))
    met = re.fullmatch(pattern, found)
    assert met, f"{where}: {found!r} is not {expected!r}"
    known.update(zip(names, met.groups(), strict=True))


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
async def test_the_conversation_goes_as_written(file: Path, partner: Partner) -> None:
    known = {"client_id": partner.client_id, "client_secret": partner.client_secret, "token": partner.token}
    for number, exchange in enumerate(exchanges(file)):
        asked, expected = exchange["request"], exchange["answer"]
        where = f"{file.stem} {number + 1} ({exchange['promise']})"
        headers = {name: filled(value, known) for name, value in asked.get("headers", {}).items()}
        content = filled(asked["form"], known) if "form" in asked else asked.get("text")
        if "json" in asked:
            content = json.dumps(asked["json"], ensure_ascii=False)
        path = filled(asked["path"], known)
        answer = await partner.http.request(asked["method"], path, headers=headers, content=content)
        assert answer.status_code == expected["status"], f"{where}: {answer.text}"
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store", "it tells of people and carries a link"
        assert answer.headers["x-content-type-options"] == "nosniff"
        for name, value in expected.get("headers", {}).items():
            assert answer.headers.get(name) == value, f"{where}: {name}"
        match(expected["body"], answer.json(), known, where)


def test_every_conversation_is_found() -> None:
    assert [file.stem for file in GOLDEN] == ["least", "lifecycle", "refusals", "token"]
