"""`tenor demo --walk`: the whole life of an order in both dialects, by itself."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tenor.demo.calls import Backd, BuildNow, Server
from tenor.demo.inbox import Inbox
from tenor.demo.walk import Walk, WalkFailed
from tests.journeys.deployment import SHOP, Deployment, free_port


def walk(deployment: Deployment) -> str:
    return deployment.succeeds("demo", "--walk", "--port", str(free_port()))


def test_the_walk_lives_both_lives_on_the_embedded_database_and_again_with_the_same_merchants(tmp_path: Path) -> None:
    deployment = Deployment(tmp_path / "home")

    said = walk(deployment)

    for call in (
        "POST /v1/backd/bnpl/api/create_order → 200",
        "POST /v1/backd/bnpl/api/order_placed → 200",
        "POST /v1/backd/bnpl/api/confirm_order → 200",
        "POST /v1/backd/bnpl/api/refund → 200",
        "GET /v1/backd/bnpl/api/find_order/BO-",
        "POST /v2/o/token/ → 200",
        "POST /v2/bnpl/purchase-orders/ → 201",
        "GET /v2/bnpl/purchase-orders/",
        "GET /order/",
        "POST /order/",
    ):
        assert call in said, said
    heard = re.findall(r"the shop hears (?:no\. (\d+) )?(\S+), signature checked", said)
    assert heard == [
        ("1", "order.created"),
        ("2", "order.terms_selected"),
        ("3", "order.placed"),
        ("4", "order.confirmed"),
        ("5", "refund.requested"),
        ("6", "refund.locked"),
        ("7", "refund.executed"),
        ("", "purchase_placed"),
        ("", "purchase_approved"),
        *[("1", "order.created"), ("2", "order.terms_selected")],
        *[("1", "order.created"), ("2", "order.declined")],
        *[("1", "order.created"), ("2", "order.under_review")],
    ]
    assert "refund of 3627.56 executed" in said
    assert "status approved" in said
    assert "assets:buyer receivable" in said
    assert "The books are clean" in said
    for secret in kept_keys(deployment).values():
        assert secret["secret"] not in said

    before = kept_keys(deployment)
    deployment.succeeds("key", "revoke", before["backd"]["id"])
    assert "The books are clean" in walk(deployment)
    after = kept_keys(deployment)
    assert after["backd"] != before["backd"], "a key that opens nothing any more is replaced"
    assert after["buildnow"] == before["buildnow"], "a key that still works is kept"
    merchants = deployment.answers("merchant", "list", "--json")
    assert sorted((one["flow"], one["currency"]) for one in merchants) == [("backd", "USD"), ("buildnow", "SAR")]


def kept_keys(deployment: Deployment) -> Any:
    file = deployment.home / "demo.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    return json.loads(file.read_text())


async def test_a_step_that_does_not_come_out_ends_the_walk_and_is_named(deployment: Deployment) -> None:
    walk(deployment)
    database = await asyncpg.connect(deployment.database_url)
    await database.execute("UPDATE programmes SET agreed = jsonb_set(agreed, '{order_limit}', '1')")
    await database.close()

    done = deployment.run("demo", "--walk", "--port", str(free_port()))

    assert done.returncode == 1
    assert "The walk stopped at the buyer's page: the page at the end is \"We can't offer payment terms" in done.stderr


def test_an_event_that_can_not_reach_the_shop_ends_the_walk(deployment: Deployment) -> None:
    elsewhere = deployment.with_settings(TENOR_WEBHOOK_ALLOW="127.9.9.9/32")

    done = elsewhere.run("demo", "--walk", "--port", str(free_port()))

    assert done.returncode == 1
    assert "The walk stopped at the events: the shop has not received order.created" in done.stderr
    assert "TENOR_WEBHOOK_ALLOW" in done.stderr


def test_a_server_that_is_not_there_is_named_by_the_step() -> None:
    nobody = Server(f"http://127.0.0.1:{free_port()}")
    lonely = Walk(
        server=nobody,
        backd=Backd(nobody, "pk", "sk"),
        buildnow=BuildNow(nobody, "c", "s"),
        shop_address=SHOP,
        inbox=Inbox({}),
        letters=Path(),
        advance=lambda _: None,
        say=lambda _: None,
    )
    with pytest.raises(WalkFailed, match=r"create_order: the server did not answer"):
        lonely.backd_life()


def test_the_demo_is_for_a_sandbox_only(deployment: Deployment) -> None:
    done = deployment.with_settings(TENOR_ENVIRONMENT="production", TENOR_SECRET="s" * 40).run("demo", "--walk")
    assert done.returncode == 2
    assert "TENOR_ENVIRONMENT" in done.stderr
