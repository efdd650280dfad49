"""Documents are judged by their bytes and never by their name."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.base.errors import Invalid, dotted
from tenor.core.documents import rules
from tenor.core.documents.model import MediaType, NewDocument

NOW = datetime(2026, 4, 15, tzinfo=UTC)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(17) + b"\x00\x00\x00\x00IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(20) + b"\xff\xd9"
EXE = b"MZ\x90\x00" + bytes(60) + b"PE\x00\x00"


def _sent(content: bytes | str = PDF, name: str = "invoice.pdf") -> NewDocument:
    text = content if isinstance(content, str) else base64.b64encode(content).decode()
    return NewDocument(content=text, file_name=name, document_type="invoice")


def _refused(*sent: NewDocument) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        rules.check(sent, NOW)
    return {dotted(one.path): one.message for one in refusal.value.problems}


@pytest.mark.parametrize(
    ("content", "names", "media_type"),
    [
        (PDF, ["invoice.pdf", "INVOICE.PDF", "فاتورة.pdf", "a.b.pdf"], "application/pdf"),
        (PDF + b"\r\n" * 100, ["invoice.pdf"], "application/pdf"),
        (PNG, ["scan.png"], "image/png"),
        (JPEG, ["scan.jpg", "scan.jpeg", "scan.JPG"], "image/jpeg"),
    ],
)
def test_a_pdf_a_png_and_a_jpeg_pass_under_names_that_fit(
    content: bytes, names: list[str], media_type: MediaType
) -> None:
    for name in names:
        [document] = rules.check([_sent(content, name)], NOW)
        assert (document.content, document.media_type, document.file_name) == (content, media_type, name)
        assert document.sha256 == hashlib.sha256(content).digest()
        assert (document.document_type, document.created_at) == ("invoice", NOW)


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-", EXE, b"hello", b"<html>%PDF-1.7 %%EOF", PDF[:-10], PNG[:-12], JPEG[:-2],
     b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", EXE + PDF, b" " + PDF, PDF + bytes(2000), b"GIF89a" + bytes(20)],
)  # fmt: skip
def test_what_is_not_whole_or_is_something_else_is_refused_whatever_its_name(content: bytes) -> None:
    for name in ("invoice.pdf", "scan.png", "scan.jpg"):
        assert _refused(_sent(content, name)) == {"documents[0].content": "must be a whole PDF, PNG or JPEG file"}


@pytest.mark.parametrize("content", ["!", "JVBERi0", "JVBE\nRi0x", "JVBERi0*", "é", "JVBERi0xLjc", "=", "JVBERi0_"])
def test_what_is_no_base_64_is_refused(content: str) -> None:
    assert _refused(_sent(content)) == {"documents[0].content": "must be base 64"}


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (PDF, "invoice.exe", "must end in .pdf, which is what the content is"),
        (PDF, "invoice.png", "must end in .pdf, which is what the content is"),
        (JPEG, "scan.png", "must end in .jpg, which is what the content is"),
        (PDF, "invoice", "must be a file name with extension, such as invoice.pdf"),
        (PDF, ".pdf", "must be a file name with extension, such as invoice.pdf"),
        (PDF, "", "must be a file name with extension, such as invoice.pdf"),
        (PDF, "../../etc/invoice.pdf", "must be a file name with extension, such as invoice.pdf"),
        (PDF, "c:\\invoice.pdf", "must be a file name with extension, such as invoice.pdf"),
        (PDF, "a\x00.pdf", "must be a file name with extension, such as invoice.pdf"),
        (PDF, "invoice.pdf\n", "must be a file name with extension, such as invoice.pdf"),
        (PDF, "a" * 251 + ".pdf", "must be a file name with extension, such as invoice.pdf"),
    ],
)
def test_a_name_must_be_a_name_and_fit_its_content(content: bytes, name: str, message: str) -> None:
    assert _refused(_sent(content, name)) == {"documents[0].file_name": message}


def test_every_wrong_document_is_named_at_once() -> None:
    assert _refused(_sent(), _sent(EXE), _sent("!"), _sent(PNG), _sent()) == {
        "documents[1].content": "must be a whole PDF, PNG or JPEG file",
        "documents[2].content": "must be base 64",
        "documents[3].file_name": "must end in .png, which is what the content is",
    }


def test_ten_documents_pass_and_eleven_do_not() -> None:
    assert len({one.id for one in rules.check([_sent()] * 10, NOW)}) == 10
    assert _refused(*[_sent()] * 11) == {"documents": "must be at most 10 documents, not 11"}


def _pdf_of(size: int) -> bytes:
    return b"%PDF-" + bytes(size - 10) + b"%%EOF"


def test_a_document_may_have_ten_megabytes_and_not_a_byte_more() -> None:
    [document] = rules.check([_sent(_pdf_of(rules.LARGEST))], NOW)
    assert len(document.content) == 10 * 1024 * 1024
    for size in (rules.LARGEST + 1, rules.LARGEST + 1_000_000):
        assert _refused(_sent(_pdf_of(size))) == {"documents[0].content": "must be at most 10 MB"}


def test_all_documents_together_may_have_twenty_megabytes_and_not_a_byte_more() -> None:
    halves = [_sent(_pdf_of(rules.LARGEST))] * 2
    assert len(rules.check(halves, NOW)) == 2
    assert _refused(*halves, _sent()) == {"documents": "must be at most 20 MB together"}


@given(st.binary(max_size=200))
def test_no_bytes_break_the_judgement(content: bytes) -> None:
    assert rules.media_type(content) is None or content[:3] in (b"%PD", b"\x89PN", b"\xff\xd8\xff")
