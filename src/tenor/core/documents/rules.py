"""What a document may be: judged by its bytes and never by its name. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from datetime import datetime

from tenor.base.errors import Invalid, Problem
from tenor.base.ids import new_id
from tenor.base.wire import FORBIDDEN
from tenor.core.documents.model import Document, MediaType, NewDocument

MOST = 10
LARGEST = 10 * 1024 * 1024
LARGEST_TOGETHER = 20 * 1024 * 1024

_EXTENSIONS: dict[MediaType, tuple[str, ...]] = {
    "application/pdf": ("pdf",),
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg"),
}
_FILE_NAME = re.compile(r"[^/\\:*?\"<>|\x00-\x1f]{1,250}\.[A-Za-z0-9]{1,5}")

# What a browser may send in a name but a name may not hold: staff would read it as another one.
_BY_NOBODY_NAMED = re.compile(rf"[:*?\"<>|\t\n\r\u2028\u2029]|{FORBIDDEN.pattern}")


def media_type(content: bytes) -> MediaType | None:
    """What the bytes are: a PDF, a PNG or a JPEG from first bytes to last, or none of them."""
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]:
        return "application/pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR" and b"IEND" in content[-64:]:
        return "image/png"
    if content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in content[-64:]:
        return "image/jpeg"
    return None


def named(content: bytes, given: str, fallback: str) -> str:
    """A file name for what a browser sent: its own, without the path, ending in what the content is."""
    kind = media_type(content)
    ending = _EXTENSIONS[kind][0] if kind else "bin"
    last = re.split(r"[/\\\\]", given)[-1]
    stem = _BY_NOBODY_NAMED.sub("", last.rpartition(".")[0] or last).strip()
    return f"{stem[:100] or fallback}.{ending}"


def check(given: Sequence[NewDocument], now: datetime) -> list[Document]:
    """Decode and judge all documents. Raises `Invalid` that names every wrong one (paths below `documents`)."""
    if len(given) > MOST:
        raise Invalid.field(("documents",), f"must be at most {MOST} documents, not {len(given)}", "too_many")
    passed: list[Document] = []
    problems: list[Problem] = []
    for index, document in enumerate(given):
        checked = _check_one(document, index, now)
        if isinstance(checked, Document):
            passed.append(checked)
        else:
            problems.append(checked)
    if sum(len(document.content) for document in passed) > LARGEST_TOGETHER:
        problems.append(Problem(("documents",), "too_large", "must be at most 20 MB together"))
    if problems:
        raise Invalid(problems)
    return passed


def _check_one(given: NewDocument, index: int, now: datetime) -> Document | Problem:
    def wrong(field: str, message: str) -> Problem:
        return Problem(("documents", index, field), "invalid", message)

    if len(given.content) > LARGEST * 4 // 3 + 4:
        return wrong("content", "must be at most 10 MB")
    try:
        content = base64.b64decode(given.content, validate=True)
    except (binascii.Error, ValueError):
        return wrong("content", "must be base 64")
    if len(content) > LARGEST:
        return wrong("content", "must be at most 10 MB")
    kind = media_type(content)
    if kind is None:
        return wrong("content", "must be a whole PDF, PNG or JPEG file")
    if not _FILE_NAME.fullmatch(given.file_name):
        return wrong("file_name", "must be a file name with extension, such as invoice.pdf")
    if given.file_name.rpartition(".")[2].lower() not in _EXTENSIONS[kind]:
        return wrong("file_name", f"must end in .{_EXTENSIONS[kind][0]}, which is what the content is")
    return Document(
        id=new_id(),
        file_name=given.file_name,
        document_type=given.document_type,
        media_type=kind,
        sha256=hashlib.sha256(content).digest(),
        content=content,
        created_at=now,
    )
