"""Handing in a document that was asked for by letter. The link opens nothing else, and looking changes nothing."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from tenor.base.errors import Invalid
from tenor.base.http import read_body
from tenor.core.documents import rules
from tenor.core.documents.model import Document, NewDocument
from tenor.core.merchants import service as merchants
from tenor.core.orders import evidence
from tenor.core.orders.evidence import Opened
from tenor.faces.checkout.languages import Language
from tenor.faces.checkout.views import Desk
from tenor.post import letters
from tenor.post.wording import wanted_document

# The file and the little that a form puts around it.
_LIMIT = rules.LARGEST + 16 * 1024


class UploadViews:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def ask(self, request: Request, language: Language) -> Response:
        """GET: what is needed, and the form; or that there is nothing to hand in any more."""
        return self._page(await self._opened(request), language)

    async def take(self, request: Request, language: Language) -> Response:
        """POST: keep the file with the order."""
        it = await self._opened(request)
        if not it.is_open:
            return self._page(it, language)
        _ = language.sentences.gettext
        name, content = await _file(request)
        if not content:
            return self._page(it, language, _("Choose a file."))
        try:
            document = await self._checked(it, name, content)
        except Invalid:
            return self._page(
                it, language, _("This file is not a whole PDF, PNG or JPEG of at most 10 MB. Choose another one.")
            )
        on = self._desk.on
        async with on.files.holding(it.merchant.id, [document]) as held, on.database.transaction() as tx:
            taken = await evidence.hand_in(tx, on.seal, request.path_params["token"], document)
            if taken:
                held.keep()
        return self._desk.pages.render("papers_done" if taken else "papers_closed", language)

    async def _checked(self, it: Opened, name: str, content: bytes) -> Document:
        """The file as a document of the order, judged by its bytes. Raises `Invalid`."""
        async with self._desk.on.database.single_statement() as tx:
            now = await merchants.now(tx, it.merchant.id)
        given = NewDocument(
            content=base64.b64encode(content).decode(),
            file_name=rules.named(content, name, it.request.wanted),
            document_type=it.request.wanted,
        )
        return rules.check([given], now)[0]

    async def _opened(self, request: Request) -> Opened:
        async with self._desk.on.database.single_statement() as tx:
            return await evidence.opened(tx, self._desk.on.seal, request.path_params["token"])

    def _page(self, it: Opened, language: Language, complaint: str = "") -> Response:
        if not it.is_open:
            return self._desk.pages.render("papers_closed", language)
        return self._desk.pages.render(
            "papers",
            language,
            422 if complaint else 200,
            shop=it.merchant.name,
            reference=it.order.reference,
            document=wanted_document(letters.languages()[language.code], it.request.wanted),
            complaint=complaint,
        )


async def _file(request: Request) -> tuple[str, bytes]:
    """The name and the bytes of the file in a form; nothing of both where there is none.

    Raises `TooLarge` and `UnsupportedMedia`.
    """
    body = await read_body(request, _LIMIT, "multipart/form-data")

    async def whole() -> AsyncIterator[bytes]:
        yield body

    try:
        parser = MultiPartParser(request.headers, whole(), max_files=1, max_fields=5)  # type: ignore[arg-type]
        form = await parser.parse()
    except (MultiPartException, KeyError):
        return "", b""
    try:
        sent = form.get("file")
        return (sent.filename or "", await sent.read()) if isinstance(sent, UploadFile) else ("", b"")
    finally:
        await form.close()
