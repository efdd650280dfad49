"""The files that pages of every face load, the typeface and the icon. They are public and kept for good."""

from tenor.faces.assets.routes import routes
from tenor.faces.face import Face

face = Face(name="assets", routes=routes)
