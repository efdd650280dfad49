"""The buyer's hosted pages: what an order's link opens, in English and Arabic, without JavaScript."""

from tenor.faces.checkout.routes import routes
from tenor.faces.face import Face

face = Face(name="checkout", routes=routes)
