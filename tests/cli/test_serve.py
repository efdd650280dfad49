"""`tenor serve`, `tenor worker` and how they start."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from tenor.demo import catalogue
from tenor.demo.catalogue import HARBOR
from tests.journeys.buyer import Buyer
from tests.journeys.deployment import SHOP, Deployment, free_port, until


@pytest.mark.parametrize("command", [["serve"], ["worker"], ["merchant", "list"]])
def test_a_wrong_setting_stops_the_start_with_a_sentence_that_names_it(
    deployment: Deployment, command: list[str]
) -> None:
    done = deployment.with_settings(TENOR_SWEEP_SECONDS="0").run(*command)
    assert done.returncode == 2
    assert done.stderr.startswith("tenor: TENOR_SWEEP_SECONDS is wrong: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_database_that_is_not_migrated_is_not_served_until_told(empty_database_url: str, tmp_path: Path) -> None:
    deployment = Deployment(tmp_path, empty_database_url)
    refused = deployment.run("serve", "--port", str(free_port()))
    assert refused.returncode == 2
    assert "run `tenor migrate`" in refused.stderr

    with deployment.serving("--migrate") as served:
        assert served.server.page("/healthz").status == 200


def test_a_database_that_is_away_is_told_in_a_sentence(tmp_path: Path) -> None:
    url = f"postgresql://tenor:open-sesame@127.0.0.1:{free_port()}/tenor"
    done = Deployment(tmp_path, url).run("serve", "--port", str(free_port()))
    assert done.returncode == 2
    assert done.stderr.startswith("tenor: ")
    assert "tenor doctor" in done.stderr
    assert "open-sesame" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_port_that_is_taken_is_told_in_a_sentence(deployment: Deployment, workers: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        done = deployment.run("serve", "--port", str(port), "--workers", workers)
    assert done.returncode == 2
    assert done.stderr == f"tenor: --host 127.0.0.1 --port {port} can not be listened on: address already in use.\n"


def test_the_embedded_database_is_stopped_with_the_server_that_used_it(tmp_path: Path) -> None:
    deployment = Deployment(tmp_path / "home")
    (tmp_path / "home").mkdir()
    with deployment.serving() as served:
        # A command beside the running server joins its database.
        deployment.succeeds("merchant", "create", "--name", "Acme", "--country", "US", "--currency", "USD")
        served.program.send(signal.SIGTERM)
        assert served.program.ended() == 0
    log = (tmp_path / "home" / "postgres" / "server.log").read_text()
    assert log.rstrip().endswith("database system is shut down")
    assert len(deployment.answers("merchant", "list", "--json")) == 1


def test_the_worker_alone_does_what_a_server_without_worker_leaves_undone(deployment: Deployment) -> None:
    keys = deployment.merchant()
    with deployment.serving("--no-worker") as served:
        api = served.backd(keys)
        order = api.create_order(catalogue.backd_order(catalogue.usual(HARBOR), "W-1", SHOP))
        order_id = order["backd_order_id"]
        with deployment.running("worker") as worker:
            # The buyer needs a letter, and a server without a worker sends none.
            worker.says("worker is ready")
            Buyer(served.server, deployment.home).arrives(order["customer_url"])
        api.order_placed(order_id, "W-1")
        api.confirm_order(order_id)
        api.refund(order_id, "W-1", Decimal("55.12"))
        deployment.advance(keys, timedelta(days=4))
        assert api.find_order(order_id)["refunds"][0]["status"] == "approved"

        with deployment.running("worker") as worker:
            worker.says("worker is ready")
            until(lambda: api.find_order(order_id)["refunds"][0]["status"] == "executed", "the refund is executed")
            worker.send(signal.SIGTERM)
            assert worker.ended() == 0
    deployment.succeeds("ledger", "check")


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_a_request_that_waits_for_events_gets_its_empty_answer_when_the_server_is_told_to_end(
    deployment: Deployment, ending: signal.Signals
) -> None:
    keys = deployment.merchant()
    with deployment.serving() as served:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{served.port}", timeout=60) as client:
            credentials = (keys["public_key"], keys["secret_key"])
            assert (await client.get("/v1/events", auth=credentials)).json()["events"] == []
            polling = asyncio.create_task(client.get("/v1/events", params={"wait": 30}, auth=credentials))
            await asyncio.sleep(1)
            assert not polling.done()
            told = time.monotonic()
            served.program.send(ending)
            answer = await asyncio.wait_for(polling, 20)
        await asyncio.to_thread(served.program.ended)
        took = time.monotonic() - told
    assert (answer.status_code, answer.json()) == (200, {"events": [], "next": None, "more": False})
    # Far below the 30 seconds that were asked for; usually it is half a second.
    assert took < 15
