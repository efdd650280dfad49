"""The SQL of documents."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tenor.base.database import Tx
from tenor.core.documents.model import Document, KeptDocument


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


_KEPT = "merchant_id, order_id, id, file_name, document_type, media_type, size, sha256, created_at"


async def of_orders(tx: Tx, orders: Sequence[tuple[UUID, UUID]]) -> list[KeptDocument]:
    """The documents of some orders (merchant and order ids), without their bytes."""
    rows = await tx.fetch(
        f"""
        SELECT {_KEPT} FROM documents
         WHERE (merchant_id, order_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) ORDER BY merchant_id, id
        """,
        [one for one, _ in orders], [one for _, one in orders],
    )  # fmt: skip
    return [KeptDocument(**dict(row)) for row in rows]


async def of_order(tx: Tx, merchant_id: UUID, order_id: UUID) -> list[KeptDocument]:
    """An order's documents, oldest first."""
    rows = await tx.fetch(
        f"SELECT {_KEPT} FROM documents WHERE merchant_id = $1 AND order_id = $2 ORDER BY created_at, id",
        merchant_id, order_id,
    )  # fmt: skip
    return [KeptDocument(**dict(row)) for row in rows]


async def remove(tx: Tx, merchant_id: UUID, document_id: UUID) -> None:
    """Delete a document's row. The file is nobody's from then on, and the sweep removes it at the latest."""
    await tx.execute("DELETE FROM documents WHERE merchant_id = $1 AND id = $2", merchant_id, document_id)


async def rename(tx: Tx, merchant_id: UUID, document_id: UUID, file_name: str) -> None:
    """Give a document another name."""
    await tx.execute(
        "UPDATE documents SET file_name = $3 WHERE merchant_id = $1 AND id = $2", merchant_id, document_id, file_name
    )


async def find(tx: Tx, merchant_id: UUID, document_id: UUID) -> KeptDocument | None:
    """One document of a merchant's orders."""
    row = await tx.fetchrow(
        f"SELECT {_KEPT} FROM documents WHERE merchant_id = $1 AND id = $2", merchant_id, document_id
    )
    return KeptDocument(**dict(row)) if row else None
