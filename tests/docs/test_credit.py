"""docs/credit.md says what the code does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from tenor.core.credit import policies, sandbox
from tenor.core.credit.model import Measured

PAGE = (Path(__file__).parents[2] / "docs" / "credit.md").read_text()


def test_the_table_of_magic_values_is_the_sandboxs() -> None:
    rows = re.findall(r"^\| ([a-z ]+) \| `([^`]+)` \| `([^`]+)` \| `([^`]+)` \|$", PAGE, re.MULTILINE)
    assert {us: what for what, us, _, _ in rows} == sandbox.NUMBERS["US"]
    assert {sa: what for what, _, sa, _ in rows} == sandbox.NUMBERS["SA"]
    assert {email: what for what, _, _, email in rows} == sandbox.EMAILS


def test_the_policy_that_is_shown_is_one() -> None:
    [source] = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    policy = policies.read(source)
    assert (policy.name, policy.version, policy.limit) == ("construction", 4, 2_000_000_00)


def test_every_threshold_is_explained_and_every_packaged_policy_named() -> None:
    assert set(re.findall(r"^\| `(\w+)` \| ", PAGE, re.MULTILINE)) == set(get_args(Measured))
    assert all(f"`{name}`" in PAGE for name in policies.packaged())
