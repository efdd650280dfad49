"""The SQL of documents."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tenor.base.database import Tx
from tenor.core.documents.model import Document


async def insert(tx: Tx, merchant_id: UUID, order_id: UUID, documents: Sequence[Document]) -> None:
    """Write the rows of documents whose files are on disk already."""
    await tx.executemany(
        """
        INSERT INTO documents
               (merchant_id, order_id, id, file_name, document_type, media_type, size, sha256, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        [
            (merchant_id, order_id, one.id, one.file_name, one.document_type, one.media_type, len(one.content),
             one.sha256, one.created_at)
            for one in documents
        ],
    )  # fmt: skip


async def exists(tx: Tx, merchant_id: UUID, document_id: UUID) -> bool:
    """Whether a document's row is there."""
    found = await tx.fetchval("SELECT true FROM documents WHERE merchant_id = $1 AND id = $2", merchant_id, document_id)
    return bool(found)
