"""Documents: judged by their bytes, and kept with their order or not at all."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import pytest

from tenor.core.documents import rules
from tests.faces.backd.bodies import JPEG, PNG, Body, an_order, document, pdf
from tests.faces.backd.shop import Shop

EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + b"\x00" * 400
MB = 1024 * 1024

_WRONG: dict[str, tuple[Any, str, str]] = {
    "an EXE named .pdf": (document(EXE, "invoice.pdf"), "content", "PDF, PNG or JPEG"),
    "an EXE that ends like a PDF": (document(EXE + b"%%EOF", "invoice.pdf"), "content", "PDF, PNG or JPEG"),
    "HTML named .pdf": (document(b"<html><script>x</script></html>"), "content", "PDF, PNG or JPEG"),
    "SVG named .png": (document(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.png"), "content", "PDF, PNG or JPEG"),
    "a GIF": (document(b"GIF89a" + b"\x00" * 40, "a.gif"), "content", "PDF, PNG or JPEG"),
    "half a PDF": (document(pdf(4000)[:2000]), "content", "whole PDF"),
    "half a PNG": (document(PNG[:-12], "a.png"), "content", "whole PDF"),
    "half a JPEG": (document(JPEG[:-2], "a.jpg"), "content", "whole PDF"),
    "nothing": (document(b""), "content", "empty"),
    "no base 64": (document(pdf()) | {"content": "not base 64!"}, "content", "must be base 64"),
    "base 64 cut short": (document(pdf()) | {"content": document(pdf())["content"][:-1]}, "content", "base 64"),
    "base 64 for URLs": (document(pdf()) | {"content": "JVBERi0_-_"}, "content", "base 64"),
    "a data URL": (document(pdf()) | {"content": "data:application/pdf;base64,JVBERi0="}, "content", "base 64"),
    "letters beyond ASCII": (document(pdf()) | {"content": "JVBERi0١"}, "content", "base 64"),
    "a number": (document(pdf()) | {"content": 5}, "content", "must be text"),
    "more than 10 MB": (document(pdf(10 * MB + 1)), "content", "at most 10 MB"),
    "a PDF named .png": (document(pdf(), "invoice.png"), "file_name", "must end in .pdf"),
    "a name without extension": (document(pdf(), "invoice"), "file_name", "file name with extension"),
    "an extension without a name": (document(pdf(), ".pdf"), "file_name", "file name with extension"),
    "a name with a path": (document(pdf(), "../../etc/invoice.pdf"), "file_name", "file name with extension"),
    "a name with a drive": (document(pdf(), "C:\\invoice.pdf"), "file_name", "file name with extension"),
    "a name that reads backwards": (document(pdf(), "invoice\u202efdp.exe"), "file_name", "text-direction"),
    "a name with NUL": (document(pdf(), "invoice.pdf\u0000.exe"), "file_name", "control characters"),
    "a name too long": (document(pdf(), "x" * 300 + ".pdf"), "file_name", "at most 255"),
    "no type": ({k: v for k, v in document(pdf()).items() if k != "document_type"}, "document_type", "is required"),
    "an empty type": (document(pdf(), document_type=""), "document_type", "empty"),
}


@pytest.mark.parametrize("reason", _WRONG)
async def test_a_document_that_is_none_is_named_and_nothing_is_kept(shop: Shop, reason: str) -> None:
    wrong, field, said = _WRONG[reason]
    message = (await shop.create(documents=[document(pdf()), wrong])).refusal
    assert f"documents[1].{field}: " in message
    assert said in message
    assert "documents[0]" not in message
    assert sum((await shop.traces()).values()) == 0


@pytest.mark.parametrize(
    ("documents", "said"),
    [
        ([document(pdf())] * 11, "documents: must be at most 10 documents, not 11"),
        ([document(pdf(7 * MB))] * 3, "documents: must be at most 20 MB together"),
        ({"content": "x"}, "documents: must be a list"),
        ("invoice.pdf", "documents: must be a list"),
        ([None], "documents[0]: must be an object"),
        ([[]], "documents[0]: must be an object"),
    ],
    ids=["eleven", "too large together", "object", "text", "null", "list"],
)
async def test_documents_that_are_too_many_or_none_are_named(shop: Shop, documents: Any, said: str) -> None:
    assert said in (await shop.create(documents=documents)).refusal
    assert sum((await shop.traces()).values()) == 0


@pytest.mark.parametrize("documents", [{}, {"documents": None}, {"documents": []}], ids=["absent", "null", "empty"])
async def test_an_order_needs_no_documents(shop: Shop, documents: Body) -> None:
    assert (await shop.create(**documents)).code == 200
    assert (await shop.count("documents"), shop.files()) == (0, [])


async def _kept(shop: Shop) -> dict[str, tuple[str, str, bytes, bytes]]:
    async with shop.platform.database.single_statement() as tx:
        rows = await tx.fetch("SELECT * FROM documents WHERE merchant_id = $1", shop.merchant_id)
    return {
        row["file_name"]: (
            row["document_type"], row["media_type"], row["sha256"],
            await shop.platform.files.read(shop.merchant_id, row["id"]),
        )
        for row in rows
    }  # fmt: skip


async def test_a_file_holds_the_very_bytes_that_were_sent(shop: Shop) -> None:
    sent = {"invoice.pdf": pdf(70_001), "photo.JPEG": JPEG, "scan.png": PNG}
    answer = await shop.create(documents=[document(content, name, f"of {name}") for name, content in sent.items()])
    assert answer.data["status"] == "new"
    kept = await _kept(shop)
    assert {name: row[3] for name, row in kept.items()} == sent
    assert {name: row[2] for name, row in kept.items()} == {
        name: hashlib.sha256(content).digest() for name, content in sent.items()
    }
    assert [row[:2] for row in kept.values()] == [
        ("of invoice.pdf", "application/pdf"), ("of photo.JPEG", "image/jpeg"), ("of scan.png", "image/png"),
    ]  # fmt: skip
    assert len(shop.files()) == 3


async def test_ten_documents_are_taken_and_so_are_20_mb(shop: Shop) -> None:
    assert (await shop.create(documents=[document(pdf())] * 10)).code == 200
    assert (await shop.create(documents=[document(pdf(10 * MB))] * 2)).code == 200
    assert sorted(len(content) for content in shop.files()) == [400] * 10 + [10 * MB] * 2
    assert rules.MOST == 10


async def test_the_same_order_again_leaves_no_more_files(shop: Shop) -> None:
    body = an_order(documents=[document(pdf()), document(PNG, "scan.png")])
    first, again = [await shop.post("create_order", body) for _ in range(2)]
    assert first.text == again.text
    assert (await shop.count("documents"), len(shop.files())) == (2, 2)


async def test_the_same_order_many_times_at_once_keeps_its_documents_once(shop: Shop) -> None:
    body = an_order(documents=[document(pdf())])
    answers = await asyncio.gather(*[shop.post("create_order", body) for _ in range(20)])
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].data["status"] == "new"
    assert (await shop.count("orders"), await shop.count("documents"), shop.files()) == (1, 1, [pdf()])


async def test_the_same_order_under_an_idempotency_key_keeps_its_documents_once(shop: Shop) -> None:
    body = an_order(documents=[document(pdf())])
    answers = [await shop.post("create_order", body, headers={"idempotency-key": "k"}) for _ in range(2)]
    assert answers[0].data == answers[1].data
    assert (await shop.count("orders"), await shop.count("documents"), shop.files()) == (1, 1, [pdf()])


@pytest.mark.parametrize("headers", [{}, {"idempotency-key": "k"}], ids=["without key", "with key"])
async def test_an_order_that_is_refused_leaves_no_file(shop: Shop, headers: dict[str, str]) -> None:
    body = an_order(documents=[document(pdf())], order_total=999)
    assert "order_total" in (await shop.post("create_order", body, headers=headers)).refusal
    assert (await shop.count("orders"), await shop.count("documents"), shop.files()) == (0, 0, [])


@pytest.mark.parametrize(
    "other",
    [document(pdf(500)), document(pdf(), "other.pdf"), document(pdf(), document_type="other"), None],
    ids=["content", "name", "type", "none"],
)
async def test_other_documents_are_another_order(shop: Shop, other: Body | None) -> None:
    body = an_order(documents=[document(pdf())])
    assert (await shop.post("create_order", body)).code == 200
    answer = await shop.post("create_order", body | {"documents": [other] if other else []})
    assert answer.refusal.startswith("merchant_order_id: ")
    assert (await shop.count("documents"), shop.files()) == (1, [pdf()])
