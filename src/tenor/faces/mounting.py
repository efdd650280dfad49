"""How a dialect hangs below its base path, with its own shape for whatever is refused there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount


def mounted(prefix: str, routes: Sequence[BaseRoute], exception_handlers: Mapping[Any, Any]) -> Mount:
    """The routes below a prefix. Nothing there is answered by anybody but these routes and handlers."""
    app = Starlette(routes=routes, exception_handlers=exception_handlers)
    # A path with a slash too many or too few is refused like every other that is none, and not redirected.
    app.router.redirect_slashes = False
    mount = Mount(prefix, app=app)
    # Starlette's own pattern stops at a line break; what comes below the base path is refused in this shape too.
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return mount
