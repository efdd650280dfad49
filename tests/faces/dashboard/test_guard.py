"""Every page, for nobody, and for a merchant that asks for what is another's."""

from __future__ import annotations

import re
from uuid import uuid4

import httpx
from starlette.routing import Route

from tenor.core.deliveries.model import Delivery
from tenor.core.events.model import event_id
from tenor.faces.dashboard import face
from tenor.faces.dashboard.guard import Guarded, Open
from tenor.faces.face import Platform
from tests.core.conftest import MakeTrade, Trade
from tests.core.deliveries.conftest import Post
from tests.faces.dashboard.conftest import ORIGIN, Developer
from tests.receiver import Behaviour, Receiver, answering

OPEN = {"/dashboard/static/{name}", "/dashboard/sign-in", "/dashboard/enter/{token}"}


def _routes(platform: Platform) -> list[Route]:
    return [one for one in face.routes(platform) if isinstance(one, Route)]


def _guarded(platform: Platform) -> list[tuple[str, str]]:
    """Path and method of everything behind the guard."""
    return [
        (one.path.removeprefix("/dashboard"), method)
        for one in _routes(platform)
        if isinstance(one.app, Guarded)
        for method in sorted(one.app.methods)
    ]


def test_a_page_is_guarded_or_one_of_the_few_that_are_open(platform: Platform) -> None:
    for one in _routes(platform):
        assert isinstance(one.app, Guarded) or (isinstance(one.app, Open) and one.path in OPEN), one.path


async def test_who_is_not_signed_in_is_asked_to_wherever_it_is(platform: Platform, browser: httpx.AsyncClient) -> None:
    for path, method in _guarded(platform):
        concrete = re.sub(r"\{[^}]*\}", str(uuid4()), f"/dashboard{path}")
        answer = await browser.request(method, concrete, headers=ORIGIN)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/dashboard/sign-in"), path


async def test_what_is_another_merchants_looks_like_what_does_not_exist(
    platform: Platform, developer: Developer, make_trade: MakeTrade, post: Post, receiver: Receiver
) -> None:
    theirs = await make_trade()
    foreign = Post(theirs.database, theirs.merchant.id, post.clock, post.outbound)
    endpoint = await foreign.endpoint(receiver.url)
    order = await theirs.create()
    await foreign.drain()
    (delivery,) = await foreign.deliveries(endpoint.lane)
    heard = len(receiver.heard)
    named = {"/deliveries": str(delivery.id), "/endpoints": str(endpoint.id), "/events": event_id(order.id, 1)}
    tried = 0
    for path, method in _guarded(platform):
        prefix = next((one for one in named if path.startswith(f"{one}/{{")), None)
        if prefix is None:
            continue
        for name in (named[prefix], str(uuid4()), "x"):
            concrete = re.sub(r"\{[^}]*\}", name, path)
            query = {"since": "2026-04-15T12:00"} if concrete.endswith("/replay") else {}
            if method == "POST":
                answer = await developer.post(concrete, generation="1", **query)
            else:
                answer = await developer.get(concrete, **query)
            assert answer.status_code == 404, (method, concrete, answer.text)
            tried += 1
    assert tried == 3 * 11, "three pages of a delivery, seven of an endpoint, one of an event"
    assert await developer.did() == ["signed_in"]
    await foreign.drain()
    assert len(receiver.heard) == heard
    assert (await foreign.fresh(endpoint)) == endpoint


async def test_lists_are_of_the_own_rows_alone(
    developer: Developer, make_trade: MakeTrade, post: Post, receiver: Receiver
) -> None:
    theirs = await make_trade()
    foreign = Post(theirs.database, theirs.merchant.id, post.clock, post.outbound)
    endpoint = await foreign.endpoint(receiver.url)
    order = await theirs.create(theirs.new(reference="PO-THEIRS"))
    await foreign.drain()
    for path in ("", "/deliveries", "/events", "/access"):
        assert "PO-THEIRS" not in (await developer.get(path)).text
    for path, query in (
        ("/deliveries", {"order": "PO-THEIRS"}),
        ("/deliveries", {"order": str(order.id)}),
        ("/deliveries", {"endpoint": str(endpoint.id)}),
        ("/events", {"order": str(order.id)}),
    ):
        page = (await developer.get(path, **query)).text
        assert str(endpoint.id) not in page.split("</form>")[-1]
        assert "order.created</bdi></a>" not in page


async def test_a_letter_to_a_buyer_is_never_shown(developer: Developer, trade: Trade) -> None:
    order = await trade.sold(email="buyer@northwind.example.com")
    async with trade.database.single_statement() as tx:
        letters = [row["id"] for row in await tx.fetch("SELECT id FROM deliveries WHERE letter IS NOT NULL")]
    assert letters, "there is mail to the buyer"
    await developer.endpoint()
    for path in ("", "/deliveries", f"/deliveries?order={order.id}", "/events", f"/events/{event_id(order.id, 1)}"):
        page = (await developer.get(path)).text
        assert "northwind" not in page.lower()
        assert not any(str(one) in page for one in letters)
    for one in letters:
        assert (await developer.get(f"/deliveries/{one}")).status_code == 404
        assert (await developer.post(f"/deliveries/{one}")).status_code == 404


async def test_a_form_without_the_stamp_of_its_session_does_nothing(
    platform: Platform, developer: Developer, browser: httpx.AsyncClient
) -> None:
    endpoint = await developer.endpoint()
    for path, method in _guarded(platform):
        if method != "POST":
            continue
        concrete = f"/dashboard{path}".replace("{id}", str(endpoint.id)).replace("{rest:path}", "x")
        for headers, csrf in (
            (ORIGIN, ""),
            (ORIGIN, "AAAA"),
            ({}, developer.csrf),
            ({"origin": "https://evil.example.com"}, developer.csrf),
        ):
            answer = await browser.post(concrete, data={"csrf": csrf}, headers=developer.cookie | headers)
            assert answer.status_code == 403, (path, headers, csrf)
    assert await developer.did() == ["signed_in"]
    assert (await developer.get("")).status_code == 200


async def test_every_answer_forbids_frames_scripts_and_caches(
    platform: Platform, developer: Developer, browser: httpx.AsyncClient
) -> None:
    answers = [
        await developer.get(""),
        await developer.get("/nowhere"),
        await browser.get("/dashboard"),
        await browser.get("/dashboard/sign-in"),
        await browser.put("/dashboard/sign-in"),
    ]
    assert [one.status_code for one in answers] == [200, 404, 303, 200, 405]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-store"
        assert "<script" not in answer.text
    style = re.search(r'href="([^"]+\.css)"', answers[0].text)
    assert style is not None
    assert (await browser.get(style[1])).status_code == 200


async def test_what_others_wrote_is_text(developer: Developer, post: Post, receiver: Receiver) -> None:
    evil = '<img src=x onerror="alert(1)">'
    endpoint = await post.endpoint(receiver.url)
    receiver.behave = _saying(evil.encode())
    await developer.trade.create(developer.trade.new(reference=evil))
    await post.drain()
    (delivery,) = await post.deliveries(endpoint.lane)
    for path in ("", "/deliveries", f"/deliveries?order={evil}", f"/deliveries/{delivery.id}", "/events"):
        page = (await developer.get(path)).text
        assert "<img" not in page, path
    assert "&lt;img" in (await developer.get(f"/deliveries/{delivery.id}")).text


def _saying(body: bytes) -> Behaviour:
    return answering(b"HTTP/1.1 500 Oops\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


def test_a_delivery_of_the_core_names_no_reader() -> None:
    assert "recipient" not in Delivery.__struct_fields__
