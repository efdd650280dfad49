"""Where documents' bytes lie: files under TENOR_HOME.

A file is whole and on disk before the row that names it commits, so a row without its file can't be. A file
without a row can be left by a crash between the two; nothing ever reads it, and a sweep removes it.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from tenor.base.errors import TenorError
from tenor.core.documents.model import Document


class Held:
    """Whether files that were written ahead of their rows stay."""

    kept = False

    def keep(self) -> None:
        """Their rows are written and commit with the block."""
        self.kept = True


class Files:
    """A folder of documents, one file each, named by merchant and document id and by nothing that a stranger chose."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @asynccontextmanager
    async def holding(self, merchant_id: UUID, documents: Sequence[Document]) -> AsyncIterator[Held]:
        """Files for the time of the transaction that writes their rows.

        They stay when the block called `keep()`, and go when it did not or was refused. After any other exception
        nobody knows whether the rows committed, so the files are left to the sweep, which asks the database.
        """
        await self.write(merchant_id, documents)
        held = Held()
        try:
            yield held
        except TenorError:
            held.kept = False
            raise
        except BaseException:
            held.kept = True
            raise
        finally:
            if not held.kept:
                await self.remove(merchant_id, [document.id for document in documents])

    async def write(self, merchant_id: UUID, documents: Sequence[Document]) -> None:
        """Write the files so that they survive a power cut, or leave none of them."""
        try:
            for document in documents:
                await asyncio.to_thread(self._write, merchant_id, document)
        except BaseException:
            await self.remove(merchant_id, [document.id for document in documents])
            raise

    async def remove(self, merchant_id: UUID, ids: Sequence[UUID]) -> None:
        """Remove files, half-written ones too; those that are not there are as good as removed."""
        for one in ids:
            for path in (self._path(merchant_id, one), self._draft(merchant_id, one)):
                await asyncio.to_thread(path.unlink, missing_ok=True)

    async def read(self, merchant_id: UUID, document_id: UUID) -> bytes:
        """A document's bytes. Raises FileNotFoundError."""
        return await asyncio.to_thread(self._path(merchant_id, document_id).read_bytes)

    def older_than(self, seconds: float) -> Iterator[tuple[UUID, UUID]]:
        """Merchant and document ids of all files, half-written ones too, that have been there for so long."""
        for path in self._folder.glob("*/*"):
            try:
                old = path.stat().st_mtime < time.time() - seconds
            except FileNotFoundError:
                continue  # Its writer has just removed it, or has given it its final name.
            if old and (named := _ids(path)):
                yield named

    def _path(self, merchant_id: UUID, document_id: UUID) -> Path:
        return self._folder / str(merchant_id) / str(document_id)

    def _draft(self, merchant_id: UUID, document_id: UUID) -> Path:
        return self._path(merchant_id, document_id).with_suffix(".draft")

    def _write(self, merchant_id: UUID, document: Document) -> None:
        path = self._path(merchant_id, document.id)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._draft(merchant_id, document.id)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(document.content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
        for folder in (path.parent, self._folder):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def _ids(path: Path) -> tuple[UUID, UUID] | None:
    """The merchant and the document of a file; None for one that somebody else put there."""
    try:
        return UUID(path.parent.name), UUID(path.stem)
    except ValueError:
        return None
