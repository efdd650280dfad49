"""The whole life of an order in both dialects, over HTTP as a merchant and a buyer live it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from tenor.core.credit.sandbox import Magic
from tenor.demo import cast, catalogue
from tenor.demo.buyer import Buyer
from tenor.demo.calls import Backd, BuildNow, Refused, Reply, Server
from tenor.demo.catalogue import HARBOR, NAJD, Dialect
from tenor.demo.hearing import Hearing, NotHeard
from tenor.demo.inbox import Inbox
from tenor.demo.subscribing import PATH

_OFFER = "net60"
_EXECUTED_WITHIN = 30

# By the sandbox bureau's magic value: the page on which the buyer ends, and the event that tells of it.
_OUTCOMES: Mapping[Magic, tuple[str, str]] = {
    "approve": ("Your payment terms are agreed", "order.terms_selected"),
    "decline": ("We can't offer payment terms for this order", "order.declined"),
    "review": ("We are looking at your request", "order.under_review"),
}

Say = Callable[[str], None]
Advance = Callable[[timedelta], None]


class WalkFailed(Exception):
    """A step did not come out as it should. The message names the step and what was wrong."""


class _Unexpected(Exception):
    """Something that the step did not expect."""


@dataclass(frozen=True)
class Walk:
    """A walk on a running server.

    `shop_address` is an origin of both merchants, where the shop listens and keeps in `inbox` what it hears. `letters`
    is the folder where the server writes its mail. `advance` moves the clock of the Backd merchant. Raises `WalkFailed`
    at the first step that does not come out as it should, and where an event is missing, doubled or not signed.
    """

    server: Server
    backd: Backd
    buildnow: BuildNow
    shop_address: str
    inbox: Inbox
    letters: Path
    advance: Advance
    say: Say

    def backd_life(self) -> None:
        """An order that is placed, confirmed and refunded in part."""
        self.say("\nBackd: an order that is confirmed and then refunded in part")
        lines = catalogue.usual(HARBOR)
        with _step("create_order"):
            order = catalogue.backd_order(lines, catalogue.new_reference(HARBOR), self.shop_address)
            created = self.backd.create_order(order)
            _expect("status", created["status"], "new")
            _expect("order_total", created["order_total"], order["order_total"])
        order_id, reference = created["backd_order_id"], created["merchant_order_id"]
        events = self._hearing("backd", reference)
        with _step("the events"):
            events.expect("order.created")
        with _step("the buyer's page"):
            arrived = self._choose_terms(created["customer_url"])
            _expect("where the buyer arrives", arrived.path, "/backd/thanks")
            _expect("backd_order_id in the address", parse_qs(arrived.query).get("backd_order_id"), [order_id])
            events.expect("order.terms_selected")
        with _step("order_placed"):
            _expect("status", self.backd.order_placed(order_id, reference)["status"], "order_placed")
            events.expect("order.placed")
        with _step("confirm_order"):
            _expect("status", self.backd.confirm_order(order_id)["status"], "order_confirmed")
            events.expect("order.confirmed")
        with _step("refund"):
            amount = catalogue.half(Decimal(order["order_total"]))
            refund = self.backd.refund(order_id, reference, amount)["refunds"][-1]
            _expect("the refund's status", refund["status"], "approved")
            events.expect("refund.requested")
        with _step("the clock past the refund's lock"):
            self.advance(_moment(refund["locked_at"]) - _moment(refund["create_date"]) + timedelta(seconds=1))
        with _step("the worker executes the refund"):
            final = self._when_executed(order_id)
            _expect("status", final["status"], "order_confirmed")
            _expect("refunded", final["refunds"][-1]["amount"], amount)
            events.expect("refund.locked", "refund.executed")
            events.expect_no_more()

    def buildnow_life(self) -> None:
        """A purchase that credit approves and that confirms itself."""
        self.say("\nBuildNow: a purchase that is approved")
        lines = catalogue.usual(NAJD)
        with _step("token"):
            token = self.buildnow.token()
        with _step("the purchase order"):
            purchase = catalogue.buildnow_purchase(
                lines, catalogue.new_reference(NAJD), self.shop_address, self.shop_address + PATH["buildnow"]
            )
            created = self.buildnow.create(token, purchase)
            _expect("total_price", Decimal(created["total_price"]), purchase["total_price"])
        with _step("the buyer's page"):
            arrived = self._choose_terms(created["checkout_url"])
            _expect("where the buyer arrives", arrived.path, "/buildnow/return")
            _expect("event_type in the address", parse_qs(arrived.query).get("event_type"), ["purchase_placed"])
        with _step("the purchase is approved"):
            _expect("status", self.buildnow.find(token, created["id"])["status"], "approved")
            events = self._hearing("buildnow", purchase["partner_order_reference"])
            events.expect("purchase_placed", "purchase_approved")
            events.expect_no_more()

    def outcomes(self) -> None:
        """Three orders of three companies: approved at once, declined, and left to the desk."""
        for magic, (heading, told) in _OUTCOMES.items():
            self.say(f"\nBackd: {cast.OUTCOMES[magic]}")
            with _step("create_order"):
                order = catalogue.backd_order(
                    catalogue.usual(HARBOR), catalogue.new_reference(HARBOR), self.shop_address
                )
                created = self.backd.create_order(order)
            with _step("the buyer's page"):
                self.say(f"      a buyer proves {cast.email(magic)} and goes through the pages")
                # Another company each time, or the bureau's word would not be all that counts about it.
                number = f"12-{secrets.randbelow(10**7):07}"
                arrived = self._buyer(cast.email(magic), number).accepts(created["customer_url"], _OFFER)
                _expect("the page at the end", arrived.heading, heading)
            with _step("the events"):
                events = self._hearing("backd", created["merchant_order_id"])
                events.expect("order.created", told)
                events.expect_no_more()

    def _hearing(self, dialect: Dialect, reference: str) -> Hearing:
        return Hearing(self.inbox, dialect, reference, self.say)

    def _choose_terms(self, url: str) -> SplitResult:
        """Go through the buyer's pages, take net 60, sign; the parts of the address that the buyer is sent to."""
        self.say(f"      a buyer proves an e-mail address, tells the business, and signs for {_OFFER}")
        # A buyer of its own each time, because what buyers owe adds up to their limit.
        buyer = self._buyer(f"buyer-{secrets.token_hex(4)}@walker-contracting.example.com")
        arrived = buyer.accepts(url, _OFFER)
        _expect("the page at the end", arrived.heading, "Your payment terms are agreed")
        # The address is the shop's. It is looked at and not asked for: the walk itself does what the shop would do.
        return urlsplit(arrived.forward or "")

    def _buyer(self, email: str, number: str = "") -> Buyer:
        return Buyer(self.server, self.letters, email, f"Walker Contracting {secrets.token_hex(4)}", number)

    def _when_executed(self, order_id: str) -> Mapping[str, Any]:
        deadline = time.monotonic() + _EXECUTED_WITHIN
        while time.monotonic() < deadline:
            order = self.backd.find_order(order_id)
            if order["refunds"][-1]["status"] == "executed":
                return order
            time.sleep(0.5)
        raise _Unexpected(f"it is not executed after {_EXECUTED_WITHIN} seconds")


