"""Whole lives of purchases in BuildNow's dialect, through the server and the buyer's page."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from tenor.base.errors import Forbidden
from tenor.core.merchants import service as merchants
from tenor.core.orders import review
from tenor.core.orders.review import Reviewer
from tenor.demo import catalogue
from tenor.demo.calls import BuildNow
from tenor.demo.catalogue import NAJD, Line
from tenor.faces.face import Platform
from tests.core.credit.reviewers import hire
from tests.journeys.buyer import Buyer, parameters
from tests.journeys.deployment import SHOP, Served, until


class Partner:
    """A BuildNow partner on the shared server, and a buyer whom nobody has met before."""

    def __init__(self, served: Served, keys: dict[str, str]) -> None:
        self.served = served
        self.keys = keys
        self.api: BuildNow = served.buildnow(self.keys)
        self.token = self.api.token()
        self.buyer = Buyer(served.server, served.deployment.home)

    def purchase(self, rebar: int = 40, **changes: Any) -> dict[str, Any]:
        """A new purchase order for so many tonnes of rebar."""
        lines = [Line(NAJD.products[1], rebar)]
        body = catalogue.buildnow_purchase(lines, f"PO-{secrets.token_hex(4)}", SHOP)
        return self.api.create(self.token, body | changes)

    def status(self, purchase: Mapping[str, Any]) -> str:
        """The purchase's status now."""
        return str(self.api.find(self.token, purchase["id"])["status"])

    def receivable(self) -> Decimal:
        """What buyers owe in this partner's books, in major units."""
        words = ("ledger", "balances", "--merchant", self.keys["merchant_id"], "--json")
        books = {row["account"]: row["balance"] for row in self.served.deployment.answers(*words)}
        return Decimal(books.get("assets:buyer receivable", "0.00"))


@pytest.fixture(scope="module")
def keys(served: Served) -> dict[str, str]:
    return served.deployment.merchant("buildnow", "Najd Building Materials")


@pytest.fixture
def partner(served: Served, keys: dict[str, str]) -> Partner:
    return Partner(served, keys)


def test_a_purchase_is_approved_as_soon_as_its_buyer_chooses_and_stands_in_the_books(partner: Partner) -> None:
    owed_before = partner.receivable()
    purchase = partner.purchase()
    assert (purchase["status"], purchase["total_price"]) == ("created", "114080.00")

    back = partner.buyer.arrives(purchase["checkout_url"])

    assert back.startswith(f"{SHOP}/buildnow/return?")
    told = parameters(back)
    assert told["event_type"] == "purchase_placed"
    assert told["purchase_order_id"] == purchase["id"]
    assert told["partner_order_reference"] == purchase["partner_order_reference"]
    assert partner.status(purchase) == "approved"
    # Net 60 costs the buyer 3 %.
    assert partner.receivable() - owed_before == Decimal("117502.40")
    partner.served.deployment.succeeds("ledger", "check")


def test_a_purchase_without_redirection_ends_on_a_page_that_says_what_comes_next(partner: Partner) -> None:
    purchase = partner.purchase(redirection_url="")

    done = partner.buyer.arrives(purchase["checkout_url"])

    assert done.startswith("/order/")
    assert partner.served.server.page(done).status == 200
    assert partner.status(purchase) == "approved"


def test_a_purchase_above_the_limit_is_declined_and_never_reaches_the_books(partner: Partner) -> None:
    owed_before = partner.receivable()
    purchase = partner.purchase(rebar=400)
    assert purchase["total_price"] == "1140800.00"

    page = partner.buyer.accepts(purchase["checkout_url"])

    assert page.status == 200
    assert partner.status(purchase) == "declined"
    assert partner.receivable() == owed_before


def test_a_buyer_who_leaves_returns_with_a_message_and_the_purchase_stays_open(partner: Partner) -> None:
    purchase = partner.purchase()

    left = partner.buyer.leaves(purchase["checkout_url"])

    told = parameters(left)
    assert "cancelled" in told["message"]
    assert told["purchase_order_id"] == purchase["id"]
    assert partner.status(purchase) == "created"


def test_a_purchase_that_nobody_accepts_expires_by_the_clock(partner: Partner) -> None:
    purchase = partner.purchase()
    accepted = partner.purchase()
    partner.buyer.arrives(accepted["checkout_url"])

    partner.served.deployment.advance(partner.keys, timedelta(days=40))

    until(lambda: partner.status(purchase) == "expired", "it is expired")
    assert partner.status(accepted) == "approved"
    assert partner.buyer.opens(purchase["checkout_url"]).status == 410
    partner.served.deployment.succeeds("ledger", "check")


def test_a_purchase_that_waits_is_approved_by_two_people_and_the_partner_reads_it_at_each_step(
    partner: Partner,
) -> None:
    buyer = Buyer(partner.served.server, partner.served.deployment.home, "review@sandbox.example.com")
    purchase = partner.purchase(rebar=200)
    assert purchase["total_price"] == "570400.00"

    arrived = buyer.ends(purchase["checkout_url"])

    assert arrived.heading == "We are looking at your request"
    told = parameters(arrived.forward or "")
    assert (told["event_type"], told["status"]) == ("client_under_review", "under_review")
    assert told["purchase_order_id"] == purchase["id"]
    assert partner.status(purchase) == "under_review"
    owed_before = partner.receivable()

    _approve(partner, purchase, "Anna")
    assert partner.status(purchase) == "under_review"
    with pytest.raises(Forbidden, match="another person"):
        _approve(partner, purchase, "Anna")
    _approve(partner, purchase, "Badr")

    assert partner.status(purchase) == "approved"
    assert partner.receivable() - owed_before == Decimal("587512.00")
    partner.served.deployment.succeeds("ledger", "check")


def _approve(partner: Partner, purchase: Mapping[str, Any], name: str) -> None:
    """A person of the staff agrees."""

    async def run(on: Platform) -> None:
        async with on.database.transaction() as tx:
            found = await review.case(tx, UUID(partner.keys["merchant_id"]), UUID(purchase["id"]))
            reviewer = Reviewer(uuid5(NAMESPACE_URL, name), name)
            await hire(tx, reviewer)
            await review.approve(
                tx, found.merchant, found.order.id, reviewer, limit=found.suggested_limit, note="",
                now=await merchants.now(tx, found.merchant.id),
            )  # fmt: skip

    partner.served.deployment.does(run)
