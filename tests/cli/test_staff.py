"""`tenor staff`."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.journeys.deployment import Served


def _create(served: Served, email: str, role: str = "admin") -> dict[str, str]:
    options = ("--name", "Noor", "--email", email, "--role", role, "--json")
    made: dict[str, str] = served.deployment.answers("staff", "create", *options)
    return made


def _refused(served: Served, *words: str) -> str:
    """What `tenor staff` says when it refuses."""
    done = served.deployment.run("staff", *words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    return done.stderr


def _answer(served: Served, setup_url: str) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{served.port}{urlsplit(setup_url).path}")


def test_create_prints_a_link_that_opens_the_set_up_and_what_an_app_reads(served: Served) -> None:
    made = _create(served, "Noor@example.com")
    assert made["email"] == "noor@example.com"
    app = urlsplit(made["otpauth_url"])
    assert (app.scheme, app.netloc) == ("otpauth", "totp")
    page = _answer(served, made["setup_url"])
    assert page.status_code == 200
    assert parse_qs(app.query)["secret"][0] in page.text


def test_people_see_the_square_in_the_terminal(served: Served) -> None:
    said = served.deployment.succeeds(
        "staff", "create", "--name", "A", "--email", "square@example.com", "--role", "support"
    )
    assert "otpauth://totp/" in said
    assert "█" in said or "▄" in said
    assert "good once" in said


def test_a_reset_makes_another_link_and_other_codes(served: Served) -> None:
    made = _create(served, "again@example.com")
    after = served.deployment.answers("staff", "reset", "again@example.com", "--json")
    assert after["setup_url"] != made["setup_url"]
    assert after["otpauth_url"] != made["otpauth_url"]
    assert _answer(served, made["setup_url"]).status_code == 404
    assert _answer(served, after["setup_url"]).status_code == 200


def test_list_lock_and_sessions_tell_how_it_stands_and_show_no_secret(served: Served) -> None:
    made = _create(served, "listed@example.com")
    (listed,) = [one for one in served.deployment.answers("staff", "list", "--json") if one["email"] == made["email"]]
    assert listed["condition"] == "not set up"
    assert "locked" in served.deployment.succeeds("staff", "lock", "listed@example.com")
    assert "listed@example.com  Noor  admin  locked" in served.deployment.succeeds("staff", "list")
    assert "let in again" in served.deployment.succeeds("staff", "lock", "listed@example.com", "--off")
    assert "0 open" in served.deployment.succeeds("staff", "sessions", "listed@example.com")
    assert "0 ended" in served.deployment.succeeds("staff", "sessions", "listed@example.com", "--end")


@pytest.mark.parametrize(
    ("option", "value", "named"), [("--email", "nobody", "email"), ("--role", "king", "role"), ("--name", " ", "name")]
)
def test_create_refuses_what_is_none_with_a_sentence_that_names_it(
    served: Served, option: str, value: str, named: str
) -> None:
    given = {"--name": "A", "--email": "wrong@example.com", "--role": "admin"} | {option: value}
    said = _refused(served, "create", *[word for pair in given.items() for word in pair])
    assert f"{named}: must be" in said


def test_an_address_is_given_once_and_an_unknown_one_is_told(served: Served) -> None:
    _create(served, "once@example.com")
    given = ("--name", "B", "--email", "once@example.com", "--role", "admin")
    assert "already" in _refused(served, "create", *given)
    assert "no member of staff" in _refused(served, "reset", "nobody@example.com")
