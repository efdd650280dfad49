"""Whole lives of orders in Backd's dialect, through the server and the buyer's page."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tenor.demo import catalogue
from tenor.demo.calls import Backd, Refused
from tenor.demo.catalogue import HARBOR, Line
from tests.journeys.buyer import Buyer, parameters
from tests.journeys.deployment import SHOP, Served, until


class Shop:
    """A Backd merchant on the shared server, and a buyer whom nobody has met before."""

    def __init__(self, served: Served, keys: dict[str, str]) -> None:
        self.served = served
        self.keys = keys
        self.api: Backd = served.backd(self.keys)
        self.buyer = Buyer(served.server, served.deployment.home)

    def order(self, reference: str | None = None, cement: int = 200) -> dict[str, Any]:
        """A new order for so many bags of cement."""
        lines = [Line(HARBOR.products[0], cement)]
        return self.api.create_order(catalogue.backd_order(lines, reference or f"PO-{secrets.token_hex(4)}", SHOP))

    def accepted(self) -> dict[str, Any]:
        """A new order whose buyer has accepted net 60."""
        order = self.order()
        self.buyer.arrives(order["customer_url"])
        return order

    def placed(self) -> dict[str, Any]:
        """An order that the merchant has acknowledged."""
        order = self.accepted()
        return self.api.order_placed(order["backd_order_id"], order["merchant_order_id"])

    def confirmed(self) -> dict[str, Any]:
        """An order that is sold."""
        return self.api.confirm_order(self.placed()["backd_order_id"])

    def status(self, order: Mapping[str, Any]) -> str:
        """The order's status now."""
        return str(self.api.find_order(order["backd_order_id"])["status"])

    def refund(self, order: Mapping[str, Any], amount: Decimal) -> dict[str, Any]:
        """The refund that was asked for."""
        found = self.api.refund(order["backd_order_id"], order["merchant_order_id"], amount)
        newest: dict[str, Any] = found["refunds"][-1]
        return newest

    def wait(self, by: timedelta) -> None:
        """Let time pass on the merchant's clock."""
        self.served.deployment.advance(self.keys, by)

    def becomes(self, order: Mapping[str, Any], status: str) -> None:
        """Wait until the worker has brought the order there."""
        until(lambda: self.status(order) == status, f"the order is {status}")


@pytest.fixture(scope="module")
def keys(served: Served) -> dict[str, str]:
    return served.deployment.merchant()


@pytest.fixture
def shop(served: Served, keys: dict[str, str]) -> Shop:
    return Shop(served, keys)


def to_the_lock(refund: Mapping[str, Any]) -> timedelta:
    form = "%Y-%m-%d %H:%M:%S"
    return datetime.strptime(refund["locked_at"], form) - datetime.strptime(refund["create_date"], form)  # noqa: DTZ007


def test_an_order_is_chosen_placed_confirmed_and_refunded_part_by_part(served: Served) -> None:
    shop = Shop(served, served.deployment.merchant())
    order = shop.order()
    assert order["status"] == "new"

    back = shop.buyer.arrives(order["customer_url"])
    assert back.startswith(f"{SHOP}/backd/thanks?")
    assert parameters(back) == {name: order[name] for name in ("backd_order_id", "merchant_order_id")}
    assert shop.status(order) == "terms_selected"

    assert shop.api.order_placed(order["backd_order_id"], order["merchant_order_id"])["status"] == "order_placed"
    assert shop.api.confirm_order(order["backd_order_id"])["status"] == "order_confirmed"

    part = shop.refund(order, Decimal("1000.00"))
    assert part["status"] == "approved"
    shop.wait(to_the_lock(part) + timedelta(seconds=1))
    until(lambda: shop.api.find_order(order["backd_order_id"])["refunds"][0]["status"] == "executed", "it is executed")
    assert shop.status(order) == "order_confirmed"

    rest = shop.refund(order, order["order_total"] - 1000)
    shop.wait(to_the_lock(rest) + timedelta(seconds=1))
    shop.becomes(order, "refund")

    books = shop.served.deployment.answers("ledger", "balances", "--merchant", shop.keys["merchant_id"], "--json")
    owed = {row["account"]: row["balance_minor"] for row in books}
    assert owed["assets:buyer receivable"] == 0
    assert owed["income:buyer fees"] == 0
    shop.served.deployment.succeeds("ledger", "check")


