"""A buyer who goes through the steps with a browser that has no window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from bs4 import BeautifulSoup, Tag

from tenor.base.seal import Seal
from tenor.core.buyers.signin import rules as signin
from tests.faces.checkout.shop import parsed

EMAIL = "buyer@tuwaiq.example.com"
SIGNATORY = "Sara Al-Harbi"
BUSINESS = {
    "legal_name": "Tuwaiq Builders",
    "registration_number": "1010123456",
    "vat_number": "300012345600003",
    "building_number": "7412",
    "line1": "King Fahd Road",
    "district": "Al Olaya",
    "city": "Riyadh",
    "postal_code": "12213",
    "phone": "+966 11 555 0100",
    "signatory": SIGNATORY,
}


@dataclass(frozen=True)
class Buyer:
    """Knows the secret that codes are made of, as if the mail had been read."""

    browser: httpx.AsyncClient
    seal: Seal

    async def asks_for_a_code(self, link: str, email: str = EMAIL, language: str = "en") -> str:
        """The path of the page that waits for the code."""
        answer = await self.browser.post(f"{_path(link)}/you?lang={language}", data={"email": email})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def code_for(self, waiting: str) -> str:
        """The code that was mailed when that page was opened."""
        return signin.code_of(self.seal, UUID(_path(waiting).rpartition("/")[2]))

    async def signs_in(self, link: str, email: str = EMAIL, language: str = "en") -> str:
        """The path of a session's pages, without a step."""
        waiting = await self.asks_for_a_code(link, email, language)
        answer = await self.browser.post(waiting, data={"code": self.code_for(waiting)})
        assert answer.status_code == 303, answer.text
        return _path(answer.headers["location"]).removesuffix("/go-on")

    async def tells_business(self, session: str, **changes: str) -> httpx.Response:
        """Fill in the business, and send it."""
        return await self.browser.post(f"{session}/business", data=BUSINESS | changes)

    async def chooses(self, session: str, offer: str = "net30") -> httpx.Response:
        """Choose an offer on the page of terms, and send it."""
        page = parsed(await self.browser.get(f"{session}/terms"))
        return await self.browser.post(f"{session}/terms", data=hidden(page) | {"offer": offer})

    async def arrives_at_the_agreement(self, link: str, email: str = EMAIL, offer: str = "net30") -> str:
        """Sign in, tell the business, choose; the session's path."""
        session = await self.signs_in(link, email)
        assert (await self.tells_business(session)).status_code == 303
        assert (await self.chooses(session, offer)).status_code == 303
        return session

    async def signed(self, session: str, language: str = "en", **changes: str) -> dict[str, str]:
        """The agreement's form, filled in; an empty value leaves a field out."""
        page = parsed(await self.browser.get(f"{session}/agreement?lang={language}"))
        form = hidden(page) | {"signature": SIGNATORY, "agree": "yes"} | changes
        return {name: value for name, value in form.items() if value}

    async def accepts(self, session: str, **changes: str) -> httpx.Response:
        """Sign the agreement, and send it."""
        return await self.browser.post(f"{session}/agreement", data=await self.signed(session, **changes))

    async def settles(self, session: str, answer: httpx.Response) -> httpx.Response:
        """The page on which an acceptance ends."""
        while answer.status_code == 303:
            assert answer.headers["location"].startswith(session), "no redirect of ours leaves the session"
            answer = await self.browser.get(answer.headers["location"])
        return answer


def hidden(page: BeautifulSoup) -> dict[str, str]:
    """What a page's main form sends untouched."""
    form = page.select_one("main form")
    assert form is not None, "the page has a form"
    return {str(one["name"]): str(one["value"]) for one in form.select("input[type=hidden]")}


def filled_in(page: BeautifulSoup) -> Mapping[str, str]:
    """What stands in a page's fields."""
    return {str(one["name"]): str(one.get("value", "")) for one in page.select("main input:not([type=hidden])")}


def forward_of(page: BeautifulSoup) -> str | None:
    """Where a page sends its reader on by itself."""
    refresh = page.select_one("meta[http-equiv=refresh]")
    return str(refresh["content"]).partition("url=")[2] if refresh else None


def main_of(page: BeautifulSoup) -> Tag:
    """What a page says."""
    assert page.main is not None
    return page.main


def _path(address: str) -> str:
    return urlsplit(address).path
