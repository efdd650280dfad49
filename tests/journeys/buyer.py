"""A buyer with a browser that has no window."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tenor.demo import buyer
from tenor.demo.buyer import Arrived
from tenor.demo.calls import Reply, Server


def parameters(url: str) -> dict[str, str]:
    """The query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@dataclass(frozen=True)
class Buyer:
    """A company that nobody has heard of before. `home` is the deployment's, where its letters are."""

    server: Server
    home: Path
    email: str = field(default_factory=lambda: f"{secrets.token_hex(6)}@northwind.example.com")

    @property
    def _hands(self) -> buyer.Buyer:
        return buyer.Buyer(self.server, self.home / "mail", self.email, "Northwind Builders")

    def opens(self, link: str) -> Reply:
        """The page of an order's link."""
        return self._hands.opens(link)

    def accepts(self, link: str, offer: str = "net60") -> Reply:
        """Go through the steps, take an offer and sign the agreement; the page on which that ends."""
        return self._hands.accepts(link, offer).page

    def ends(self, link: str, offer: str = "net60") -> Arrived:
        """Accept; where that ends, whatever came of it."""
        return self._hands.accepts(link, offer)

    def leaves(self, link: str) -> str:
        """Open the page and press the button that leads back to the shop; the address in the shop."""
        return _in_the_shop(self._hands.leaves(link))

    def arrives(self, link: str, offer: str = "net60") -> str:
        """Accept, and the address where that leads: in the shop, or of our own page where the shop named none."""
        arrived = self._hands.accepts(link, offer)
        assert arrived.heading == "Your payment terms are agreed", arrived.heading
        return arrived.forward or arrived.address


def _in_the_shop(arrived: Arrived) -> str:
    assert arrived.forward is not None, arrived.heading
    return arrived.forward
