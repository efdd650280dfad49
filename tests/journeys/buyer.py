"""A buyer with a browser that has no window."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tenor.demo import forms
from tenor.demo.calls import Reply, Server


def parameters(url: str) -> dict[str, str]:
    """The query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@dataclass(frozen=True)
class Buyer:
    """A company that nobody has heard of before."""

    server: Server
    email: str = field(default_factory=lambda: f"{secrets.token_hex(6)}@northwind.example.com")

    def opens(self, link: str) -> Reply:
        """The page of an order's link."""
        return self.server.page(urlsplit(link).path)

    def accepts(self, link: str, offer: str = "net60") -> Reply:
        """Open the page, take an offer, accept the agreement; what the server answers to the form."""
        path = urlsplit(link).path
        form = forms.read(self.opens(link).body.decode(), path)[0]
        answers = {"offer": offer, "company_name": "Northwind Builders", "email": self.email, "agree": "yes"}
        return self.server.submit(form.action, form.filled(**answers))

    def leaves(self, link: str) -> Reply:
        """Open the page and press the button that leads back to the shop."""
        path = urlsplit(link).path
        form = forms.read(self.opens(link).body.decode(), path)[1]
        return self.server.submit(form.action, form.filled())

    def arrives(self, link: str, offer: str = "net60") -> str:
        """Accept, and the address in the shop where that leads."""
        answer = self.accepts(link, offer)
        assert answer.status == 303, answer.body
        return answer.headers["location"]
