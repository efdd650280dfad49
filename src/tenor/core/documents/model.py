"""A document that came with an order."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

MediaType = Literal["application/pdf", "image/png", "image/jpeg"]


class NewDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document as a merchant sends it: base 64 on the wire, a name with extension, a reference of its type."""

    content: str
    file_name: str
    document_type: str


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A document that passed the checks, with its bytes still in memory."""

    id: UUID
    file_name: str
    document_type: str
    media_type: MediaType
    sha256: bytes
    content: bytes
    created_at: datetime


class KeptDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document's row; its bytes lie in `storage.Files`. `size` is in bytes."""

    merchant_id: UUID
    order_id: UUID
    id: UUID
    file_name: str
    document_type: str
    media_type: MediaType
    size: int
    sha256: bytes
    created_at: datetime
