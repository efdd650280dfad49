"""The page for merchants says what the code does, and its snippets do what they say."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from tenor.base import clock
from tenor.core.deliveries.rules import SCHEDULE
from tenor.core.events.model import MEANING, EventType, Told
from tenor.core.webhooks import rules
from tenor.faces.buildnow.events import NAME
from tenor.faces.buildnow.wire import Webhook

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
SECRET = bytes(range(32))
BODY = '{"type":"order.created","data":{"name":"براغي"}}'.encode()

# How each language's snippet is called: with the secret, the three headers, and the file that holds the body.
HARNESS = {
    "python": """
import sys
names = ("webhook-id", "webhook-timestamp", "webhook-signature")
print(verify(sys.argv[1], dict(zip(names, sys.argv[2:5])), open(sys.argv[5], "rb").read()))
""",
    "javascript": """
const [secret, id, timestamp, signature, file] = process.argv.slice(2);
const headers = { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature };
console.log(verify(secret, headers, require("node:fs").readFileSync(file)));
""",
    "php": """
[, $secret, $id, $timestamp, $signature, $file] = $argv;
$headers = ['webhook-id' => $id, 'webhook-timestamp' => $timestamp, 'webhook-signature' => $signature];
echo verify($secret, $headers, file_get_contents($file)) ? "true" : "false";
""",
    "java": """
class Main {
    public static void main(String[] given) throws Exception {
        Map<String, String> headers =
            Map.of("webhook-id", given[1], "webhook-timestamp", given[2], "webhook-signature", given[3]);
        byte[] body = java.nio.file.Files.readAllBytes(java.nio.file.Path.of(given[4]));
        System.out.println(Webhooks.verify(given[0], headers, body));
    }
}
""",
}


def _snippet(language: str) -> str:
    [code] = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return str(code)


@pytest.fixture(params=HARNESS)
def program(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    """The command that runs a language's snippet; skipped where the machine has no such language."""
    language: str = request.param
    code = _snippet(language) + HARNESS[language]
    if language == "python":
        (tmp_path / "verify.py").write_text(code)
        return [sys.executable, str(tmp_path / "verify.py")]
    runtime = shutil.which({"javascript": "node", "php": "php", "java": "javac"}[language])
    if runtime is None:
        pytest.skip(f"there is no {language} on this machine")
    source = tmp_path / {"javascript": "verify.js", "php": "verify.php", "java": "Main.java"}[language]
    source.write_text(code)
    if language != "java":
        return [runtime, str(source)]
    subprocess.run([runtime, "-d", tmp_path, source], check=True, capture_output=True)
    return [str(Path(runtime).with_name("java")), "-cp", str(tmp_path), "Main"]


def test_a_snippet_takes_what_is_ours_and_nothing_else(program: list[str], tmp_path: Path) -> None:
    def takes(headers: dict[str, str], body: bytes = BODY, secret: bytes = SECRET) -> bool:
        (tmp_path / "body").write_bytes(body)
        words = [*program, rules.secret_text(secret), *headers.values(), str(tmp_path / "body")]
        said = subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip().lower()
        assert said in ("true", "false")
        return said == "true"

    now = clock.now()
    good = rules.signatures([SECRET], "evt_1", now, BODY)
    assert takes(good)
    assert takes(rules.signatures([b"new" * 8, SECRET], "evt_1", now, BODY))
    assert not takes(good, BODY + b" ")
    assert not takes(good, secret=b"another" * 5)
    assert not takes(good | {"webhook-id": "evt_2"})
    assert not takes(good | {"webhook-signature": "v1,"})
    assert not takes(good | {"webhook-signature": good["webhook-signature"].replace("v1,", "v2,")})
    assert not takes(good | {"webhook-timestamp": "soon"})
    for off in (timedelta(minutes=-6), timedelta(minutes=6)):
        assert not takes(rules.signatures([SECRET], "evt_1", now + off, BODY))


def test_the_catalogue_is_the_codes() -> None:
    assert set(MEANING) == set(EventType)
    listed = re.findall(r"^\| `([a-z]+\.[a-z_]+)` \| (.+) \|$", PAGE, re.MULTILINE)
    assert listed == [(event.value, MEANING[event]) for event in EventType]


def test_the_examples_are_what_the_code_writes() -> None:
    event, purchase = (json.loads(text) for text in re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
    assert json.loads(msgspec.json.encode(msgspec.convert(event, Told))) == event
    assert json.loads(msgspec.json.encode(msgspec.convert(purchase, Webhook))) == purchase
    assert all(f"`{name}`" in PAGE for name in NAME.values())


def test_the_page_tells_the_schedule() -> None:
    assert "after 5 seconds, 5 and 30 minutes, and 2, 5, 10, 14, 20 and 24 hours" in PAGE
    assert [pause.total_seconds() for pause in SCHEDULE[1:4]] == [5, 300, 1800]
    assert [pause.total_seconds() / 3600 for pause in SCHEDULE[4:]] == [2, 5, 10, 14, 20, 24]
