"""Signing in by a one-time link: who gets in, who does not, and what nobody can tell."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
from bs4 import BeautifulSoup

from tenor.base import clock
from tenor.core.mail.model import Kind, Mail
from tenor.core.mail.store import latest
from tenor.core.merchants import service as merchants
from tenor.core.merchants.signin import rules, service, store
from tenor.core.merchants.signin.model import Act, Link
from tenor.faces.dashboard import doors
from tenor.faces.face import Platform
from tests.core.conftest import MakeTrade, Trade
from tests.faces.dashboard.conftest import ORIGIN, OURS, Developer, SignIn

ADDRESS = "dev@shop.example.com"


async def _known(platform: Platform, trade: Trade, address: str = ADDRESS) -> None:
    async with platform.database.transaction() as tx:
        await merchants.set_email(tx, trade.merchant.id, address)


async def _letters(platform: Platform) -> list[Mail]:
    async with platform.database.single_statement() as tx:
        return [one for one in await latest(tx, 1000) if one.kind == Kind.MERCHANT_LINK]


async def _link(platform: Platform, trade: Trade) -> Link:
    async with platform.database.transaction() as tx:
        return await service.print_link(tx, trade.merchant.id, clock.now())


def _path(platform: Platform, link: Link) -> str:
    return urlsplit(rules.link_url(OURS, platform.seal, link.merchant_id, link.id)).path


async def _used(platform: Platform, link: Link) -> bool:
    async with platform.database.single_statement() as tx:
        found = await store.find_link(tx, link.merchant_id, link.id)
    assert found is not None
    return found.used_at is not None


def _hidden(page: httpx.Response) -> dict[str, str]:
    found = BeautifulSoup(page.text, "html.parser").select("main form input[type=hidden]")
    return {str(one["name"]): str(one.get("value", "")) for one in found}


async def _press(browser: httpx.AsyncClient, path: str, **changes: str) -> httpx.Response:
    page = await browser.get(path)
    return await browser.post(urlsplit(path).path, data=_hidden(page) | changes, headers=ORIGIN)


async def test_a_merchant_asks_for_a_link_opens_it_and_is_in(
    platform: Platform, browser: httpx.AsyncClient, trade: Trade
) -> None:
    await _known(platform, trade)
    asked = await browser.post("/dashboard/sign-in?lang=ar", data={"email": " Dev@Shop.example.com "}, headers=ORIGIN)
    assert asked.status_code == 200
    (letter,) = await _letters(platform)
    assert (letter.recipient, letter.language, letter.order_id) == (ADDRESS, "ar", None)
    path = f"/dashboard/enter/{_token(platform, trade, letter)}"
    page = await browser.get(path)
    assert "Acme Fasteners" in page.text
    entered = await _press(browser, path)
    assert (entered.status_code, entered.headers["location"]) == (303, "/dashboard")
    kept = entered.headers["set-cookie"]
    assert kept.startswith("__Host-tenor_dashboard=")
    for promise in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert promise in kept
    assert "Max-Age" not in kept
    cookie = {"cookie": kept.partition(";")[0]}
    home = await browser.get("/dashboard", headers=cookie)
    assert home.status_code == 200
    left = await browser.post("/dashboard/sign-out", data=_csrf(home), headers=ORIGIN | cookie)
    assert left.status_code == 303
    assert (await browser.get("/dashboard", headers=cookie)).status_code == 303, "it ended, not only the cookie"


def _csrf(page: httpx.Response) -> dict[str, str]:
    field = BeautifulSoup(page.text, "html.parser").select_one("input[name=csrf]")
    assert field is not None
    return {"csrf": str(field["value"])}


def _token(platform: Platform, trade: Trade, letter: Mail) -> str:
    return rules.link_token(platform.seal, trade.merchant.id, UUID(letter.data["link"]))


async def test_no_secret_stands_in_the_letters_row(
    platform: Platform, browser: httpx.AsyncClient, trade: Trade
) -> None:
    await _known(platform, trade)
    await browser.post("/dashboard/sign-in", data={"email": ADDRESS}, headers=ORIGIN)
    (letter,) = await _letters(platform)
    assert set(letter.data) == {"link", "to"}
    assert _token(platform, trade, letter) not in str(letter)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_mail_scanner_that_opens_the_link_uses_nothing_up(
    platform: Platform, browser: httpx.AsyncClient, trade: Trade, method: str
) -> None:
    link = await _link(platform, trade)
    for _ in range(3):
        answer = await browser.request(method, _path(platform, link))
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
    assert not await _used(platform, link)
    assert (await _press(browser, _path(platform, link))).status_code == 303


async def test_a_link_works_once(platform: Platform, browser: httpx.AsyncClient, trade: Trade) -> None:
    link = await _link(platform, trade)
    fields = _hidden(await browser.get(_path(platform, link)))
    answers = await asyncio.gather(
        *(browser.post(_path(platform, link), data=fields, headers=ORIGIN) for _ in range(5))
    )
    assert sorted(one.status_code for one in answers) == [303, 404, 404, 404, 404]
    assert (await browser.get(_path(platform, link))).status_code == 404


async def test_a_link_expires_and_one_that_was_tampered_with_never_was(
    platform: Platform, browser: httpx.AsyncClient, trade: Trade
) -> None:
    async with platform.database.transaction() as tx:
        old = await service.print_link(tx, trade.merchant.id, clock.now() - rules.PRINTED_VALID)
    fresh = await _link(platform, trade)
    tampered = _path(platform, fresh)[:-6] + "AAAAAA"
    never = ["/dashboard/enter/x", f"/dashboard/enter/{'A' * 86}", tampered]
    pages = [await browser.get(path) for path in (_path(platform, old), *never)]
    assert {one.status_code for one in pages} == {404}
    without_switch = {one.text.split("<main")[1] for one in pages}
    assert len(without_switch) == 1, "nobody can tell one from the other"


async def test_a_link_and_a_session_end_with_the_address_that_they_came_by(
    platform: Platform, browser: httpx.AsyncClient, trade: Trade
) -> None:
    await _known(platform, trade)
    for _ in range(2):
        await browser.post("/dashboard/sign-in", data={"email": ADDRESS}, headers=ORIGIN)
    first, second = await _letters(platform)
    entered = await _press(browser, f"/dashboard/enter/{_token(platform, trade, first)}")
    cookie = {"cookie": entered.headers["set-cookie"].partition(";")[0]}
    assert (await browser.get("/dashboard", headers=cookie)).status_code == 200
    await _known(platform, trade, "successor@shop.example.com")
    assert (await browser.get("/dashboard", headers=cookie)).status_code == 303
    assert (await browser.get(f"/dashboard/enter/{_token(platform, trade, second)}")).status_code == 404


async def test_nobody_can_tell_whether_an_address_is_known(
    platform: Platform, browser: httpx.AsyncClient, trade: Trade
) -> None:
    await _known(platform, trade)
    answers = []
    for address in (ADDRESS, "nobody@shop.example.com", *[ADDRESS] * rules.LINKS_A_MERCHANT):
        answer = await browser.post("/dashboard/sign-in", data={"email": address}, headers=ORIGIN)
        answers.append((answer.status_code, answer.text.replace(address, "…"), sorted(answer.headers.keys())))
    assert all(one == answers[0] for one in answers)
    assert len(await _letters(platform)) == rules.LINKS_A_MERCHANT


async def test_an_answer_takes_as_long_whether_or_not_the_address_is_known(
    platform: Platform, browser: httpx.AsyncClient, trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    await _known(platform, trade)
    monkeypatch.setattr(doors, "ANSWER_SECONDS", 60.0)
    monkeypatch.setattr("tenor.faces.dashboard.doors.asyncio.sleep", sleep)
    for address in (ADDRESS, "nobody@shop.example.com"):
        await browser.post("/dashboard/sign-in", data={"email": address}, headers=ORIGIN)
    assert len([one for one in waited if one > 30]) == 2, "what is left of the minute is waited out"


async def test_the_form_floods_no_mailbox_and_not_all_of_them(
    platform: Platform, make_trade: MakeTrade, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "LINKS_IN_ALL", 7)
    for number in (1, 2):
        await _known(platform, await make_trade(), f"dev{number}@shop.example.com")
        await asyncio.gather(
            *(
                browser.post("/dashboard/sign-in", data={"email": f"dev{number}@shop.example.com"}, headers=ORIGIN)
                for _ in range(8)
            )
        )
    sent = [one.recipient for one in await _letters(platform)]
    assert sorted(sent) == ["dev1@shop.example.com"] * 5 + ["dev2@shop.example.com"] * 2


async def test_after_an_hour_one_may_ask_again(platform: Platform, trade: Trade) -> None:
    await _known(platform, trade)
    begin = clock.now()
    for later, letters in ((timedelta(0), 5), (timedelta(minutes=59), 5), (timedelta(minutes=61), 10)):
        async with platform.database.transaction() as tx:
            for _ in range(6):
                await service.ask(tx, ADDRESS, language="en", to="", now=begin + later)
        assert len(await _letters(platform)) == letters


async def test_every_merchant_that_shares_an_address_gets_a_letter(
    platform: Platform, make_trade: MakeTrade, browser: httpx.AsyncClient
) -> None:
    both = [await make_trade(), await make_trade()]
    for one in both:
        await _known(platform, one)
    await browser.post("/dashboard/sign-in", data={"email": ADDRESS}, headers=ORIGIN)
    assert {one.merchant_id for one in await _letters(platform)} == {one.merchant.id for one in both}


@pytest.mark.parametrize(
    "typed", ["", "nobody", "a@b", "a b@shop.example.com", "\x00", "a@shop.example.com\nBcc: b@c.de"]
)
async def test_what_is_no_address_is_told_so(platform: Platform, browser: httpx.AsyncClient, typed: str) -> None:
    answer = await browser.post("/dashboard/sign-in", data={"email": typed}, headers=ORIGIN)
    assert answer.status_code == 422
    assert "Enter an e-mail address" in answer.text


async def test_the_letter_leads_back_to_the_page_that_was_asked_for(
    platform: Platform, browser: httpx.AsyncClient, trade: Trade
) -> None:
    await _known(platform, trade)
    sent_away = await browser.get("/dashboard/deliveries")
    assert sent_away.headers["location"] == "/dashboard/sign-in?to=%2Fdashboard%2Fdeliveries"
    form = _hidden(await browser.get(sent_away.headers["location"]))
    await browser.post("/dashboard/sign-in", data=form | {"email": ADDRESS}, headers=ORIGIN)
    (letter,) = await _letters(platform)
    to = letter.data["to"]
    assert to == "/dashboard/deliveries"
    entered = await _press(browser, f"/dashboard/enter/{_token(platform, trade, letter)}?to={to}")
    assert entered.headers["location"] == to


@pytest.mark.parametrize(
    "to", ["https://evil.example.com", "//evil.example.com", "/desk", "/dashboard/../desk", "/x\n"]
)
async def test_nobody_is_led_astray_by_the_address(
    platform: Platform, browser: httpx.AsyncClient, trade: Trade, to: str
) -> None:
    entered = await _press(browser, _path(platform, await _link(platform, trade)), to=to)
    assert entered.headers["location"] == "/dashboard"


async def test_forms_from_elsewhere_do_nothing(platform: Platform, browser: httpx.AsyncClient, trade: Trade) -> None:
    await _known(platform, trade)
    link = await _link(platform, trade)
    fields = _hidden(await browser.get(_path(platform, link)))
    for origin in ({}, {"origin": "null"}, {"origin": "https://evil.example.com"}):
        for path, form in (("/dashboard/sign-in", {"email": ADDRESS}), (_path(platform, link), fields)):
            assert (await browser.post(path, data=form, headers=origin)).status_code == 403
    unstamped = await browser.post(_path(platform, link), data={"csrf": "AAAA"}, headers=ORIGIN)
    assert unstamped.status_code == 403
    assert await _letters(platform) == []
    assert not await _used(platform, link)


@pytest.mark.parametrize(
    ("idle", "old", "open_"),
    [(59, 11 * 60, True), (61, 11 * 60, False), (1, 12 * 60 + 1, False)],
)
async def test_a_session_ends_after_an_idle_hour_and_after_twelve(
    platform: Platform, developer: Developer, idle: int, old: int, open_: bool
) -> None:
    now = clock.now()
    async with platform.database.transaction() as tx:
        await tx.execute(
            "UPDATE merchant_sessions SET seen_at = $1, created_at = $2",
            now - timedelta(minutes=idle), now - timedelta(minutes=old),
        )  # fmt: skip
    answer = await developer.get("")
    assert answer.status_code == (200 if open_ else 303)
    if not open_:
        assert "ended" in answer.headers["location"]


async def test_signing_out_everywhere_ends_every_session_and_link_of_this_merchant_alone(
    platform: Platform, developer: Developer, sign_in: SignIn, make_trade: MakeTrade
) -> None:
    colleague, stranger = await sign_in(developer.trade), await sign_in(await make_trade())
    link = await _link(platform, developer.trade)
    assert "Browser 1" in (await developer.get("/access")).text
    assert (await developer.post("/sign-out-everywhere")).status_code == 303
    assert [(await one.get("")).status_code for one in (developer, colleague, stranger)] == [303, 303, 200]
    assert (await developer.browser.get(_path(platform, link))).status_code == 404
    assert (await developer.did())[0] == Act.SIGNED_OUT_EVERYWHERE


async def test_a_token_is_kept_as_a_hash_alone(platform: Platform, developer: Developer) -> None:
    async with platform.database.single_statement() as tx:
        kept = str([dict(row) for row in await tx.fetch("SELECT * FROM merchant_sessions")])
    assert developer.token not in kept


async def test_a_stranger_with_half_a_token_is_nobody(developer: Developer) -> None:
    for token in ("", "x", developer.token[:-1], developer.token[:22] + "A" * 43, "A" * 64):
        cookie = {"cookie": f"__Host-tenor_dashboard={token}"}
        assert (await developer.browser.get("/dashboard", headers=cookie)).status_code == 303


async def test_old_links_and_sessions_are_forgotten_and_acts_are_not(platform: Platform, developer: Developer) -> None:
    async with platform.database.transaction() as tx:
        assert await store.forget_old(tx, clock.now() - service.KEPT) == 0
        assert await store.forget_old(tx, clock.now() + timedelta(seconds=1)) == 2
    assert await developer.did() == [Act.SIGNED_IN]
