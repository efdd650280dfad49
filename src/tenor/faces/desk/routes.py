"""Everything below /desk: who may do what is said beside each path, and the guard stands before all of them."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route

from tenor.core.staff.model import Act
from tenor.faces.desk.cases import CaseViews
from tenor.faces.desk.doors import Doors, StaffViews
from tenor.faces.desk.guard import Floor, Guarded, Handler, Open
from tenor.faces.desk.lookalikes import LookalikeViews
from tenor.faces.desk.orders import OrderViews
from tenor.faces.desk.views import Views
from tenor.faces.face import Platform
from tenor.faces.guarding import OpenHandler, nothing, style_sheet


def routes(platform: Platform) -> Sequence[BaseRoute]:
    """The routes. What is not among them exists for nobody, and whoever is not signed in is asked to."""
    floor = Floor(platform)

    def open_to_all(path: str, **handlers: OpenHandler) -> Route:
        return Route(f"/desk{path}", Open(floor, **handlers))

    def page(path: str, **acts: tuple[Act, Handler]) -> Route:
        return Route(f"/desk{path}", Guarded(floor, {name.upper(): act for name, act in acts.items()}))

    doors, staff, views, orders = Doors(floor), StaffViews(floor), Views(floor), OrderViews(floor)
    cases, lookalikes = CaseViews(floor), LookalikeViews(floor)

    return [
        open_to_all("/static/{name}", get=style_sheet(floor.pages.style)),
        open_to_all("/sign-in", get=doors.ask, post=doors.enter),
        open_to_all("/set-up/{secret}", get=doors.show_set_up, post=doors.set_up),
        page("", get=(Act.BE_THERE, views.home)),
        page("/sign-out", post=(Act.BE_THERE, doors.leave)),
        page("/sessions", get=(Act.OWN_SESSIONS, doors.sessions), post=(Act.OWN_SESSIONS, doors.end_own)),
        page("/search", get=(Act.SEARCH, views.search)),
        page("/merchants/{id}", get=(Act.SEARCH, views.merchant)),
        page("/buyers/{id}", get=(Act.SEARCH, views.buyer)),
        page("/orders/{merchant}/{order}", get=(Act.SEE_ORDER, orders.order)),
        page("/orders/{merchant}/{order}/documents/{document}", get=(Act.SEE_DOCUMENT, orders.document)),
        page("/cases", get=(Act.SEE_CASE, cases.queue)),
        page("/cases/{merchant}/{order}", get=(Act.SEE_CASE, cases.case)),
        page("/cases/{merchant}/{order}/approve", post=(Act.DECIDE_CASE, cases.approve)),
        page("/cases/{merchant}/{order}/decline", post=(Act.DECIDE_CASE, cases.decline)),
        page("/cases/{merchant}/{order}/ask", post=(Act.ASK_FOR_DOCUMENT, cases.ask)),
        page("/lookalikes", get=(Act.SEE_LOOKALIKES, lookalikes.queue)),
        page("/lookalikes/{one}/{other}", get=(Act.SEE_LOOKALIKES, lookalikes.pair)),
        page("/lookalikes/{one}/{other}/look", post=(Act.MERGE_BUYERS, lookalikes.look)),
        page("/lookalikes/{one}/{other}/merge", post=(Act.MERGE_BUYERS, lookalikes.merge)),
        page("/lookalikes/{one}/{other}/dismiss", post=(Act.MERGE_BUYERS, lookalikes.dismiss)),
        page("/buyers/{id}/compare", get=(Act.SEE_LOOKALIKES, lookalikes.compare)),
        page(
            "/buyers/{id}/unmerge",
            get=(Act.MERGE_BUYERS, lookalikes.show_unmerge),
            post=(Act.MERGE_BUYERS, lookalikes.unmerge),
        ),
        page("/letters/retry", post=(Act.RETRY_LETTER, orders.retry_letter)),
        page(
            "/deliveries/{merchant}/{id}",
            get=(Act.SEE_DELIVERY, orders.delivery),
            post=(Act.REPLAY, orders.replay),
        ),
        page(
            "/endpoints/{merchant}/{id}",
            get=(Act.SEE_DELIVERY, orders.endpoint),
            post=(Act.REPLAY, orders.replay_since),
        ),
        page("/staff", get=(Act.SEE_STAFF, staff.everybody)),
        page("/staff/{id}", get=(Act.SEE_STAFF, staff.member), post=(Act.END_SESSIONS, staff.end_session)),
        page("/audit", get=(Act.SEE_AUDIT, staff.audit)),
        page("/{rest:path}", get=(Act.BE_THERE, nothing), post=(Act.BE_THERE, nothing)),
    ]
