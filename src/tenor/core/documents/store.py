"""The SQL of documents."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tenor.base.database import Row, Tx
from tenor.core.documents.model import Document, DocumentRequest, Evidence, KeptDocument


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
    """An order's documents, oldest first: those that the merchant sent, and those that the buyer handed in to staff."""
    rows = await tx.fetch(
        f"SELECT {_KEPT} FROM documents WHERE merchant_id = $1 AND order_id = $2 ORDER BY created_at, id",
        merchant_id, order_id,
    )  # fmt: skip
    return [KeptDocument(**dict(row)) for row in rows]


async def sent_with(tx: Tx, merchant_id: UUID, order_id: UUID) -> list[KeptDocument]:
    """The documents that the merchant sent with an order, oldest first.

    What the buyer handed in is for staff alone: whoever has the order's link may be the merchant.
    """
    rows = await tx.fetch(
        f"""
        SELECT {_KEPT} FROM documents d WHERE merchant_id = $1 AND order_id = $2
           AND NOT EXISTS (SELECT FROM document_requests r WHERE r.merchant_id = $1 AND r.document_id = d.id)
         ORDER BY created_at, id
        """,
        merchant_id, order_id,
    )  # fmt: skip
    return [KeptDocument(**dict(row)) for row in rows]


async def remove(tx: Tx, merchant_id: UUID, document_id: UUID) -> None:
    """Delete a document's row. The file is nobody's from then on, and the sweep removes it at the latest.

    A request that it answered no longer names it.
    """
    await tx.execute(
        "UPDATE document_requests SET document_id = NULL WHERE merchant_id = $1 AND document_id = $2",
        merchant_id, document_id,
    )  # fmt: skip
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


_REQUEST = "merchant_id, order_id, id, wanted, asked_by, asked_at, expires_at, document_id"


def _request(row: Row) -> DocumentRequest:
    return DocumentRequest(**{**dict(row), "wanted": Evidence(row["wanted"])})


async def insert_request(tx: Tx, request: DocumentRequest) -> None:
    """Write that a document was asked for."""
    await tx.execute(
        f"INSERT INTO document_requests ({_REQUEST}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        request.merchant_id, request.order_id, request.id, request.wanted, request.asked_by, request.asked_at,
        request.expires_at, request.document_id,
    )  # fmt: skip


async def requests_of(tx: Tx, merchant_id: UUID, order_id: UUID) -> list[DocumentRequest]:
    """What an order's buyer was asked for, first to last."""
    rows = await tx.fetch(
        f"SELECT {_REQUEST} FROM document_requests WHERE merchant_id = $1 AND order_id = $2 ORDER BY asked_at, id",
        merchant_id, order_id,
    )  # fmt: skip
    return [_request(row) for row in rows]


async def find_request(tx: Tx, merchant_id: UUID, request_id: UUID, *, lock: bool = False) -> DocumentRequest | None:
    """One request of a merchant's orders; locked until the transaction ends if so wished."""
    row = await tx.fetchrow(
        f"SELECT {_REQUEST} FROM document_requests WHERE merchant_id = $1 AND id = $2{' FOR UPDATE' if lock else ''}",
        merchant_id, request_id,
    )  # fmt: skip
    return _request(row) if row else None


async def answer_request(tx: Tx, request: DocumentRequest, document_id: UUID) -> None:
    """Note what was handed in for a request that this transaction has locked."""
    await tx.execute(
        "UPDATE document_requests SET document_id = $3 WHERE merchant_id = $1 AND id = $2",
        request.merchant_id, request.id, document_id,
    )  # fmt: skip
