"""What only a sandbox shows: the letters that were written as files, for whoever tries Tenor out."""

from tenor.faces.face import Face
from tenor.faces.sandbox.views import routes

face = Face(name="sandbox", routes=routes)
