"""Our own face: the feed of events, the OpenAPI document of every dialect, and whether the server lives."""

from tenor.faces.api.contract import openapi
from tenor.faces.api.routes import routes
from tenor.faces.face import Face

face = Face(name="api", routes=routes, openapi=openapi)
