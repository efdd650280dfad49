"""The home page, the list of deliveries, and one of them."""

from __future__ import annotations

from starlette.responses import Response

from tenor.base import clock
from tenor.base.errors import NotFound
from tenor.core.deliveries import service, store, troubles
from tenor.core.deliveries.model import Outcome, Wanted
from tenor.core.dispatch import store as dispatch
from tenor.core.dispatch.model import DeliveryState
from tenor.core.events.model import EventType, event_id
from tenor.core.merchants.signin.model import Act
from tenor.core.webhooks import service as webhooks
from tenor.core.webhooks import store as endpoints
from tenor.core.webhooks.model import Lane
from tenor.faces.dashboard.guard import Call, Floor
from tenor.faces.dashboard.looking import Looking, place_of, text_of

_SHOWN = 10
_PAGE = 50


class DeliveryViews:
    """The handlers. Letters to buyers are in none of these: a merchant's deliveries are those to its endpoints."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    async def home(self, call: Call) -> Response:
        """GET: how each endpoint stands, and what was sent last."""
        async with self._floor.on.database.single_statement() as tx:
            ends = await endpoints.of_merchant(tx, call.merchant_id)
            counts = await store.counts(tx, call.merchant_id)
            newest = await store.page(tx, call.merchant_id, Wanted(), _SHOWN)
        return self._floor.pages.render(
            call.request, "home", ends=ends, counts=counts, newest=newest, now=clock.now(), **call.common
        )

    async def all(self, call: Call) -> Response:
        """GET: deliveries, newest first, as the address asks for them."""
        looking = Looking.at(call.request.query_params)
        async with self._floor.on.database.single_statement() as tx:
            wanted = await looking.wanted(tx, call.merchant_id)
            ends = await endpoints.of_merchant(tx, call.merchant_id)
            after = place_of(call.request.query_params.get("after", ""))
            found = await store.page(tx, call.merchant_id, wanted, _PAGE + 1, after)
        lines = found[:_PAGE]
        return self._floor.pages.render(
            call.request,
            "deliveries",
            looking=looking,
            ends=ends,
            types=list(EventType),
            outcomes=list(Outcome),
            lines=lines,
            later=after is not None,
            more=looking.query(after=text_of(lines[-1].place)) if len(found) > _PAGE else "",
            **call.common,
        )

    async def one(self, call: Call) -> Response:
        """GET: what was sent, what came back at each try, and what to do next."""
        delivery_id = call.id()
        async with self._floor.on.database.single_statement() as tx:
            found = await service.found(tx, call.merchant_id, delivery_id)
            endpoint = await webhooks.found(tx, Lane(call.merchant_id, found.endpoint_id))
            tries = await dispatch.attempts_of(tx, call.merchant_id, delivery_id)
        message_id = event_id(found.order_id or found.id, found.event_number or 0)
        last = tries[-1] if tries else None
        return self._floor.pages.render(
            call.request,
            "delivery",
            it=found,
            endpoint=endpoint,
            tries=tries[::-1],
            trouble=troubles.of(last) if last and found.state != DeliveryState.DELIVERED else None,
            trouble_of=troubles.of,
            last=last,
            message_id=message_id,
            now=clock.now(),
            **call.common,
        )

    async def body(self, call: Call) -> Response:
        """GET: the exact bytes, to be saved."""
        delivery_id = call.id()
        async with self._floor.on.database.single_statement() as tx:
            found = await service.found(tx, call.merchant_id, delivery_id)
        if found.body is None:
            raise NotFound("The bytes are made at the first try.")
        headers = {"Content-Disposition": f'attachment; filename="{found.id}.json"'}
        return Response(found.body, media_type="application/octet-stream", headers=headers)

    async def replay(self, call: Call) -> Response:
        """POST: send one delivery again, the same bytes under the same id."""
        delivery_id = call.id()
        async with self._floor.on.database.transaction() as tx:
            await service.replay(tx, call.merchant_id, delivery_id, clock.now())
            await call.note(tx, Act.DELIVERY_REPLAYED, delivery_id)
        return self._floor.pages.see(f"/deliveries/{delivery_id}?said=replayed")
