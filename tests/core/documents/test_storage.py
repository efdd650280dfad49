"""A document's file and its row appear together or not at all."""

from __future__ import annotations

import asyncio
import os
import stat
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tenor.base.errors import WrongState
from tenor.base.ids import new_id
from tenor.core.documents import service, store
from tenor.core.documents.model import Document
from tenor.core.documents.storage import Files, Held

if TYPE_CHECKING:
    from tests.core.conftest import Trade

MERCHANT = new_id()


def _document(content: bytes = b"%PDF-1.7\n%%EOF", name: str = "../../invoice.pdf") -> Document:
    return Document(
        id=new_id(), file_name=name, document_type="invoice", media_type="application/pdf", sha256=b"\x00" * 32,
        content=content, created_at=datetime(2026, 4, 15, tzinfo=UTC),
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the files lie; it does not exist yet."""
    return tmp_path / "home" / "documents"


def _stored(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def _age(folder: Path) -> None:
    """Make every file older than any request lives."""
    hours_ago = time.time() - 4000
    for path in folder.rglob("*"):
        os.utime(path, (hours_ago, hours_ago))


async def _hold(files: Files, documents: list[Document], during: Callable[[Held], None]) -> None:
    async with files.holding(MERCHANT, documents) as held:
        during(held)


def _fail(error: BaseException, *, kept: bool = True) -> Callable[[Held], None]:
    def during(held: Held) -> None:
        if kept:
            held.keep()
        raise error

    return during


async def test_files_that_are_kept_stay_as_they_came_and_for_their_owner_alone(folder: Path) -> None:
    documents = [_document(b"one"), _document(bytes(1_000_000))]
    await _hold(Files(folder), documents, Held.keep)
    for document in documents:
        path = folder / str(MERCHANT) / str(document.id)
        assert await Files(folder).read(MERCHANT, document.id) == document.content
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert _stored(folder) == {str(document.id) for document in documents}, "no draft, and no name of a stranger's"


async def test_files_are_there_before_their_rows_are_written(folder: Path) -> None:
    document = _document()
    seen: list[set[str]] = []
    await _hold(Files(folder), [document], lambda _: seen.append(_stored(folder)))
    assert seen == [{str(document.id)}]


async def test_files_that_nobody_kept_go(folder: Path) -> None:
    await _hold(Files(folder), [_document(), _document()], lambda _: None)
    assert _stored(folder) == set()


async def test_files_of_a_refused_order_go_even_when_they_were_to_be_kept(folder: Path) -> None:
    with pytest.raises(WrongState):
        await _hold(Files(folder), [_document()], _fail(WrongState("The order is new.")))
    assert _stored(folder) == set()


@pytest.mark.parametrize("error", [ConnectionError(), asyncio.CancelledError()])
@pytest.mark.parametrize("kept", [True, False])
async def test_after_a_crash_files_are_left_to_the_sweep(folder: Path, error: BaseException, kept: bool) -> None:
    document = _document()
    with pytest.raises(type(error)):
        await _hold(Files(folder), [document], _fail(error, kept=kept))
    assert _stored(folder) == {str(document.id)}


async def test_when_one_file_can_not_be_written_none_is_left(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync, calls = os.fsync, iter(range(100))

    def full(handle: int) -> None:
        if next(calls) == 3:
            raise OSError(28, "No space left on device")
        sync(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        await _hold(Files(folder), [_document(), _document()], Held.keep)
    assert _stored(folder) == set(), "neither the whole file nor the half-written one"


async def test_removing_what_is_not_there_is_no_mistake(folder: Path) -> None:
    await Files(folder).remove(MERCHANT, [new_id()])
    with pytest.raises(FileNotFoundError):
        await Files(folder).read(MERCHANT, new_id())


async def _with_row(trade: Trade, files: Files) -> Document:
    order, document = await trade.create(), _document()
    async with files.holding(trade.merchant.id, [document]) as held, trade.database.transaction() as tx:
        await store.insert(tx, trade.merchant.id, order.id, [document])
        held.keep()
    return document


async def test_the_sweep_removes_what_no_row_names_and_nothing_else(trade: Trade, folder: Path) -> None:
    files = Files(folder)
    known = await _with_row(trade, files)
    orphan, draft, strangers = _document(), _document(), _document()
    await files.write(trade.merchant.id, [orphan])
    await files.write(new_id(), [strangers])
    (folder / str(trade.merchant.id) / f"{draft.id}.draft").write_bytes(b"%PDF-half")
    assert await service.remove_orphans(trade.database, files) == 0, "a request may still be at work on them"
    _age(folder)
    young = _document()
    await files.write(trade.merchant.id, [young])
    assert await service.remove_orphans(trade.database, files) == 3
    assert _stored(folder) == {str(known.id), str(young.id)}
    assert await service.remove_orphans(trade.database, files) == 0


async def test_the_same_id_under_another_merchant_is_an_orphan(trade: Trade, folder: Path) -> None:
    files = Files(folder)
    known = await _with_row(trade, files)
    await files.write(MERCHANT, [known])
    _age(folder)
    assert await service.remove_orphans(trade.database, files) == 1
    assert await files.read(trade.merchant.id, known.id) == known.content


async def test_a_sweep_carries_on_over_files_that_go_while_it_looks(folder: Path) -> None:
    files, documents = Files(folder), [_document() for _ in range(5)]
    await files.write(MERCHANT, documents)
    _age(folder)
    looking = files.older_than(3600)
    first = next(looking)
    await files.remove(MERCHANT, [document.id for document in documents])
    assert first[0] == MERCHANT
    assert list(looking) == []


async def test_a_sweep_before_the_first_document_finds_nothing(trade: Trade, folder: Path) -> None:
    assert await service.remove_orphans(trade.database, Files(folder)) == 0


async def test_a_row_whose_transaction_fails_leaves_neither_row_nor_file(trade: Trade, folder: Path) -> None:
    files, order, document = Files(folder), await trade.create(), _document()

    async def refuse_late() -> None:
        async with files.holding(trade.merchant.id, [document]) as held, trade.database.transaction() as tx:
            await store.insert(tx, trade.merchant.id, order.id, [document])
            held.keep()
            raise WrongState("Too late.")

    with pytest.raises(WrongState):
        await refuse_late()
    async with trade.database.single_statement() as tx:
        assert not await store.exists(tx, trade.merchant.id, document.id)
    assert _stored(folder) == set()


def test_a_file_that_somebody_else_put_there_is_left_alone(tmp_path: Path) -> None:
    stray = tmp_path / "lost+found" / "notes.txt"
    stray.parent.mkdir()
    stray.touch()
    os.utime(stray, (0, 0))
    assert list(Files(tmp_path).older_than(1)) == []
