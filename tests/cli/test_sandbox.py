"""`tenor sandbox advance`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tenor.base.errors import Invalid
from tenor.cli.sandbox import parse_duration
from tests.journeys.deployment import Served


@pytest.fixture(scope="module")
def merchant(served: Served) -> dict[str, str]:
    return served.deployment.merchant()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P3D", timedelta(days=3)),
        ("p1dt6h", timedelta(days=1, hours=6)),
        ("PT90M", timedelta(minutes=90)),
        ("PT1S", timedelta(seconds=1)),
    ],
)
def test_a_duration_is_what_iso_8601_says(text: str, expected: timedelta) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text", ["", "3D", "P", "PT", "3 days", "P1M", "P1Y", "P2W", "P3DX", "PTD", "P99999999999D", "٣"]
)
def test_what_is_no_duration_of_fixed_length_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="duration"):
        parse_duration(text)


def test_a_merchants_clock_moves_and_no_other(served: Served, merchant: dict[str, str]) -> None:
    moved, other = served.deployment.merchant(), merchant

    said = served.deployment.succeeds("sandbox", "advance", moved["merchant_id"], "P3D")
    served.deployment.succeeds("sandbox", "advance", moved["merchant_id"], "PT12H")

    assert f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%d}" in said
    offsets = {
        one["merchant_id"]: one["clock_offset"] for one in served.deployment.answers("merchant", "list", "--json")
    }
    assert offsets[moved["merchant_id"]] == "P3DT43200S"
    assert offsets[other["merchant_id"]] == "P0D"


@pytest.mark.parametrize(
    ("duration", "says"), [("tomorrow", "is not a duration"), ("PT0S", "positive"), ("P9999D", "at most ten years")]
)
def test_a_clock_does_not_move_by_what_makes_no_sense(
    served: Served, merchant: dict[str, str], duration: str, says: str
) -> None:
    done = served.deployment.run("sandbox", "advance", merchant["merchant_id"], duration)
    assert done.returncode == 2
    assert says in done.stderr


def test_a_clock_never_goes_back(served: Served, merchant: dict[str, str]) -> None:
    done = served.deployment.run("sandbox", "advance", merchant["merchant_id"], "--", "-P1D")
    assert done.returncode == 2
    assert done.stderr.startswith("tenor: duration: ")


def test_production_has_no_clock_to_move(served: Served, merchant: dict[str, str]) -> None:
    production = served.deployment.with_settings(TENOR_ENVIRONMENT="production", TENOR_SECRET="s" * 40)
    done = production.run("sandbox", "advance", merchant["merchant_id"], "P3D")
    assert done.returncode == 2
    assert "sandbox" in done.stderr
