"""The dashboard: pages for merchants, on which they see what was sent to them and what came back, and send it again."""

from tenor.faces.dashboard.routes import routes
from tenor.faces.face import Face

face = Face(name="dashboard", routes=routes)
