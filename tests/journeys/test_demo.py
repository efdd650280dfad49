"""`tenor demo`: what it prints works as pasted, its shop sells, and it leaves nothing behind."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from bs4 import BeautifulSoup

from tenor.demo import buyer, forms
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
    anybody = Buyer(demo.tenor, demo.home)
    assert anybody.opens(backd["data"]["customer_url"]).status == 200
    thanks = demo.shop.page(_below(anybody.arrives(backd["data"]["customer_url"])))
    assert "order_placed" in thanks.body.decode()
    back = demo.shop.page(_below(anybody.arrives(buildnow["checkout_url"])))
    assert "approved" in back.body.decode()


def _below(url: str) -> str:
    at = urlsplit(url)
    return f"{at.path}?{at.query}"


def test_the_shop_sells_ships_and_refunds_by_forms_alone(demo: Demo) -> None:
    both = demo.shop.page("/").body.decode()
    assert "<script" not in both
    assert 'href="/backd/"' in both
    assert 'href="/buildnow/"' in both
    assert demo.shop.page("/static/shop.css").headers["content-type"].startswith("text/css")
    [shelves] = forms.read(demo.shop.page("/backd/").body.decode(), "/backd/")
    cart = demo.shop.page(f"{shelves.action}?{urlencode(shelves.filled(**{'CEM-425': '100'}))}")
    [pay] = forms.read(cart.body.decode(), shelves.action)
    assert pay.action == "/backd/pay"
    assert pay.kept["CEM-425"] == "100"

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
    assert "$828.76" in page
    assert "Approved" in page

    sent_away = demo.shop.submit("/buildnow/pay", [("NBM-REB-16", "40")])
    assert sent_away.headers["location"].endswith("?lang=ar")
    back = demo.shop.page(_below(Buyer(demo.tenor, demo.home).arrives(sent_away.headers["location"]))).body.decode()
    assert 'dir="rtl"' in back
    assert "approved" in back
    assert "purchase_placed" in back


def test_the_link_is_mailed_when_the_buyer_asks_for_it(demo: Demo) -> None:
    asked = demo.shop.submit("/backd/pay", [("CEM-425", "100"), ("email", "omar@olaya.example.com"), ("way", "mail")])
    assert asked.status == 303
    page = demo.shop.page(asked.headers["location"]).body.decode()
    assert "omar@olaya.example.com" in page
    assert f"{demo.tenor.address}/sandbox/mail" in page
    until(lambda: "omar@olaya.example.com" in demo.tenor.page("/sandbox/mail").body.decode(), "the letter is written")


def _events(demo: Demo, address: str) -> list[tuple[str, bool, str]]:
    """The events on a page of the shop: type, whether its signature was right, and all of its words."""
    page = BeautifulSoup(demo.shop.page(address).body, "html.parser")
    found = []
    for one in page.select(".event"):
        head = one.select_one(".event-head")
        code = head.select_one("code") if head else None
        assert code is not None
        found.append((code.get_text(), "unverified" not in (one.get("class") or ()), one.get_text(" ", strip=True)))
    return found


def _heard(demo: Demo, address: str, *types: str) -> None:
    until(lambda: [one[0] for one in _events(demo, address)] == list(types), f"{types} stand on {address}")


def test_the_shop_shows_each_event_as_it_arrives_and_handles_a_replay_once(demo: Demo, deployment: Deployment) -> None:
    sent_away = demo.shop.submit("/backd/pay", [("CEM-425", "100")])
    thanks = _below(Buyer(demo.tenor, demo.home).arrives(sent_away.headers["location"]))
    demo.shop.page(thanks)
    _heard(demo, thanks, "order.created", "order.terms_selected", "order.placed")
    order_id = re.findall(r"backd_order_id=(BO-[0-9A-Z-]+)", thanks)[0]
    demo.shop.submit("/backd/ship", [("backd_order_id", order_id)])
    _heard(demo, thanks, "order.created", "order.terms_selected", "order.placed", "order.confirmed")
    assert all(verified for _, verified, _ in _events(demo, thanks))
    assert [words[0] for _, _, words in _events(demo, thanks)] == ["1", "2", "3", "4"]

    sent_away = demo.shop.submit("/buildnow/pay", [("NBM-REB-16", "40")])
    back = _below(Buyer(demo.tenor, demo.home).arrives(sent_away.headers["location"]))
    _heard(demo, back, "purchase_placed", "purchase_approved")

    merchants = deployment.answers("merchant", "list", "--json")
    harbor = next(one["name"] for one in merchants if one["flow"] == "backd")
    [endpoint] = deployment.answers("webhook", "list", harbor, "--json")
    newest = deployment.answers("webhook", "show", harbor, endpoint["id"], "--json")["deliveries"][0]
    deployment.succeeds("webhook", "replay", harbor, newest["id"])
    until(lambda: "Came 1 more time: handled once" in _events(demo, thanks)[-1][2], "the replay is recognised")
    assert len(_events(demo, thanks)) == 4


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("approved at once", "order.terms_selected"),
        ("declined", "order.declined"),
        ("waits for the desk", "order.under_review"),
    ],
)
def test_the_printed_numbers_do_what_they_say(demo: Demo, words: str, told: str) -> None:
    printed = re.search(rf"^  {words} +(\S+) +(\S+) +(\S+)$", demo.program.said, re.MULTILINE)
    assert printed, demo.program.said
    sent_away = demo.shop.submit("/backd/pay", [("CEM-425", "100")])
    buyer.Buyer(
        demo.tenor, demo.home / "mail", "olaya@olaya.example.com", "Olaya Builders", registration_number=printed[1]
    ).accepts(sent_away.headers["location"], "net60")
    until(lambda: told in [one[0] for one in _events(demo, "/log")], f"the shop hears {told}")


def test_whom_the_demo_prints_may_sign_in_at_the_desk(demo: Demo) -> None:
    people = re.findall(r"^  (\S+@desk\.example\.com) +(\S+)\n  (\S+ -c '.*')$", demo.program.said, re.MULTILINE)
    assert len(people) == 2
    for email, password, command in people:
        code = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout.strip()
        with httpx.Client(base_url=demo.tenor.address, follow_redirects=True) as browser:
            door = browser.get("/desk")
            form = forms.read(door.text, str(door.url))[0]
            fields = dict(form.filled(email=email, password=password, code=code))
            inside = browser.post(form.action, data=fields, headers={"Origin": demo.tenor.address})
            assert inside.status_code == 200
            assert "/desk" in str(inside.url)
            assert browser.get("/desk").url.path == "/desk"


def test_what_nobody_signed_is_shown_as_such_and_changes_nothing(demo: Demo) -> None:
    body = json.dumps({"type": "order.confirmed", "number": 4, "data": {"reference": "<b>HS-1</b>"}}).encode()
    headers = {"webhook-id": "evt_1", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}
    assert demo.shop.call("POST", "/backd/webhooks", headers, body).status == 401
    assert demo.shop.call("POST", "/buildnow/webhooks", {}, b"nonsense").status == 401
    assert demo.shop.call("POST", "/buildnow/webhooks", {}, b" " * 1_100_000).status == 413

    events = _events(demo, "/log")
    assert [verified for _, verified, _ in events] == [False, False]
    assert "<b>HS-1</b>" in events[1][2]
    assert "Not signed by Tenor" in events[1][2]


def test_who_waits_for_news_is_told_as_soon_as_there_is_some(demo: Demo) -> None:
    known = demo.shop.page("/log/wait?version=-").json()["version"]
    with ThreadPoolExecutor(1) as beside:
        waiting = beside.submit(demo.shop.page, f"/log/wait?version={known}")
        assert demo.shop.submit("/backd/pay", [("CEM-425", "100")]).status == 303
        assert waiting.result(timeout=15).json()["version"] == known + 1


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
    assert "Tenor answered" in unknown.body.decode()
    assert "the quantity must be a whole number" in no_number.body.decode()
    assert "اختر منتجًا واحدًا على الأقل" in nothing.body.decode()


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


def test_the_demo_prints_a_link_to_each_merchants_own_pages(demo: Demo) -> None:
    links = re.findall(r"^  (\S.* \(demo\))\n  (http\S+/dashboard/enter/\S+)$", demo.program.said, re.MULTILINE)
    assert len(links) == 2
    for name, link in links:
        with httpx.Client(follow_redirects=True) as browser:
            door = browser.get(link)
            assert name in door.text
            (csrf,) = re.findall(r'name="csrf" value="([^"]+)"', door.text)
            origin = {"origin": str(door.url.copy_with(raw_path=b"/")).rstrip("/")}
            inside = browser.post(link, data={"csrf": csrf}, headers=origin)
        assert (inside.status_code, inside.url.path) == (200, "/dashboard")
