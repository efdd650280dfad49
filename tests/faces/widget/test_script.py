"""`GET /widget.js`: small, cacheable, without a dependency, and built from the sources that stand beside it."""

from __future__ import annotations

import gzip
import hashlib
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from tenor import faces
from tenor.faces.face import Platform
from tenor.faces.widget import face

ROOT = Path(__file__).parents[3]
SOURCES = ROOT / "widget"
FACES = Path(next(iter(faces.__path__)))
BUILT = [FACES / "widget" / "static" / "widget.js", FACES / "checkout" / "static" / "frame.js"]


@pytest.fixture
async def http(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """The face alone."""
    transport = httpx.ASGITransport(Starlette(routes=face.routes(platform)))
    async with httpx.AsyncClient(transport=transport, base_url="https://pay.example.com") as client:
        yield client


async def test_every_shop_may_load_the_script_and_keep_it_for_a_while(http: httpx.AsyncClient) -> None:
    answer = await http.get("/widget.js")
    assert answer.status_code == 200
    assert answer.content == BUILT[0].read_bytes()
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["access-control-allow-origin"] == "*"
    head = await http.head("/widget.js")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", answer.headers["etag"])
    assert (await http.post("/widget.js")).status_code == 405


async def test_whoever_has_it_already_is_not_sent_it_again(http: httpx.AsyncClient) -> None:
    tag = (await http.get("/widget.js")).headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        again = await http.get("/widget.js", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (await http.get("/widget.js", headers={"If-None-Match": '"older"'})).status_code == 200


def test_it_is_at_most_8_kb_compressed() -> None:
    assert len(gzip.compress(BUILT[0].read_bytes())) <= 8 * 1024


@pytest.mark.parametrize("script", BUILT, ids=lambda path: path.name)
def test_a_built_script_names_the_sources_that_stand_here(script: Path) -> None:
    """`make widget` was run after the last change. It needs no Node to tell."""
    sources = [f"src/{path.name}" for path in (SOURCES / "src").iterdir()]
    digest = hashlib.sha256()
    for name in sorted([*sources, "build.mjs", "package-lock.json", "tsconfig.json"]):
        digest.update(f"{name}\n".encode() + (SOURCES / name).read_bytes() + b"\n")
    [named] = re.findall(r"from sources ([0-9a-f]{64}) \*/", script.read_text())
    assert named == digest.hexdigest(), "run `make widget` and commit what it built"


@pytest.mark.skipif(
    shutil.which("node") is None or not (SOURCES / "node_modules").is_dir(),
    reason="building needs Node and `make widget`'s packages",
)
def test_building_again_gives_the_same_bytes(tmp_path: Path) -> None:
    subprocess.run(["node", "build.mjs", str(tmp_path)], cwd=SOURCES, check=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in BUILT
    }


def test_the_scripts_speak_to_no_star_and_keep_nothing() -> None:
    for script in BUILT:
        text = script.read_text()
        assert not re.search(r"""postMessage\([^)]*["']\*""", text)
        assert not re.search(r"localStorage|sessionStorage|cookie|indexedDB|eval\(|innerHTML", text)
    assert 'addEventListener("message"' not in BUILT[1].read_text(), "the framed pages listen to nobody"


def test_the_lock_file_names_no_registry() -> None:
    assert "resolved" not in (SOURCES / "package-lock.json").read_text()
