"""`tenor merchant` and `tenor key`."""

from __future__ import annotations

import re
import time
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tenor.demo.calls import Refused
from tests.journeys.deployment import SHOP, Deployment, Served

_PROMISED = {"merchant_id", "public_key", "secret_key", "client_id", "client_secret"}


def test_create_prints_one_json_object_with_the_promised_keys_and_keys_that_work(served: Served) -> None:
    options = ("--name", "Harbor Supply", "--country", "US", "--currency", "USD", "--origin", SHOP, "--flow", "backd")
    made = served.deployment.answers("merchant", "create", *options, "--json")

    assert set(made) == _PROMISED | {"environment"}
    assert made["environment"] == "sandbox"
    assert made["public_key"].startswith("pk_test_")
    assert made["secret_key"].startswith("sk_test_")
    with pytest.raises(Refused, match="Order not found"):
        served.backd(made).find_order("BO-20260416-NOSUCHORDER0")
    assert served.buildnow(made).token()


def test_create_shows_people_the_secrets_this_once(served: Served) -> None:
    said = served.deployment.succeeds("merchant", "create", "--name", "Acme", "--country", "us", "--currency", "usd")
    assert "sk_test_" in said
    assert "store them now" in said


def test_list_never_shows_a_secret(served: Served) -> None:
    made = served.deployment.merchant(name="Quiet Timber")

    for said in (
        served.deployment.succeeds("merchant", "list"),
        served.deployment.succeeds("merchant", "list", "--json"),
    ):
        assert made["merchant_id"] in said
        assert made["public_key"] in said
        assert made["client_id"] in said
        assert "Quiet Timber" in said
        assert made["secret_key"] not in said
        assert made["client_secret"] not in said
        assert "sk_test_" not in said
        assert "secret" not in said.lower()


def test_list_tells_programs_what_each_merchant_is(served: Served) -> None:
    made = served.deployment.merchant("buildnow", name="Listed Blocks")
    (listed,) = [
        one
        for one in served.deployment.answers("merchant", "list", "--json")
        if one["merchant_id"] == made["merchant_id"]
    ]
    assert (listed["country"], listed["currency"], listed["flow"], listed["origins"]) == (
        "SA",
        "SAR",
        "buildnow",
        [SHOP],
    )
    assert {key["id"]: key["condition"] for key in listed["keys"]} == {
        made["public_key"]: "in use",
        made["client_id"]: "in use",
    }


@pytest.mark.parametrize(
    ("option", "value", "named"),
    [
        ("--currency", "XYZ", "currency"),
        ("--country", "Texas", "country"),
        ("--name", " ", "name"),
        ("--origin", "javascript:alert(1)", "origin"),
        ("--flow", "klarna", "flow"),
    ],
)
def test_create_refuses_what_is_none_with_a_sentence_that_names_it(
    served: Served, option: str, value: str, named: str
) -> None:
    options = {"--name": "Acme", "--country": "US", "--currency": "USD", option: value}
    done = served.deployment.run("merchant", "create", *(word for pair in options.items() for word in pair))
    assert done.returncode == 2
    assert done.stderr.startswith(f"tenor: {named}: ")
    assert "Traceback" not in done.stderr


def test_a_look_is_shown_as_pages_show_it_and_can_be_taken_away(served: Served, tmp_path: Path) -> None:
    merchant = served.deployment.merchant(name="Bright Bricks")["merchant_id"]
    Image.new("RGB", (600, 100), "#0055aa").save(logo := tmp_path / "logo.png")

    said = served.deployment.succeeds("merchant", "look", merchant, "--accent", "#FD0", "--logo", str(logo))
    assert "#ffdd00, shown as #" in said
    assert "and #ffdd00 on dark ones" in said
    assert "480 x 80 pixels" in said

    said = served.deployment.succeeds("merchant", "look", merchant)
    assert "#ffdd00" in said, "asking changes nothing"
    assert "480 x 80 pixels" in said

    said = served.deployment.succeeds("merchant", "look", "Bright Bricks", "--plain", "--accent", "#0c5a50")
    assert "#0c5a50, shown as #0c5a50 on light pages" in said
    assert said.split()[-2:] == ["logo", "none"]


@pytest.mark.parametrize(
    ("option", "value", "named"),
    [("--accent", "red", "accent"), ("--logo", "no/such.png", "logo"), ("--logo", __file__, "logo")],
)
def test_a_look_that_is_none_is_refused_by_name(served: Served, option: str, value: str, named: str) -> None:
    merchant = served.deployment.merchant(name="Plain Planks")["merchant_id"]
    done = served.deployment.run("merchant", "look", merchant, option, value)
    assert done.returncode == 2
    assert done.stderr.startswith(f"tenor: {named}: ")


