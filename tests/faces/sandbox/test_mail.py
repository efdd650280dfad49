"""The sandbox's letters: for whoever tries Tenor out on this machine, and for nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from uuid import UUID

import httpx
import msgspec
import pytest
from bs4 import BeautifulSoup

from tenor import app
from tenor.base.config import Settings
from tenor.base.database import Database
from tenor.base.ids import new_id
from tenor.post.transport import Folder, folder

HERE = "http://127.0.0.1:8000"
LINK = "https://pay.example.com/order/1/secret?proof=abc&lang=en"

Write = Callable[..., Awaitable[UUID]]


@pytest.fixture
def local(settings: Settings) -> Settings:
    """A sandbox as it starts without any setting."""
    return msgspec.structs.replace(settings, public_url=HERE)


@pytest.fixture
def write(local: Settings) -> Write:
    """Writes a letter as the worker does, and returns its id."""

    async def write(subject: str = "Choose payment terms", html: str = "<p>Hello</p>") -> UUID:
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"], message["Subject"] = "pay@example.com", "ana@example.com", subject
        message.set_content(f"Choose:\n{LINK}\n\nIt is for you alone.")
        message.add_alternative(html, subtype="html")
        message["Content-Language"] = "ar"
        letter = new_id()
        await Folder(folder(local)).send(letter, "pay@example.com", "ana@example.com", message.as_bytes())
        return letter

    return write


@asynccontextmanager
async def visiting(
    settings: Settings, pool: Database, *, client: str = "127.0.0.1", url: str = HERE
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on the whole application, which calls from an address by a name."""
    transport = httpx.ASGITransport(app.application(app.build_platform(settings, pool)), client=(client, 4711))
    async with httpx.AsyncClient(transport=transport, base_url=url) as browser:
        yield browser


async def test_the_newest_letter_stands_first(local: Settings, pool: Database, write: Write) -> None:
    first, second = await write("First"), await write("Second")
    async with visiting(local, pool) as browser:
        page = BeautifulSoup((await browser.get("/sandbox/mail")).text, "html.parser")
    links = [(a["href"], a.text) for a in page.select(".letters a")]
    assert links == [(f"/sandbox/mail/{second}", "Second"), (f"/sandbox/mail/{first}", "First")]


async def test_an_empty_sandbox_says_how_to_get_a_letter(local: Settings, pool: Database) -> None:
    async with visiting(local, pool) as browser:
        assert "notify_customer" in (await browser.get("/sandbox/mail")).text


async def test_a_letter_is_shown_with_headers_text_and_frame(local: Settings, pool: Database, write: Write) -> None:
    letter = await write()
    async with visiting(local, pool) as browser:
        response = await browser.get(f"/sandbox/mail/{letter}")
    page = BeautifulSoup(response.text, "html.parser")
    assert [(dt.text, dd.text) for dt, dd in zip(page.select("dt"), page.select("dd"), strict=True)][:3] == [
        ("From", "pay@example.com"), ("To", "ana@example.com"), ("Subject", "Choose payment terms"),
    ]  # fmt: skip
    text = page.select_one("pre")
    assert text is not None
    assert text.text.split() == ["Choose:", LINK, "It", "is", "for", "you", "alone."]
    assert [a["href"] for a in text.select("a")] == [LINK]
    frame = page.select_one("iframe")
    assert frame is not None
    assert (frame["sandbox"], frame["src"]) == ([], f"/sandbox/mail/{letter}/html"), "nothing is allowed"


async def test_the_html_of_a_letter_can_do_nothing(local: Settings, pool: Database, write: Write) -> None:
    evil = "<script>fetch('/sandbox/mail')</script><img src=https://elsewhere.example.net/x>"
    letter = await write(html=evil)
    async with visiting(local, pool) as browser:
        alone = await browser.get(f"/sandbox/mail/{letter}/html")
        page = await browser.get(f"/sandbox/mail/{letter}")
    policy = alone.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script-src" not in policy
    assert "img-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert "<script" not in page.text


async def test_a_subject_of_markup_stays_text(local: Settings, pool: Database, write: Write) -> None:
    letter = await write("<script>1</script>")
    async with visiting(local, pool) as browser:
        for path in ("/sandbox/mail", f"/sandbox/mail/{letter}"):
            assert "<script" not in (await browser.get(path)).text


