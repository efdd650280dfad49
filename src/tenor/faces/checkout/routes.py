"""Everything below /order: the pages of a link and of a session, their style sheet, and a page for what is neither."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.routing import BaseRoute, Route

from tenor.faces.checkout.doors import Door, Handler
from tenor.faces.checkout.downloads import Downloads
from tenor.faces.checkout.frames import framing
from tenor.faces.checkout.outcomes import OutcomeViews
from tenor.faces.checkout.pages import Pages
from tenor.faces.checkout.stepping import StepViews
from tenor.faces.checkout.uploads import UploadViews
from tenor.faces.checkout.views import Desk, LinkViews
from tenor.faces.checkout.you import YouViews
from tenor.faces.face import Platform

Opener = Callable[..., Route]


def routes(platform: Platform) -> Sequence[BaseRoute]:
    """The routes, the more exact before the more general."""
    pages = Pages(platform.settings)
    desk, frame_of = Desk(platform, pages), framing(platform)
    downloads = Downloads(desk)

    def door(path: str, **handlers: Handler) -> Route:
        return Route(f"/order{path}", Door(pages, frame_of, desk.way_back, **handlers))

    return [
        door(f"/static/{pages.script.name}", get=LinkViews(desk).script),
        door("/static/accent.{colour}.{mark}.css", get=LinkViews(desk).accent),
        door("/static/logo/{name}", get=LinkViews(desk).logo),
        door("/static/{name}", get=LinkViews(desk).style),
        door("/papers/{token}", get=UploadViews(desk).ask, post=UploadViews(desk).take),
        # Before a session's pages, because a session never reads "documents".
        door("/{number}/{token}/documents/{document}", get=downloads.document),
        door("/{number}/{token}/{session}/agreement.pdf", get=downloads.agreement),
        *_of_link("/{number}/{token}", door, LinkViews(desk), YouViews(desk)),
        *_of_session("/{number}/{token}/{session}", door, LinkViews(desk), StepViews(desk), OutcomeViews(desk)),
        door("/{rest:path}"),
        door(""),
    ]


def _of_link(at: str, door: Opener, link: LinkViews, you: YouViews) -> list[Route]:
    return [
        door(at, get=link.order),
        door(f"{at}/leave", post=link.leave),
        door(f"{at}/left", get=link.left),
        door(f"{at}/begin", post=you.begin),
        door(f"{at}/you", get=you.ask, post=you.mail),
        door(f"{at}/you/{{challenge}}", get=you.code, post=you.prove),
    ]


def _of_session(at: str, door: Opener, link: LinkViews, step: StepViews, outcome: OutcomeViews) -> list[Route]:
    return [
        door(f"{at}/go-on", get=step.go_on),
        door(f"{at}/order", get=step.order),
        door(f"{at}/you", get=step.you),
        door(f"{at}/business", get=step.business, post=step.keep_business),
        door(f"{at}/terms", get=step.terms, post=step.keep_choice),
        door(f"{at}/agreement", get=step.agreement, post=step.accept),
        door(f"{at}/done", get=outcome.done),
        door(f"{at}/review", get=outcome.review),
        door(f"{at}/declined", get=outcome.declined),
        # Leaving needs no session, so that one that has ended holds nobody back.
        door(f"{at}/leave", post=link.leave),
        door(f"{at}/left", get=link.left),
    ]
