"""The Backd dialect: create_order and its siblings, as `spec/backd.md` has them."""

from tenor.faces.backd.contract import openapi
from tenor.faces.backd.returns import programme, return_url
from tenor.faces.backd.routes import routes
from tenor.faces.face import Dialect, Face

face = Face(name="backd", routes=routes, openapi=openapi, dialect=Dialect(return_url=return_url, programme=programme))
