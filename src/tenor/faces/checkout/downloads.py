"""What a buyer can keep or open besides the pages: the agreement as a PDF, and the documents of the order."""

from __future__ import annotations

import asyncio
from urllib.parse import quote
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from tenor import papers
from tenor.base.errors import NotFound
from tenor.core.agreements import store as agreements
from tenor.core.documents.model import KeptDocument
from tenor.faces.checkout.languages import Language
from tenor.faces.checkout.views import Desk, see
from tenor.faces.checkout.visits import Stay

# A file is nobody's page: whatever is in it can run nothing, load nothing, and be framed by nobody.
_FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; sandbox"


class Downloads:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        # Typesetting takes a processor for a moment. One at a time leaves the rest of it to the pages.
        self._typesetting = asyncio.Semaphore(1)

    async def agreement(self, request: Request, language: Language) -> Response:
        """GET: what was agreed, as it was accepted; before that a draft of what would be."""
        stay = await self._desk.stay(request)
        order = stay.visit.order
        if stay.outcome is None:
            return await self._draft(request, language, stay)
        async with self._desk.on.database.single_statement() as tx:
            kept = await agreements.of_order(tx, order.merchant_id, order.id)
        # What was signed before a person declined it binds nobody, and is not handed out as if it did.
        if kept is None or stay.outcome == "declined":
            raise NotFound("There is no agreement.")
        async with self._typesetting:
            pdf = await asyncio.to_thread(papers.signed_agreement, kept)
        return _file(pdf, "application/pdf", f"agreement-{order.number}.pdf", attached=True)

    async def _draft(self, request: Request, language: Language, stay: Stay) -> Response:
        visit = stay.visit
        if stay.chosen is None or "agreement" not in stay.reach:
            return see(self._desk.way(request, language).to(stay.resume))
        content = self._desk.writer(language).draft(visit.merchant, visit.order, stay.chosen, stay.agreed_business)
        async with self._typesetting:
            pdf = await asyncio.to_thread(papers.draft_agreement, content)
        return _file(pdf, "application/pdf", f"agreement-draft-{visit.order.number}.pdf", attached=True)

    async def document(self, request: Request, _: Language) -> Response:
        """GET: a document of the order, for whoever may see the order itself.

        An image is shown; a PDF is handed over, because what shows it in a browser may run what is in it.
        """
        visit = await self._desk.visit(request)
        visit.check_open()
        document = _named(visit.documents, request.path_params["document"])
        content = await self._desk.on.files.read(visit.merchant.id, document.id)
        attached = document.media_type == "application/pdf"
        return _file(content, document.media_type, document.file_name, attached=attached)


def _named(documents: tuple[KeptDocument, ...], given: str) -> KeptDocument:
    try:
        wanted = UUID(given)
    except ValueError:
        raise NotFound("There is no such document.") from None
    found = next((one for one in documents if one.id == wanted), None)
    if found is None:
        raise NotFound("There is no such document.")
    return found


def _file(content: bytes, media_type: str, name: str, *, attached: bool) -> Response:
    """Bytes of exactly that type. The name is written so that no character of it ends the header (RFC 6266, 8187)."""
    how = "attachment" if attached else "inline"
    headers = {
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": _FILE_POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response(content, media_type=media_type, headers=headers)
