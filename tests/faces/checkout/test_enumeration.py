"""Nobody learns from the pages who is a buyer: an unknown address gets the same page, by the same work."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import httpx
import pytest

from tenor.base.database import Database
from tests.faces.checkout.buyer import EMAIL, Buyer
from tests.faces.checkout.shop import LinkOf, PlaceOrder

# As long as the known one, so that the pages can be held against each other byte by byte.
STRANGER = "nobody@tuwaiq.example.com"[: len(EMAIL)]


def _alike(answer: httpx.Response, email: str) -> tuple[int, dict[str, str], str]:
    """What an answer tells beyond the address that was typed and the ids that are drawn."""

    def bare(text: str) -> str:
        without = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", text)
        return re.sub(r"/order/[^/\"]+/[^/\"?]+", "/order", without).replace(email, "ADDRESS")

    headers = {name: bare(value) for name, value in answer.headers.items()}
    return answer.status_code, headers, bare(answer.text)


@asynccontextmanager
async def _statements(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[str]]:
    """The statements that are run meanwhile, in their order, without their values."""
    run: list[str] = []
    with monkeypatch.context() as patched:
        for name in ("execute", "fetch", "fetchrow", "fetchval"):
            original = getattr(asyncpg.Connection, name)

            async def noted(self: object, query: str, *values: object, _as: object = original) -> object:
                run.append(query)
                return await _as(self, query, *values)  # type: ignore[operator]

            patched.setattr(asyncpg.Connection, name, noted)
        yield run


async def test_an_address_that_is_known_and_one_that_is_not_get_the_same_pages_by_the_same_statements(
    buyer: Buyer, place_order: PlaceOrder, link_of: LinkOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Packed, equally long pages differ in length by the ids that are drawn.
    buyer.browser.headers["accept-encoding"] = "identity"
    session = await buyer.arrives_at_the_agreement(link_of(await place_order()))
    await buyer.settles(session, await buyer.accepts(session))
    seen = []
    for email in (EMAIL, STRANGER):
        path = httpx.URL(link_of(await place_order())).path
        # Packed, a page's length depends on the address that is in it.
        buyer.browser.headers["Accept-Encoding"] = "identity"
        async with _statements(monkeypatch) as run:
            asked = await buyer.browser.post(f"{path}/you?lang=en", data={"email": email})
            waiting = await buyer.browser.get(asked.headers["location"])
            wrong = await buyer.browser.post(asked.headers["location"], data={"code": "x"})
        assert len(run) > 5
        seen.append(([_alike(answer, email) for answer in (asked, waiting, wrong)], run))
    assert asked.status_code == 303
    assert waiting.status_code == 200
    assert seen[0][0] == seen[1][0]
    assert seen[0][1] == seen[1][1]


async def test_both_get_a_letter(buyer: Buyer, database: Database, place_order: PlaceOrder, link_of: LinkOf) -> None:
    session = await buyer.arrives_at_the_agreement(link_of(await place_order()))
    await buyer.settles(session, await buyer.accepts(session))
    link = link_of(await place_order())
    for email in (EMAIL, STRANGER):
        await buyer.asks_for_a_code(link, email)
    async with database.single_statement() as tx:
        rows = await tx.fetch("SELECT recipient FROM deliveries WHERE letter = 'sign_in_code' ORDER BY id DESC LIMIT 2")
    assert [row["recipient"] for row in rows] == [STRANGER, EMAIL]
