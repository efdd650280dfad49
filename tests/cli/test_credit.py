"""`tenor credit`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenor.base import clock
from tenor.core.credit.model import Reviewer
from tenor.core.merchants import store as merchant_store
from tenor.core.orders import review
from tenor.core.orders import store as order_store
from tenor.demo import catalogue
from tenor.demo.catalogue import HARBOR
from tenor.faces.face import Platform
from tests.core.credit.reviewers import hire
from tests.journeys.buyer import Buyer
from tests.journeys.deployment import SHOP, Deployment

STRICT = """
name = "backd"
version = 2
currency = "USD"
[thresholds.order_amount]
review_above = "5000"
"""


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    file = tmp_path / "strict.toml"
    file.write_text(STRICT)
    return file


def test_a_policy_is_tried_published_and_decides_and_every_decision_is_explained(
    deployment: Deployment, policy_file: Path
) -> None:
    keys = deployment.merchant()
    with deployment.serving() as served:
        api = served.backd(keys)
        first = api.create_order(catalogue.backd_order(catalogue.usual(HARBOR), "C-1", SHOP))
        buyer = Buyer(served.server, deployment.home)
        buyer.arrives(first["customer_url"])

        tried = deployment.succeeds("credit", "backtest", str(policy_file))
        assert "backd, version 2, over 1 decisions: 1 would change." in tried
        assert "approve -> review" in tried
        assert "7255.12 USD" in tried
        assert deployment.answers("credit", "backtest", str(policy_file), "--json") == [
            {"was": "approve", "would_be": "review", "currency": "USD", "orders": 1, "total": "7255.12"}
        ]

        assert "Version 2 of backd is in force" in deployment.succeeds("credit", "publish", str(policy_file))
        assert deployment.succeeds("credit", "show", "backd").strip() == STRICT.strip()
        assert "spec" not in deployment.succeeds("credit", "show", "backd", "--version", "1")
        again = deployment.run("credit", "publish", str(policy_file))
        assert (again.returncode, "version: must be above 2" in again.stderr) == (2, True)

        second = api.create_order(catalogue.backd_order(catalogue.usual(HARBOR), "C-2", SHOP))
        page = buyer.accepts(second["customer_url"])
        assert "We are looking at your request" in page.body.decode()
        assert api.find_order(second["backd_order_id"])["status"] == "under_review"

        number = _approve(deployment)
        assert api.find_order(second["backd_order_id"])["status"] == "terms_selected"

    explained = deployment.succeeds("credit", "explain", number)
    assert "review, by policy backd, version 2" in explained
    assert (
        "order_amount_high: The order is larger than what the policy leaves to itself. (7255.12 USD against"
        in explained
    )
    assert "approve, by Anna" in explained
    assert "Note: Known for years." in explained
    assert "bureau                 reported" in explained
    assert deployment.answers("credit", "explain", number, "--json")["decisions"][0]["outcome"] == "review"
    listed = deployment.succeeds("credit", "show")
    assert [line.split() for line in listed.splitlines()] == [
        ["backd", "1", "packaged"],
        ["backd", "2", "published"],
        ["buildnow", "1", "packaged"],
        ["limits", "1", "packaged"],
    ]


def _approve(deployment: Deployment) -> str:
    """A person approves the one order that waits; its number."""

    async def run(on: Platform) -> str:
        async with on.database.transaction() as tx:
            [case] = await review.waiting(tx, 10)
            merchant = await merchant_store.find(tx, case.merchant_id)
            assert merchant is not None
            order = await order_store.find(tx, case.merchant_id, case.order_id)
            assert order is not None
            found = await review.case(tx, merchant.id, order.id)
            anna = Reviewer(order.id, "Anna")
            await hire(tx, anna)
            await review.approve(
                tx, merchant, order.id, anna, limit=found.suggested_limit,
                note="Known for years.", now=clock.now(),
            )  # fmt: skip
            return order.number

    return deployment.does(run)


def test_what_is_not_there_or_wrong_is_said_in_a_sentence(deployment: Deployment, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('name = "x"\nversion = 1\nshoe_size = 42')
    for words, complaint in (
        (("explain", "nothing"), "There is no order 'nothing'"),
        (("show", "nothing"), "There is no such policy"),
        (("publish", str(tmp_path / "nothing.toml")), "can't be read"),
        (("publish", str(wrong)), "unknown field `shoe_size`"),
        (("backtest", str(wrong)), "unknown field `shoe_size`"),
    ):
        done = deployment.run("credit", *words)
        assert done.returncode == 2, done.stdout
        assert complaint in done.stderr
        assert "Traceback" not in done.stderr
