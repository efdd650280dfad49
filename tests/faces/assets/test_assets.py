"""The files that all pages load."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette

from tenor.base import looks
from tenor.faces.assets import face
from tenor.faces.face import Platform


@pytest.fixture
def browser(platform: Platform) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=Starlette(routes=face.routes(platform)))
    return httpx.AsyncClient(transport=transport, base_url="http://pay.example.com")


async def test_every_file_is_kept_for_good_under_its_present_name(browser: httpx.AsyncClient) -> None:
    for name, file in looks.files().items():
        answer = await browser.get(f"/assets/{name}", headers={"Accept-Encoding": "gzip"})
        assert (answer.status_code, answer.content) == (200, file.content)
        assert answer.headers["content-type"] == file.media_type
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("name", ["latin-400.woff2", "latin-400.0000000000000000.woff2", "OFL.txt", "..%2Ftokens.css"])
async def test_any_other_name_is_none(browser: httpx.AsyncClient, name: str) -> None:
    assert (await browser.get(f"/assets/{name}")).status_code == 404
