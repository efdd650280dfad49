"""The script that opens the checkout over a shop: `GET /widget.js`, built from `widget/` by `make widget`."""

from tenor.faces.face import Face
from tenor.faces.widget.routes import routes

face = Face(name="widget", routes=routes)
