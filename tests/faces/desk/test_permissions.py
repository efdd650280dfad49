"""Every role at every page: the table of permissions is what happens."""

from __future__ import annotations

import re
from uuid import uuid4

import httpx
import pytest
from starlette.routing import Route

from tenor.core.staff.model import Act, Role
from tenor.core.staff.permissions import may
from tenor.faces.desk import face
from tenor.faces.desk.guard import Guarded, Open
from tenor.faces.face import Platform
from tests.faces.desk.conftest import DESK, Hire

OPEN = {"/desk/static/{name}", "/desk/sign-in", "/desk/set-up/{secret}"}


def _routes(platform: Platform) -> list[Route]:
    found = list(face.routes(platform))
    assert all(isinstance(one, Route) for one in found)
    return [one for one in found if isinstance(one, Route)]


def _guarded(platform: Platform) -> list[tuple[str, str, Act]]:
    """Path, method and act of everything behind the guard."""
    walked = []
    for one in _routes(platform):
        if isinstance(one.app, Guarded):
            path = re.sub(r"\{[^}]*\}", str(uuid4()), one.path)
            walked += [(path, method, act) for method, (act, _) in one.app.acts.items()]
    return walked


def test_a_page_is_guarded_or_one_of_the_few_that_are_open(platform: Platform) -> None:
    for one in _routes(platform):
        assert isinstance(one.app, Guarded) or (isinstance(one.app, Open) and one.path in OPEN), one.path


def test_every_act_of_the_table_is_done_somewhere(platform: Platform) -> None:
    assert {act for _, _, act in _guarded(platform)} == set(Act)


@pytest.mark.parametrize("role", Role)
async def test_a_role_gets_to_what_the_table_says_and_to_nothing_else(
    platform: Platform, hire: Hire, role: Role
) -> None:
    for path, method, act in _guarded(platform):
        clerk = await hire(role)
        # A page of random ids is not there; what counts is who is told so.
        short = path.removeprefix("/desk")
        answer = await clerk.get(short) if method == "GET" else await clerk.post(short)
        if may(role, act):
            assert answer.status_code in (200, 303, 404, 409, 422), (path, method, answer.text)
        else:
            assert answer.status_code == 403, (path, method)
            assert "role" in answer.text


async def test_who_is_not_signed_in_is_asked_to_wherever_it_is(platform: Platform, browser: httpx.AsyncClient) -> None:
    for path, method, _ in _guarded(platform):
        answer = await browser.request(method, path, headers={"origin": DESK})
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/desk/sign-in"), path


async def test_a_method_that_a_page_does_not_have_is_refused_as_such(hire: Hire, browser: httpx.AsyncClient) -> None:
    clerk = await hire()
    for method in ("PUT", "DELETE", "OPTIONS", "PROPFIND"):
        answer = await browser.request(method, "/desk/search", headers=clerk.cookie)
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, HEAD"