@contextmanager
def _step(name: str) -> Iterator[None]:
    try:
        yield
    except Refused as error:
        raise WalkFailed(f"{name}: the server answered {error}") from error
    except (OSError, HTTPException) as error:
        raise WalkFailed(f"{name}: the server did not answer ({error})") from error
    except (_Unexpected, NotHeard, ValueError) as error:
        raise WalkFailed(f"{name}: {error}") from error
    except (KeyError, IndexError) as error:
        raise WalkFailed(f"{name}: the answer has no {error}") from error


def _expect(what: str, found: Any, expected: Any) -> None:
    if found != expected:
        raise _Unexpected(f"{what} is {found!r} instead of {expected!r}")


def _moment(text: str) -> datetime:
    return datetime.strptime(f"{text} +0000", "%Y-%m-%d %H:%M:%S %z")


_TOLD = (
    "backd_order_id",
    "id",
    "merchant_order_id",
    "partner_order_reference",
    "status",
    "order_total",
    "total_price",
    "expires_in",
)


def in_short(method: str, path: str, reply: Reply) -> str:
    """A call and its answer on a line or two: what matters of it, and no secret."""
    first = f"  {method} {_without_secrets(path)} → {reply.status}"
    told = _facts(reply)
    return f"{first}\n      {told}" if told else first


def _without_secrets(address: str) -> str:
    """An address as it may be shown: what follows the number in a buyer's link opens it, but for a page's name."""
    path = address.split("?")[0]
    if not path.startswith("/order/"):
        return path if address.startswith("/") else address
    _, _, number, *rest = path.split("/")
    return f"/order/{number}/…" + (f"/{rest[-1]}" if rest and rest[-1] in _PAGES else "")


_PAGES = frozenset(
    ("begin", "you", "go-on", "order", "business", "terms", "agreement", "done", "review", "declined", "leave", "left")
)


def _facts(reply: Reply) -> str:
    if "location" in reply.headers:
        return f"to {_without_secrets(reply.headers['location'])}"
    if not reply.headers.get("content-type", "").startswith("application/json"):
        return ""
    answer = reply.json()
    data = answer.get("data", answer)
    facts = [f"{name} {data[name]}" for name in _TOLD if not isinstance(data.get(name), dict | None)]
    facts += [f"refund of {one['amount']} {one['status']}, locks {one['locked_at']}" for one in data.get("refunds", ())]
    return " · ".join(facts) or str(answer.get("message", ""))
