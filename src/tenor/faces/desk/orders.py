"""An order's page, its documents, its letters, and what was sent to the merchant."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote
from uuid import UUID

from starlette.responses import Response

from tenor.base import clock
from tenor.base.errors import Invalid, NotFound
from tenor.core.deliveries import service as deliveries
from tenor.core.deliveries import store as delivery_store
from tenor.core.dispatch import store as dispatch
from tenor.core.documents import store as documents
from tenor.core.documents.model import KeptDocument
from tenor.core.events.model import event_id
from tenor.core.mail import service as mail
from tenor.core.merchants import store as merchants
from tenor.core.staff import store as staff
from tenor.core.staff.model import Done
from tenor.core.webhooks import service as webhooks
from tenor.core.webhooks.model import Lane
from tenor.faces import forms
from tenor.faces.desk import dossier
from tenor.faces.desk.doors import done, id_in
from tenor.faces.desk.guard import Call, Floor

_SHOWN = 20

# An image alone, if it is one: nothing in it runs, loads or leads anywhere, whatever a browser takes it for.
_IMAGE_POLICY = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


class OrderViews:
    """The handlers."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    async def order(self, call: Call) -> Response:
        """GET: everything about an order."""
        merchant_id, order_id = _ids(call)
        async with self._floor.on.database.single_statement() as tx:
            found = await dossier.read(tx, merchant_id, order_id)
        return self._floor.pages.render("order", it=found, documents=found.documents, event_id=event_id, **call.common)

    async def document(self, call: Call) -> Response:
        """GET: a document as a download; an image, if so wished, by itself. Noted before a byte leaves."""
        merchant_id, order_id = _ids(call)
        on, document_id = self._floor.on, id_in(call.request.path_params["document"])
        async with on.database.transaction() as tx:
            kept = await documents.find(tx, merchant_id, document_id)
            if kept is None or kept.order_id != order_id:
                raise NotFound("There is no such document.")
            seen = done("document_seen", merchant_id, order_id, document_id)
            await staff.note(tx, call.visitor.who, seen, clock.now())
        try:
            content = await on.files.read(merchant_id, document_id)
        except FileNotFoundError:
            raise NotFound("The document's file is not on this machine.") from None
        return _document(kept, content, inline=call.request.query_params.get("view") == "image")

    async def retry_letter(self, call: Call) -> Response:
        """POST: send a letter that was given up once more."""
        async with self._floor.on.database.transaction() as tx:
            letter = await mail.retry(tx, id_in(call.form.get("letter", "")), clock.now())
            act = done("letter_retried", letter.merchant_id, letter.order_id, letter.id)
            await staff.note(tx, call.visitor.who, act, clock.now())
        return self._floor.pages.see(f"/orders/{letter.merchant_id}/{letter.order_id}?said=retried")

    async def delivery(self, call: Call) -> Response:
        """GET: what was sent, and what came back at each try."""
        merchant_id, delivery_id = id_in(call.request.path_params["merchant"]), id_in(call.request.path_params["id"])
        async with self._floor.on.database.single_statement() as tx:
            found = await deliveries.found(tx, merchant_id, delivery_id)
            endpoint = await webhooks.found(tx, Lane(merchant_id, found.endpoint_id))
            tries = await dispatch.attempts_of(tx, merchant_id, delivery_id)
        webhook_id = event_id(found.order_id or found.id, found.event_number or 0)
        return self._floor.pages.render(
            "delivery", it=found, endpoint=endpoint, tries=tries, webhook_id=webhook_id, **call.common
        )

    async def replay(self, call: Call) -> Response:
        """POST: send one delivery again, the same bytes under the same id."""
        merchant_id, delivery_id = id_in(call.request.path_params["merchant"]), id_in(call.request.path_params["id"])
        now = clock.now()
        async with self._floor.on.database.transaction() as tx:
            found = await deliveries.found(tx, merchant_id, delivery_id)
            await deliveries.replay(tx, merchant_id, delivery_id, now)
            act = done("delivery_replayed", merchant_id, found.order_id, delivery_id)
            await staff.note(tx, call.visitor.who, act, now)
        return self._floor.pages.see(f"/deliveries/{merchant_id}/{delivery_id}?said=replayed")

    async def endpoint(self, call: Call) -> Response:
        """GET: an endpoint and its latest deliveries."""
        lane = _lane(call)
        async with self._floor.on.database.single_statement() as tx:
            endpoint = await webhooks.found(tx, lane)
            merchant = await merchants.find(tx, lane.merchant_id)
            newest = await delivery_store.newest(tx, lane, _SHOWN)
            waiting = await delivery_store.waiting(tx, lane)
        return self._floor.pages.render(
            "endpoint", endpoint=endpoint, merchant=merchant, newest=newest, waiting=waiting, **call.common
        )

    async def replay_since(self, call: Call) -> Response:
        """POST: send everything again that an endpoint hears of, since a time."""
        lane, since, now = _lane(call), _time(forms.line(call.form, "since", 40)), clock.now()
        async with self._floor.on.database.transaction() as tx:
            events = await deliveries.replay_since(tx, lane, since, now)
            act = Done(
                act="endpoint_replayed",
                merchant_id=lane.merchant_id,
                subject=str(lane.endpoint_id),
                detail={"since": since.isoformat(), "events": events},
            )
            await staff.note(tx, call.visitor.who, act, now)
        return self._floor.pages.see(f"/endpoints/{lane.merchant_id}/{lane.endpoint_id}?said=replayed_since")


def _document(kept: KeptDocument, content: bytes, *, inline: bool) -> Response:
    """The bytes as what they were found to be when they came, whose name is no part of the address."""
    shown = inline and kept.media_type in ("image/png", "image/jpeg")
    name = quote(kept.file_name, safe="")
    return Response(
        content,
        media_type=kept.media_type,
        headers={
            "Content-Disposition": "inline" if shown else f"attachment; filename*=UTF-8''{name}",
            "Content-Security-Policy": _IMAGE_POLICY,
        },
    )


def _ids(call: Call) -> tuple[UUID, UUID]:
    return id_in(call.request.path_params["merchant"]), id_in(call.request.path_params["order"])


def _lane(call: Call) -> Lane:
    return Lane(id_in(call.request.path_params["merchant"]), id_in(call.request.path_params["id"]))


def _time(typed: str) -> datetime:
    """A time as it was typed; in UTC unless it says otherwise. Raises `Invalid`."""
    try:
        time = datetime.fromisoformat(typed)
    except ValueError:
        raise Invalid.field(("since",), "must be a time in UTC such as 2026-04-15 12:00") from None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time
