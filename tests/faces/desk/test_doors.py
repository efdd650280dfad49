"""Signing in, setting up, signing out; and a browser that is led astray."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import msgspec
import pyotp
import pytest
from bs4 import BeautifulSoup, Tag
from starlette.applications import Starlette

from tenor.base import clock
from tenor.core.staff import rules, service, signin
from tenor.core.staff.model import OPERATOR, Role, Staff
from tenor.faces.desk import face
from tenor.faces.face import Platform
from tests.faces.desk.conftest import DESK, Hire

PASSWORD = "a sentence with spaces  "
ORIGIN = {"origin": DESK}


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signin, "REFUSAL_SECONDS", 0.0)


async def _invited(platform: Platform, email: str = "noor@example.com") -> tuple[Staff, str]:
    async with platform.database.transaction() as tx:
        return await service.create(
            tx, platform.seal, OPERATOR, name="Noor <b>", email=email, role="support", now=clock.now()
        )


def _code(platform: Platform, staff: Staff, steps: int = 0) -> str:
    secret = rules.totp_secret(platform.seal, staff.id, staff.totp_generation)
    return pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=30 * steps))


def _hidden(page: httpx.Response) -> dict[str, str]:
    found = BeautifulSoup(page.text, "html.parser").select("main form input[type=hidden]")
    return {str(one["name"]): str(one.get("value", "")) for one in found if isinstance(one, Tag)}


async def _set_up(platform: Platform, browser: httpx.AsyncClient) -> Staff:
    staff, secret = await _invited(platform)
    page = await browser.get(f"/desk/set-up/{secret}")
    fields = {**_hidden(page), "password": PASSWORD, "again": PASSWORD, "code": _code(platform, staff, -1)}
    answer = await browser.post(f"/desk/set-up/{secret}", data=fields, headers=ORIGIN)
    assert answer.status_code == 303, answer.text
    return staff


async def test_a_member_sets_up_signs_in_and_signs_out(platform: Platform, browser: httpx.AsyncClient) -> None:
    staff = await _set_up(platform, browser)
    given = {"email": staff.email, "password": PASSWORD, "code": _code(platform, staff)}
    entered = await browser.post("/desk/sign-in", data={**given, "to": "/desk/search"}, headers=ORIGIN)
    assert (entered.status_code, entered.headers["location"]) == (303, "/desk/search")
    kept = entered.headers["set-cookie"]
    assert kept.startswith("__Host-tenor_desk=")
    for promise in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
        assert promise in kept
    home = await browser.get("/desk")
    assert home.status_code == 200
    left = await browser.post("/desk/sign-out", data={"csrf": _csrf(home)}, headers=ORIGIN)
    assert left.status_code == 303
    cookie = {"cookie": kept.partition(";")[0]}
    assert (await browser.get("/desk", headers=cookie)).status_code == 303, "the session has ended, not only the cookie"


def _csrf(page: httpx.Response) -> str:
    field = BeautifulSoup(page.text, "html.parser").select_one("input[name=csrf]")
    assert field is not None
    return str(field["value"])


async def test_every_refusal_is_the_same_to_the_byte(platform: Platform, browser: httpx.AsyncClient) -> None:
    staff = await _set_up(platform, browser)
    right = {"email": staff.email, "password": PASSWORD, "code": _code(platform, staff)}
    refused = [
        await browser.post("/desk/sign-in", data=right | changed, headers=ORIGIN)
        for changed in (
            {"email": "nobody@example.com"},
            {"password": "not the password"},
            {"code": "000000"},
            {"email": "", "password": "", "code": ""},
            {"email": "\x00", "password": "\udcff".encode("utf-8", "surrogatepass").decode("latin-1")},
        )
    ]
    async with platform.database.transaction() as tx:
        await service.lock(tx, OPERATOR, staff.email, clock.now())
    refused.append(await browser.post("/desk/sign-in", data=right, headers=ORIGIN))
    assert {(one.status_code, one.content, str(sorted(one.headers.items()))) for one in refused} == {
        (401, refused[0].content, str(sorted(refused[0].headers.items())))
    }


async def test_the_set_up_page_shows_the_square_and_changes_nothing(
    platform: Platform, browser: httpx.AsyncClient
) -> None:
    staff, secret = await _invited(platform)
    first, second = await browser.get(f"/desk/set-up/{secret}"), await browser.get(f"/desk/set-up/{secret}")
    assert first.status_code == second.status_code == 200
    assert first.content == second.content
    assert "<svg" in first.text
    assert rules.totp_secret(platform.seal, staff.id, 1) in first.text
    assert "<b>" not in first.text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"password": "short", "again": "short"}, "12 to 1000"),
        ({"again": "another password"}, "not the same"),
        ({"code": "000000"}, "not the one"),
        ({"csrf": "AAAA"}, "not ours"),
    ],
)
async def test_a_set_up_that_goes_wrong_says_what_and_can_be_done_again(
    platform: Platform, browser: httpx.AsyncClient, changed: dict[str, str], said: str
) -> None:
    staff, secret = await _invited(platform)
    page = await browser.get(f"/desk/set-up/{secret}")
    fields = {**_hidden(page), "password": PASSWORD, "again": PASSWORD, "code": _code(platform, staff)} | changed
    answer = await browser.post(f"/desk/set-up/{secret}", data=fields, headers=ORIGIN)
    assert answer.status_code == 422
    assert said in answer.text
    assert (await browser.get(f"/desk/set-up/{secret}")).status_code == 200


async def test_a_used_set_up_link_looks_like_one_that_never_was(platform: Platform, browser: httpx.AsyncClient) -> None:
    _, secret = await _invited(platform)
    async with platform.database.transaction() as tx:
        await service.lock(tx, OPERATOR, "noor@example.com", clock.now())
    used, none = await browser.get(f"/desk/set-up/{secret}"), await browser.get("/desk/set-up/nonsense")
    assert (used.status_code, used.content) == (none.status_code, none.content)
    assert used.status_code == 404


@pytest.mark.parametrize(
    "to", ["https://evil.example.com", "//evil.example.com", "/desk/../x", "/desk//evil", "javascript:1"]
)
async def test_nobody_is_led_to_another_site_after_the_sign_in(browser: httpx.AsyncClient, to: str) -> None:
    page = await browser.get("/desk/sign-in", params={"to": to})
    assert _hidden(page)["to"] == ""


async def test_a_form_from_another_site_is_refused_and_does_nothing(browser: httpx.AsyncClient, hire: Hire) -> None:
    clerk = await hire()
    for headers in (
        {},
        {"origin": "https://evil.example.com"},
        {"origin": "null"},
        {"origin": "https://pay.example.com:444"},
    ):
        answer = await browser.post("/desk/sign-out", data={"csrf": clerk.csrf}, headers={**clerk.cookie, **headers})
        assert answer.status_code == 403
    assert (await clerk.get("")).status_code == 200


async def test_a_form_without_this_sessions_stamp_is_refused(hire: Hire) -> None:
    clerk, other = await hire(), await hire()
    for stamp in ("", "x", other.csrf, clerk.csrf[:-2]):
        assert (await clerk.post("/sign-out", csrf=stamp)).status_code == 403
    assert (await clerk.get("")).status_code == 200


async def test_an_own_session_is_ended_and_nobody_elses(hire: Hire, platform: Platform) -> None:
    clerk, other = await hire(Role.SUPPORT), await hire(Role.SUPPORT)
    session = await _session_of(platform, other)
    assert (await clerk.post("/sessions", session=str(session))).status_code == 404
    assert (await other.get("")).status_code == 200
    assert (await other.post("/sessions", session=str(session))).status_code == 303
    assert (await other.get("")).status_code == 303


async def test_an_admin_ends_anybodys_session(hire: Hire, platform: Platform) -> None:
    admin, other = await hire(Role.ADMIN), await hire(Role.SUPPORT)
    session = await _session_of(platform, other)
    assert str(session) in (await admin.get(f"/staff/{other.staff.id}")).text
    assert (await admin.post(f"/staff/{other.staff.id}", session=str(session))).status_code == 303
    ended = await other.get("/search")
    assert ended.headers["location"] == "/desk/sign-in?said=ended&to=%2Fdesk%2Fsearch"


async def _session_of(platform: Platform, clerk: object) -> UUID:
    async with platform.database.single_statement() as tx:
        found = await service.open_sessions(tx, clerk.staff.id, clock.now())  # type: ignore[attr-defined]
    return found[0].id


async def test_no_page_is_kept_by_a_cache_or_shown_in_a_frame(hire: Hire, browser: httpx.AsyncClient) -> None:
    clerk = await hire()
    for page in (await clerk.get(""), await clerk.get("/no/such/page"), await browser.get("/desk/sign-in")):
        assert page.headers["cache-control"] == "no-store"
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script" not in policy
        assert "<script" not in page.text
        assert page.headers["x-content-type-options"] == "nosniff"


async def test_over_plain_http_there_is_no_desk_but_on_this_machine(platform: Platform) -> None:
    async def at(url: str) -> httpx.Response:
        settings = msgspec.structs.replace(platform.settings, public_url=url)
        app = Starlette(
            routes=face.routes(Platform(settings, platform.database, platform.seal, platform.directory, platform.files))
        )
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=url) as client:
            return await client.get("/desk/sign-in")

    assert (await at("http://pay.example.com")).status_code == 403
    assert (await at("http://127.0.0.1:8000")).status_code == 200


async def test_on_this_machine_any_of_its_names_will_do(platform: Platform) -> None:
    settings = msgspec.structs.replace(platform.settings, public_url="http://127.0.0.1:8000")
    on = Platform(settings, platform.database, platform.seal, platform.directory, platform.files)
    app = Starlette(routes=face.routes(on))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost:8000") as client:
        own = await client.post("/desk/sign-in", data={"email": ""}, headers={"origin": "http://localhost:8000"})
        rebound = await client.post(
            "/desk/sign-in",
            data={"email": ""},
            headers={"origin": "http://evil.example.com", "host": "evil.example.com"},
        )
    assert own.status_code == 401
    assert rebound.status_code == 403


async def test_a_link_from_another_site_signs_nobody_out(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/desk/audit")
    assert urlsplit(answer.headers["location"]).path == "/desk/sign-in"
    assert "set-cookie" not in answer.headers
