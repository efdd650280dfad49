"""The OpenAPI document as the server serves it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tenor import app
from tenor.faces.face import Platform
from tests.faces.conftest import PUBLIC_URL


@pytest.fixture
async def http(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """The whole application, in process."""
    transport = httpx.ASGITransport(app.application(platform), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
        yield client


@pytest.fixture
async def document(http: httpx.AsyncClient) -> dict[str, Any]:
    """`/openapi.json`."""
    answer = await http.get("/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    read: dict[str, Any] = answer.json()
    return read
