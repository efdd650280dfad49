"""`/assets/{name}`: each file by its present name alone."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tenor.base import looks
from tenor.faces.face import Platform


def routes(_: Platform) -> Sequence[BaseRoute]:
    """The one route."""
    return [Route("/assets/{name}", _file)]


async def _file(request: Request) -> Response:
    found = looks.files().get(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    return found.response()
