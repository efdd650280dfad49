"""The merchant's log of events: what happened, and whether each of it was heard."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from tenor.base.database import Tx
from tenor.base.errors import NotFound
from tenor.core.deliveries import store as deliveries
from tenor.core.events import payload, store
from tenor.core.events.model import Event, EventType, event_of
from tenor.core.webhooks import store as endpoints
from tenor.faces.dashboard.guard import Call, Floor
from tenor.faces.dashboard.looking import Looking, number_of

_PAGE = 50


class EventViews:
    """The handlers. An event is shown as the feed tells it (`Told`), and nothing else that the log holds."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    async def all(self, call: Call) -> Response:
        """GET: events, newest first, each with what became of it."""
        asked = Looking.at(call.request.query_params)
        looking = Looking(type=asked.type, order=asked.order)
        before = number_of(call.request.query_params.get("before", ""))
        async with self._floor.on.database.single_statement() as tx:
            orders = await looking.orders(tx, call.merchant_id)
            found = await _found(tx, call.merchant_id, looking, orders, before)
            shown = found[:_PAGE]
            sent = await deliveries.of_events(tx, call.merchant_id, [(one.order_id, one.number) for one in shown])
            ends = await endpoints.of_merchant(tx, call.merchant_id)
        return self._floor.pages.render(
            call.request,
            "events",
            looking=looking,
            types=list(EventType),
            lines=[(payload.told(one), sent[one.order_id, one.number]) for one in shown],
            ends=ends,
            later=before is not None,
            more=looking.query(before=str(shown[-1].position)) if len(found) > _PAGE else "",
            kept_days=self._floor.on.settings.keep_deliveries_days,
            **call.common,
        )

    async def one(self, call: Call) -> Response:
        """GET: one event as merchants are told it, and its deliveries."""
        named = event_of(call.request.path_params["name"])
        async with self._floor.on.database.single_statement() as tx:
            event = await store.find(tx, call.merchant_id, *named) if named else None
            if event is None:
                raise NotFound("There is no such event.")
            key = event.order_id, event.number
            sent = (await deliveries.of_events(tx, call.merchant_id, [key]))[key]
            following = await store.find(tx, call.merchant_id, event.order_id, event.number + 1)
        told = payload.told(event)
        return self._floor.pages.render(
            call.request,
            "event",
            it=told,
            body=payload.encode(told),
            sent=sent,
            following=following is not None,
            kept_days=self._floor.on.settings.keep_deliveries_days,
            **call.common,
        )


async def _found(
    tx: Tx, merchant_id: UUID, looking: Looking, orders: tuple[UUID, ...] | None, before: int | None
) -> list[Event]:
    """One more than a page holds, if there are more."""
    if orders is None:
        return await store.newest(tx, merchant_id, _PAGE + 1, before=before, event=looking.type)
    # An order's events are few: they are read by the order's key, whatever the merchant's log has grown to.
    found = [one for order in orders for one in await store.of_order(tx, merchant_id, order)]
    wanted = [
        one
        for one in found
        if (before is None or one.position < before) and (looking.type is None or one.type == looking.type)
    ]
    return sorted(wanted, key=lambda one: one.position, reverse=True)[: _PAGE + 1]