def refused_within_a_second(served: Served, keys: dict[str, str]) -> bool:
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline:
        try:
            served.backd(keys).find_order("BO-20260416-NOSUCHORDER0")
        except Refused as refused:
            if refused.message == "Merchant not found.":
                return True
        time.sleep(0.02)
    return False


def accepted(served: Served, keys: dict[str, str]) -> bool:
    with pytest.raises(Refused) as refusal:
        served.backd(keys).find_order("BO-20260416-NOSUCHORDER0")
    return refusal.value.message == "Order not found."


def rotated(served: Served, keys: dict[str, str], *words: str) -> dict[str, str]:
    made = served.deployment.answers("key", "rotate", keys["merchant_id"], *words, "--json")
    assert set(made) == {"id", "secret"}
    return {**keys, "public_key": made["id"], "secret_key": made["secret"]}


def test_rotated_and_revoked_keys_count_on_a_running_server_within_a_second(served: Served) -> None:
    first = served.deployment.merchant()
    assert accepted(served, first)

    second = rotated(served, first)
    assert accepted(served, second)
    assert accepted(served, first), "by default the old key goes on for a day"

    third = rotated(served, second, "--overlap-hours", "0")
    assert accepted(served, third)
    assert refused_within_a_second(served, first)
    assert refused_within_a_second(served, second)

    served.deployment.succeeds("key", "revoke", third["public_key"])
    assert refused_within_a_second(served, third)
    again = served.deployment.run("key", "revoke", third["public_key"])
    assert again.returncode == 2
    assert "There is no such key" in again.stderr


def test_a_revoked_client_gets_no_token_and_its_token_opens_nothing(served: Served) -> None:
    keys = served.deployment.merchant("buildnow")
    token = served.buildnow(keys).token()

    served.deployment.succeeds("key", "revoke", keys["client_id"])

    with pytest.raises(Refused, match="401"):
        served.buildnow(keys).token()
    time.sleep(1)
    with pytest.raises(Refused, match="401"):
        served.buildnow(keys).find(token, keys["merchant_id"])


@pytest.mark.parametrize("words", [["key", "rotate", "nobody"], ["sandbox", "advance", "nobody", "P1D"]])
def test_a_merchant_that_does_not_exist_is_named(served: Served, words: list[str]) -> None:
    done = served.deployment.run(*words)
    assert done.returncode == 2
    assert "There is no merchant 'nobody'" in done.stderr


def test_two_merchants_of_one_name_are_told_apart_by_id_only(deployment: Deployment) -> None:
    first = deployment.merchant(name="Twin")
    deployment.merchant(name="Twin")
    assert deployment.run("sandbox", "advance", "Twin", "P1D").returncode == 2
    deployment.succeeds("sandbox", "advance", first["merchant_id"], "P1D")


def test_a_merchant_says_where_notices_go_and_that_they_shall_go_nowhere(served: Served) -> None:
    deployment = served.deployment
    options = ("--name", "Lantern Tools", "--country", "US", "--currency", "USD", "--email", "ops@lantern.example.com")
    made = deployment.answers("merchant", "create", *options, "--json")

    def email() -> object:
        listed = deployment.answers("merchant", "list", "--json")
        return next(one["email"] for one in listed if one["merchant_id"] == made["merchant_id"])

    assert email() == "ops@lantern.example.com"
    assert "ops@lantern.example.com" in deployment.succeeds("merchant", "list")
    assert "help@lantern" in deployment.succeeds("merchant", "email", "Lantern Tools", "help@lantern.example.com")
    assert email() == "help@lantern.example.com"
    assert "nowhere" in deployment.succeeds("merchant", "email", "Lantern Tools")
    assert email() is None
    refused = deployment.run("merchant", "email", "Lantern Tools", "help")
    assert refused.returncode == 2
    assert "not an e-mail address" in refused.stderr


def test_link_prints_an_address_that_signs_a_merchant_in_once(served: Served) -> None:
    made = served.deployment.merchant(name="Harbor Night Shift")
    here = f"http://127.0.0.1:{served.port}"
    tenor = served.deployment.with_settings(TENOR_PUBLIC_URL=here)
    link = tenor.succeeds("merchant", "link", made["merchant_id"]).strip()
    assert link.startswith(f"{here}/dashboard/enter/")

    with httpx.Client(headers={"origin": here}) as browser:
        page = browser.get(link)
        assert "Harbor Night Shift" in page.text
        (csrf,) = re.findall(r'name="csrf" value="([^"]+)"', page.text)
        entered = browser.post(link, data={"csrf": csrf}, follow_redirects=True)
        assert (entered.status_code, entered.url.path) == (200, "/dashboard")
        assert "You have no endpoint yet" in entered.text
        assert browser.get(link).status_code == 404

    assert tenor.run("merchant", "link", "Nobody").returncode == 2
