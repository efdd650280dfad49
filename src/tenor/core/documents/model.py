"""A document that came with an order."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

import msgspec

MediaType = Literal["application/pdf", "image/png", "image/jpeg"]


class Evidence(StrEnum):
    """What a buyer can be asked for while somebody looks at the order."""

    REGISTRATION = "registration"
    VAT_CERTIFICATE = "vat_certificate"
    BANK_STATEMENTS = "bank_statements"
    FINANCIAL_STATEMENTS = "financial_statements"
    SIGNING_AUTHORITY = "signing_authority"


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


class DocumentRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A document that a member of staff asked an order's buyer for. Times are on the merchant's clock.

    `document_id` is what was handed in; a request is answered once.
    """

    merchant_id: UUID
    order_id: UUID
    id: UUID
    wanted: Evidence
    asked_by: UUID
    asked_at: datetime
    expires_at: datetime
    document_id: UUID | None = None
