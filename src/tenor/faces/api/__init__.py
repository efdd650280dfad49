"""Our own face: the OpenAPI document of every dialect, and whether the server lives."""

from tenor.faces.api.routes import routes
from tenor.faces.face import Face

face = Face(name="api", routes=routes)