async def test_every_page_is_closed_to_other_sites_and_to_caches(local: Settings, pool: Database, write: Write) -> None:
    letter = await write()
    async with visiting(local, pool) as browser:
        for path in ("", f"/{letter}", f"/{letter}/html", "/page.css"):
            response = await browser.get(f"/sandbox/mail{path}")
            assert response.status_code == 200
            assert response.headers["cache-control"] == "no-store"
            assert response.headers["referrer-policy"] == "no-referrer"
            assert response.headers["x-content-type-options"] == "nosniff"
            assert "default-src 'none'" in response.headers["content-security-policy"]


@pytest.mark.parametrize(
    "letter_id", ["x", "..", "%2e%2e%2fsecret", "01a2095c-644f-73be-a38c-1c572cad9fb8", "%00", "page.css.eml"]
)
async def test_what_is_no_letter_is_not_there(local: Settings, pool: Database, letter_id: str) -> None:
    async with visiting(local, pool) as browser:
        assert (await browser.get(f"/sandbox/mail/{letter_id}")).status_code == 404


FORWARDED = ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"]


@pytest.mark.parametrize(
    ("client", "url", "headers"),
    [
        ("203.0.113.9", HERE, {}),
        ("192.168.1.5", HERE, {}),
        ("127.0.0.1", "http://pay.example.com", {}),
        ("127.0.0.1", "http://127.0.0.1.elsewhere.example.net:8000", {}),
        *[("127.0.0.1", HERE, {name: "127.0.0.1"}) for name in FORWARDED],
    ],
)
async def test_to_anybody_elsewhere_the_letters_do_not_exist(
    local: Settings, pool: Database, write: Write, client: str, url: str, headers: dict[str, str]
) -> None:
    letter = await write()
    async with visiting(local, pool, client=client, url=url) as browser:
        nowhere = await browser.get("/nowhere", headers=headers)
        for path in ("", f"/{letter}", f"/{letter}/html", "/page.css"):
            for method in ("GET", "POST", "DELETE", "OPTIONS"):
                response = await browser.request(method, f"/sandbox/mail{path}", headers=headers)
                assert (response.status_code, response.content) == (404, nowhere.content), (method, path)


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://[::1]:8000", "http://127.9.9.9"])
async def test_this_machine_may_call_itself_by_any_of_its_names(
    local: Settings, pool: Database, write: Write, url: str
) -> None:
    await write()
    async with visiting(local, pool, client="::1", url=url) as browser:
        assert (await browser.get("/sandbox/mail")).status_code == 200


@pytest.mark.parametrize("name", ["[", "[::1", ""])
async def test_who_calls_it_by_what_is_no_name_is_told_of_nothing(local: Settings, pool: Database, name: str) -> None:
    async with visiting(local, pool) as browser:
        answer = await browser.get("/sandbox/mail", headers={"host": name})
    assert answer.status_code == 404


async def test_behind_a_public_url_a_sandbox_shows_no_letters(settings: Settings, pool: Database) -> None:
    # A proxy on the same machine may call by loopback for everybody and say nothing of it.
    async with visiting(settings, pool) as browser:
        assert (await browser.get("/sandbox/mail")).status_code == 404


async def test_a_sandbox_shows_them_to_everybody_when_told_so(settings: Settings, pool: Database) -> None:
    public = msgspec.structs.replace(settings, sandbox_mail="public")
    async with visiting(public, pool, client="203.0.113.9", url="https://pay.example.com") as browser:
        assert (await browser.get("/sandbox/mail")).status_code == 200


async def test_production_has_no_such_page_whatever_it_was_told(local: Settings, pool: Database) -> None:
    production = msgspec.structs.replace(local, environment="production", sandbox_mail="public")
    async with visiting(production, pool) as browser:
        assert (await browser.get("/sandbox/mail")).status_code == 404
        assert (await browser.get(f"/sandbox/mail/{new_id()}")).status_code == 404


async def test_a_letter_of_the_worker_is_read_as_it_was_written(local: Settings, pool: Database) -> None:
    folder_of_letters = Folder(folder(local))
    message = EmailMessage(policy=SMTP)
    message["To"], message["Subject"] = "ana@example.com", "اختر شروط الدفع"
    message["Date"] = datetime(2026, 4, 15, tzinfo=UTC)
    message.set_content("مرحبًا")
    message.add_alternative("<p dir=rtl>مرحبًا</p>", subtype="html")
    letter = new_id()
    await folder_of_letters.send(letter, "", "", message.as_bytes())
    async with visiting(local, pool) as browser:
        page = await browser.get(f"/sandbox/mail/{letter}")
        html = await browser.get(f"/sandbox/mail/{letter}/html")
    assert "اختر شروط الدفع" in page.text
    assert "مرحبًا" in page.text
    assert html.text.strip() == "<p dir=rtl>مرحبًا</p>"
