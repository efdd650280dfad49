"""The letters in a folder, read as a mail program reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from uuid import UUID

# Enough to find the letter that was just sent.
_SHOWN = 200

_LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True)
class Letter:
    """A letter: its headers in the order in which they stand, and the text of both parts."""

    id: UUID
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str

    def header(self, name: str) -> str:
        """The first header of that name, or nothing."""
        return next((value for given, value in self.headers if given.lower() == name.lower()), "")

    @property
    def language(self) -> str:
        """The code of the language that the letter is written in."""
        return self.header("Content-Language")

    @property
    def pieces(self) -> list[tuple[str, bool]]:
        """The plain text cut where addresses begin and end; True for an address."""
        return list(_cut(self.text))


def _cut(text: str) -> Iterator[tuple[str, bool]]:
    end = 0
    for link in _LINK.finditer(text):
        yield text[end : link.start()], False
        yield link[0], True
        end = link.end()
    yield text[end:], False


def newest(folder: Path) -> list[Letter]:
    """The letters of a folder, newest first: their names are UUIDv7, which sort by time."""
    names = sorted((path for path in folder.glob("*.eml")), reverse=True)[:_SHOWN]
    return [_read(UUID(path.stem), path.read_bytes()) for path in names]


def find(folder: Path, letter_id: str) -> Letter | None:
    """One letter; None for what is no letter's id."""
    try:
        found = UUID(letter_id)
        return _read(found, (folder / f"{found}.eml").read_bytes())
    except (ValueError, FileNotFoundError):
        return None


def _read(letter_id: UUID, content: bytes) -> Letter:
    message = message_from_bytes(content, _class=EmailMessage, policy=SMTP)
    return Letter(
        id=letter_id,
        headers=tuple((name, str(value)) for name, value in message.items()),
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""
