"""The desk: pages for staff. What each may do is `core/staff/permissions`; here is how it looks."""

from tenor.faces.desk.routes import routes
from tenor.faces.face import Face

face = Face(name="desk", routes=routes)