def test_a_refund_stays_open_until_its_lock_and_is_beyond_recall_after_it(shop: Shop) -> None:
    order = shop.confirmed()
    refund = shop.refund(order, Decimal("100.00"))
    replaced = shop.refund(order, Decimal("200.00"))
    assert [one["status"] for one in shop.api.find_order(order["backd_order_id"])["refunds"]] == [
        "declined",
        "approved",
    ]
    assert refund["locked_at"] == replaced["locked_at"]

    # A minute before the lock nothing happens, however often the worker sweeps.
    shop.wait(to_the_lock(replaced) - timedelta(minutes=1))
    again = shop.refund(order, Decimal("300.00"))
    assert again["status"] == "approved"

    shop.wait(timedelta(minutes=1, seconds=1))
    until(lambda: shop.api.find_order(order["backd_order_id"])["refunds"][-1]["status"] == "executed", "it is executed")
    with pytest.raises(Refused, match="400"):
        shop.refund(order, order["order_total"])


def test_a_placed_order_that_is_canceled_gives_back_its_reference_and_the_buyers_limit(shop: Shop) -> None:
    order = shop.placed()

    canceled = shop.api.cancel_order(order["backd_order_id"])

    assert canceled["status"] == "canceled"
    assert "merchant_order_status" not in canceled
    with pytest.raises(Refused, match="canceled"):
        shop.api.confirm_order(order["backd_order_id"])
    again = shop.order(order["merchant_order_id"])
    assert again["backd_order_id"] != order["backd_order_id"]
    shop.served.deployment.succeeds("ledger", "check")


def test_an_order_above_the_limit_is_declined_and_its_buyer_can_go_back(shop: Shop) -> None:
    order = shop.order(cement=9_000)
    assert order["order_total"] > 100_000

    page = shop.buyer.accepts(order["customer_url"])

    assert page.status == 200
    assert f'href="{SHOP}/backd/closed?message=' in page.body.decode()
    assert shop.status(order) == "declined"
    assert shop.buyer.opens(order["customer_url"]).status == 410


def test_a_buyer_whose_orders_add_up_to_more_than_its_limit_is_declined(shop: Shop) -> None:
    # 250,000 a buyer, and each of these takes about 97,000 with its fee.
    orders = [shop.order(cement=5_950) for _ in range(3)]

    for order in orders:
        shop.buyer.accepts(order["customer_url"])

    assert [shop.status(order) for order in orders] == ["terms_selected", "terms_selected", "declined"]


def test_a_buyer_who_leaves_returns_to_the_shop_and_may_come_back_later(shop: Shop) -> None:
    order = shop.order()

    left = shop.buyer.leaves(order["customer_url"])

    assert left.startswith(f"{SHOP}/backd/closed?")
    assert "cancelled" in parameters(left)["message"]
    assert shop.status(order) == "new"
    shop.buyer.arrives(order["customer_url"])
    assert shop.status(order) == "terms_selected"


def test_an_order_expires_by_the_clock_whether_or_not_terms_were_chosen(shop: Shop) -> None:
    untouched, chosen, sold = shop.order(), shop.accepted(), shop.confirmed()

    shop.wait(timedelta(days=7, minutes=1))
    shop.becomes(untouched, "expired")
    assert shop.buyer.opens(untouched["customer_url"]).status == 410
    assert shop.status(chosen) == "terms_selected"

    shop.wait(timedelta(days=23))
    shop.becomes(chosen, "expired")
    assert shop.status(sold) == "order_confirmed"
    with pytest.raises(Refused, match="expired"):
        shop.api.order_placed(chosen["backd_order_id"], chosen["merchant_order_id"])
    shop.served.deployment.succeeds("ledger", "check")
