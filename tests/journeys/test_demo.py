"""`tenor demo`: what it prints works as pasted, its shop sells, and it leaves nothing behind."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from tenor.demo.calls import Server
from tests.journeys.buyer import Buyer
from tests.journeys.deployment import Deployment, Program, free_port, until


class Demo:
    """A demo that has printed what to try."""

    def __init__(self, program: Program, home: Path) -> None:
        program.says("Ctrl-C stops everything")
        self.program = program
        self.home = home
        self.shop = Server(self._address("The demo shop"))
        self.tenor = Server(self._address("Tenor"))

    def _address(self, name: str) -> str:
        found = re.search(rf"^{name} +(http://127\.0\.0\.1:\d+)/?$", self.program.said, re.MULTILINE)
        assert found, self.program.said
        return found[1]

    @property
    def pastes(self) -> list[str]:
        """The two commands for the shell, as somebody would copy them."""
        said = self.program.said
        backd = re.search(r"^curl .*?json\.tool$", said, re.MULTILINE | re.DOTALL)
        buildnow = re.search(r"^TOKEN=.*?json\.tool$", said, re.MULTILINE | re.DOTALL)
        assert backd, said
        assert buildnow, said
        return [backd[0], buildnow[0]]

    def listens(self) -> bool:
        """Whether anything of it still listens."""
        return any(_listens(server) for server in (self.shop, self.tenor))


def _listens(server: Server) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(server.address).port or 0)) == 0


@pytest.fixture
def demo(deployment: Deployment) -> Iterator[Demo]:
    with deployment.running("demo", "--port", str(free_port())) as program:
        yield Demo(program, deployment.home)


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl to paste to")
def test_both_commands_work_as_pasted_and_so_does_the_link_that_comes_back(demo: Demo) -> None:
    answers = []
    for paste in demo.pastes:
        done = subprocess.run(["bash", "-c", paste], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        assert done.stdout.endswith("}\n")
        answers.append(json.loads(done.stdout))

    backd, buildnow = answers
    assert backd["message"] == "Initialize Merchant Success"
    assert buildnow["status"] == "created"
    buyer = Buyer(demo.tenor, demo.home)
    assert buyer.opens(backd["data"]["customer_url"]).status == 200
    thanks = demo.shop.page(_below(buyer.arrives(backd["data"]["customer_url"])))
    assert "order_placed" in thanks.body.decode()
    back = demo.shop.page(_below(buyer.arrives(buildnow["checkout_url"])))
    assert "approved" in back.body.decode()


def _below(url: str) -> str:
    at = urlsplit(url)
    return f"{at.path}?{at.query}"


def test_the_shop_sells_ships_and_refunds_by_forms_alone(demo: Demo) -> None:
    shelves = demo.shop.page("/").body.decode()
    assert "<script" not in shelves
    assert shelves.count("Pay later with Tenor") == 2
    assert demo.shop.page("/shop.css").headers["content-type"].startswith("text/css")

    sent_away = demo.shop.submit("/backd/pay", [("CEM-425", "100")])
    assert sent_away.status == 303
    thanks = _below(Buyer(demo.tenor, demo.home).arrives(sent_away.headers["location"]))
    order_id = re.findall(r"backd_order_id=(BO-[0-9A-Z-]+)", thanks)[0]
    assert "Confirm (ship)" in demo.shop.page(thanks).body.decode()
    # Asking for the page again must not stumble over an order that was acknowledged before.
    assert demo.shop.page(thanks).status == 200

    assert demo.shop.submit("/backd/ship", [("backd_order_id", order_id)]).status == 303
    assert "Refund half" in demo.shop.page(thanks).body.decode()
    refunded = demo.shop.submit("/backd/refund", [("backd_order_id", order_id)])
    page = demo.shop.page(refunded.headers["location"]).body.decode()
    assert "828.76 USD" in page
    assert "approved" in page

    sent_away = demo.shop.submit("/buildnow/pay", [("NBM-REB-16", "5")])
    back = demo.shop.page(_below(Buyer(demo.tenor, demo.home).arrives(sent_away.headers["location"]))).body.decode()
    assert "approved" in back
    assert "purchase_placed" in back


def test_what_strangers_put_into_addresses_and_forms_is_shown_as_text(demo: Demo) -> None:
    script = "<script>alert(1)</script>"

    closed = demo.shop.page(f"/backd/closed?{urlencode({'message': script})}")
    unknown = demo.shop.page(f"/backd/thanks?{urlencode({'backd_order_id': f'../{script}'})}")
    no_number = demo.shop.submit("/backd/pay", [("CEM-425", script)])
    nothing = demo.shop.submit("/buildnow/pay", [])

    assert closed.status == 200
    assert "&lt;script&gt;" in closed.body.decode()
    assert [unknown.status, no_number.status, nothing.status] == [400, 400, 400]
    for page in (closed, unknown, no_number, nothing):
        assert script not in page.body.decode()
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "Tenor answered 400" in unknown.body.decode()
    assert "Choose at least one product" in nothing.body.decode()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_everything_when_told(demo: Demo, how: signal.Signals) -> None:
    demo.program.send(how)
    assert demo.program.ended(within=15) == 0
    assert not demo.listens()


def test_a_demo_that_is_killed_leaves_no_server_on_its_port(demo: Demo) -> None:
    demo.program.send(signal.SIGKILL)
    demo.program.ended()
    until(lambda: not demo.listens(), "the ports are free", within=15)


def test_two_demos_side_by_side_share_merchants_and_take_ports_of_their_own(demo: Demo, deployment: Deployment) -> None:
    taken = urlsplit(demo.tenor.address).port
    with deployment.running("demo", "--port", str(taken)) as program:
        second = Demo(program, deployment.home)
        assert f"Port {taken} is taken; Tenor takes " in program.said
        addresses = {demo.shop.address, demo.tenor.address, second.shop.address, second.tenor.address}
        assert len(addresses) == 4
        assert second.shop.submit("/backd/pay", [("CEM-425", "1")]).status == 303
        assert len(deployment.answers("merchant", "list", "--json")) == 2
