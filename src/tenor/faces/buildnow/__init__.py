"""The BuildNow dialect: token and purchase orders, as `spec/buildnow.md` has them."""

from tenor.faces.buildnow.contract import openapi
from tenor.faces.buildnow.events import webhook
from tenor.faces.buildnow.returns import programme, return_url
from tenor.faces.buildnow.routes import routes
from tenor.faces.face import Dialect, Face

face = Face(
    name="buildnow",
    routes=routes,
    openapi=openapi,
    dialect=Dialect(return_url=return_url, programme=programme, webhook=webhook, sends_reviewed=True),
)
