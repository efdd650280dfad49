"""Everything below /dashboard. What is not among it exists for nobody, and whoever is not signed in is asked to."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route

from tenor.faces.dashboard.deliveries import DeliveryViews
from tenor.faces.dashboard.doors import Doors
from tenor.faces.dashboard.endpoints import EndpointViews
from tenor.faces.dashboard.events import EventViews
from tenor.faces.dashboard.guard import Floor, Guarded, Handler, Open
from tenor.faces.face import Platform
from tenor.faces.guarding import OpenHandler, nothing, style_sheet


def routes(platform: Platform) -> Sequence[BaseRoute]:
    """The routes."""
    floor = Floor(platform)

    def open_to_all(path: str, **handlers: OpenHandler) -> Route:
        return Route(f"/dashboard{path}", Open(floor, **handlers))

    def page(path: str, **handlers: Handler) -> Route:
        return Route(f"/dashboard{path}", Guarded(floor, **handlers))

    doors, deliveries, endpoints, events = Doors(floor), DeliveryViews(floor), EndpointViews(floor), EventViews(floor)

    return [
        open_to_all("/static/{name}", get=style_sheet(floor.pages.style)),
        open_to_all("/sign-in", get=doors.ask, post=doors.mail),
        open_to_all("/enter/{token}", get=doors.show_link, post=doors.enter),
        page("", get=deliveries.home),
        page("/sign-out", post=doors.leave),
        page("/sign-out-everywhere", post=doors.leave_everywhere),
        page("/access", get=doors.access),
        page("/deliveries", get=deliveries.all),
        page("/deliveries/{id}", get=deliveries.one, post=deliveries.replay),
        page("/deliveries/{id}/body", get=deliveries.body),
        page("/endpoints/{id}", get=endpoints.one),
        page("/endpoints/{id}/test", post=endpoints.test),
        page("/endpoints/{id}/replay", get=endpoints.ask_replay, post=endpoints.replay),
        page("/endpoints/{id}/on", post=endpoints.switch_on),
        page("/endpoints/{id}/secret", post=endpoints.secret),
        page("/endpoints/{id}/rotate", post=endpoints.rotate),
        page("/events", get=events.all),
        page("/events/{name}", get=events.one),
        page("/{rest:path}", get=nothing, post=nothing),
    ]
