"""An endpoint: how it stands, a test, sending again, switching on, and the secret that signs."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from tenor.base import clock
from tenor.core.deliveries import service, store
from tenor.core.deliveries.model import Count, Wanted
from tenor.core.merchants.signin.model import Act
from tenor.core.webhooks import rules
from tenor.core.webhooks import service as webhooks
from tenor.core.webhooks.model import Endpoint, Lane
from tenor.faces.dashboard import wording
from tenor.faces.dashboard.guard import Call, Floor
from tenor.faces.dashboard.looking import number_of
from tenor.faces.dashboard.pages import language_of

_SHOWN = 20


class EndpointViews:
    """The handlers."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    async def one(self, call: Call) -> Response:
        """GET: how it stands, and what can be done."""
        return await self._page(call)

    async def _page(self, call: Call, status: int = 200, *, problem: str = "", secret: str = "") -> Response:
        lane, now = _lane(call), clock.now()
        async with self._floor.on.database.single_statement() as tx:
            endpoint = await webhooks.found(tx, lane)
            counts = await store.counts(tx, call.merchant_id)
            newest = await store.page(tx, call.merchant_id, Wanted(endpoint_id=endpoint.id), _SHOWN)
        return self._floor.pages.render(
            call.request,
            "endpoint",
            status,
            it=endpoint,
            count=counts.get(endpoint.id, Count(0, 0)),
            newest=newest,
            since=call.times.field(endpoint.failing_since or now - timedelta(days=1)),
            both_sign_until=_overlap(endpoint),
            now=now,
            problem=problem,
            secret=secret,
            **call.common,
        )

    async def test(self, call: Call) -> Response:
        """POST: send a test event; its page shows what comes back."""
        lane = _lane(call)
        async with self._floor.on.database.transaction() as tx:
            delivery_id = await service.queue_test(tx, lane, clock.now())
            await call.note(tx, Act.ENDPOINT_TESTED, lane.endpoint_id)
        return self._floor.pages.see(f"/deliveries/{delivery_id}?said=tested")

    async def ask_replay(self, call: Call) -> Response:
        """GET: how many events would be sent again since a time. Changes nothing."""
        lane, typed = _lane(call), call.request.query_params.get("since", "")
        since = call.times.read(typed)
        if since is None:
            return await self._page(call, 422, problem=wording.no_time(language_of(call.request)))
        async with self._floor.on.database.single_statement() as tx:
            endpoint = await webhooks.found(tx, lane)
            events = await store.heard_since(tx, lane, since)
        return self._floor.pages.render(
            call.request, "replay", it=endpoint, since=since, typed=since.isoformat(), events=events, **call.common
        )

    async def replay(self, call: Call) -> Response:
        """POST: send everything again since a time."""
        lane, since = _lane(call), call.times.read(call.form.get("since", ""))
        if since is None:
            return await self._page(call, 422, problem=wording.no_time(language_of(call.request)))
        async with self._floor.on.database.transaction() as tx:
            events = await service.replay_since(tx, lane, since, clock.now())
            await call.note(tx, Act.ENDPOINT_REPLAYED, lane.endpoint_id, since=since.isoformat(), events=events)
        return self._floor.pages.see(f"/endpoints/{lane.endpoint_id}?said=replayed_since")

    async def switch_on(self, call: Call) -> Response:
        """POST: let events go there from now on."""
        lane = _lane(call)
        async with self._floor.on.database.transaction() as tx:
            await webhooks.switch_on(tx, lane)
            await call.note(tx, Act.ENDPOINT_SWITCHED_ON, lane.endpoint_id)
        return self._floor.pages.see(f"/endpoints/{lane.endpoint_id}?said=switched_on")

    async def secret(self, call: Call) -> Response:
        """POST: the page with the secret, which no cache keeps."""
        lane = _lane(call)
        async with self._floor.on.database.transaction() as tx:
            endpoint = await webhooks.found(tx, lane)
            await call.note(tx, Act.SECRET_SHOWN, lane.endpoint_id)
        return await self._page(call, secret=webhooks.secret_text(self._floor.on.seal, endpoint))

    async def rotate(self, call: Call) -> Response:
        """POST: begin a new secret; pressed twice, once."""
        lane, generation = _lane(call), number_of(call.form.get("generation", ""))
        async with self._floor.on.database.transaction() as tx:
            before = await webhooks.found(tx, lane)
            if before.generation == generation:
                await webhooks.rotate(tx, lane, clock.now(), generation)
                await call.note(tx, Act.SECRET_ROTATED, lane.endpoint_id)
        return self._floor.pages.see(f"/endpoints/{lane.endpoint_id}?said=rotated#secret")


def _lane(call: Call) -> Lane:
    return Lane(call.merchant_id, call.id())


def _overlap(endpoint: Endpoint) -> object:
    """Until when the secret of before signs as well; None where it does not."""
    if endpoint.rotated_at is None or len(rules.generations(endpoint.generation, endpoint.rotated_at, clock.now())) < 2:
        return None
    return endpoint.rotated_at + rules.OVERLAP
