"""A buyer who goes through the hosted pages as a browser does, and reads the letters of a sandbox."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from tenor.demo import forms
from tenor.demo.calls import Reply, Server

_WRITTEN_WITHIN = 30
_SIGNATORY = "Dana Reyes"
_AMERICAN = {
    "line1": "12 Quay Street",
    "city": "Austin",
    "region": "TX",
    "postal_code": "78701",
    "phone": "+1 512 555 0100",
    "signatory": _SIGNATORY,
}
_SAUDI = {
    "building_number": "7412",
    "line1": "King Fahd Road",
    "district": "Al Olaya",
    "city": "Riyadh",
    "postal_code": "12213",
    "phone": "+966 11 555 0100",
    "signatory": _SIGNATORY,
}


@dataclass(frozen=True)
class Arrived:
    """The page on which a buyer ends: its address, and what the server answered."""

    address: str
    page: Reply

    @property
    def forward(self) -> str | None:
        """Where the page sends the buyer on by itself: to the shop, if anywhere."""
        return forms.forward(self.page.body.decode())

    @property
    def heading(self) -> str:
        """What the page says it is."""
        return forms.heading(self.page.body.decode())


@dataclass(frozen=True)
class Buyer:
    """Somebody with an e-mail address who buys for a company. `letters` is the folder of the sandbox's mail.

    Without a `registration_number` the company has one of its own, which follows from the address: what companies owe
    adds up, and so does how often they order.
    """

    server: Server
    letters: Path
    email: str
    company: str
    registration_number: str = ""

    def opens(self, link: str) -> Reply:
        """The page of an order's link."""
        return self.server.page(urlsplit(link).path)

    def leaves(self, link: str) -> Arrived:
        """Open the link and press the button that leads back to the shop."""
        path = urlsplit(link).path
        return self._sent(forms.read(self.opens(link).body.decode(), path)[-1], {})

    def accepts(self, link: str, offer: str) -> Arrived:
        """Go through every step, take an offer and sign; where that ends. Raises ValueError at a page that differs."""
        path = urlsplit(link).path
        you = forms.onward(self.opens(link).body.decode(), path)
        at = self._signs_in(Arrived(you, self.server.page(you)))
        if "legal_name" in self._form(at).typed:
            at = self._sent(self._form(at), self._business(self._form(at).typed))
        at = self._sent(self._form(at), {"offer": offer})
        signatory = {"signature": _SIGNATORY, "agree": "yes"}
        return self._sent(self._form(at), signatory)

    def _signs_in(self, at: Arrived) -> Arrived:
        read = self._unread(set())
        waiting = self._sent(self._form(at), {"email": self.email})
        return self._sent(self._form(waiting), {"code": self._code(read)})

    def _business(self, asked: Mapping[str, str]) -> dict[str, str]:
        digits = f"{int(sha256(self.email.encode()).hexdigest(), 16) % 10**7:07}"
        if "building_number" in asked:
            answers = {**_SAUDI, "registration_number": f"101{digits}", "vat_number": f"3000{digits}0003"}
        else:
            answers = {**_AMERICAN, "registration_number": f"12-{digits}"}
        if self.registration_number:
            answers["registration_number"] = self.registration_number
        return {**answers, "legal_name": self.company}

    def _form(self, at: Arrived) -> forms.Form:
        """The form of a step; the last one of a page leads back to the shop."""
        found = forms.read(at.page.body.decode(), at.address)
        if len(found) < 2:
            raise ValueError(f"the page has no form to go on with: {at.heading}")
        return found[0]

    def _sent(self, form: forms.Form, answers: Mapping[str, str]) -> Arrived:
        """Send a form and follow where it leads on the same server."""
        answer, address = self.server.submit(form.action, form.filled(**answers)), form.action
        while answer.status == 303:
            address = answer.headers["location"]
            answer = self.server.page(address)
        return Arrived(address, answer)

    def _unread(self, read: set[str]) -> set[str]:
        """The letters to this buyer, less those read before."""
        found = {path.name for path in self.letters.glob("*.eml")} - read
        return {name for name in found if self._letter(name)["to"] == self.email}

    def _letter(self, name: str) -> EmailMessage:
        return message_from_bytes((self.letters / name).read_bytes(), policy=policy.default)

    def _code(self, read: set[str]) -> str:
        """The six digits of the next letter that brings some."""
        deadline = time.monotonic() + _WRITTEN_WITHIN
        while time.monotonic() < deadline:
            for name in self._unread(read):
                text = self._letter(name).get_body(("plain",))
                found = re.search(r"^\s+([0-9]{6})\s*$", text.get_content() if text else "", re.MULTILINE)
                if found:
                    return found[1]
            time.sleep(0.05)
        raise ValueError(f"no code has come to {self.letters} within {_WRITTEN_WITHIN} seconds")
