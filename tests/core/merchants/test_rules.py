"""Origins and the look of credentials."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.base.ids import new_id
from tenor.core.merchants.rules import allows, merchant_of, new_credential_id, origin_of, secret_prefix


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://shop.example.com", "https://shop.example.com"),
        ("https://shop.example.com/a?b#c", "https://shop.example.com"),
        ("HTTPS://SHOP.example.com:443/", "https://shop.example.com"),
        ("http://shop.example.com:80/", "http://shop.example.com"),
        ("http://shop.example.com:443/", "http://shop.example.com:443"),
        ("https://shop.example.com:8443/", "https://shop.example.com:8443"),
        ("http://127.0.0.1:8000/x", "http://127.0.0.1:8000"),
        ("http://[::1]:8000/x", "http://[::1]:8000"),
        ("https://bücher.example.com/", "https://xn--bcher-kva.example.com"),
    ],
)
def test_an_origin_is_scheme_host_and_a_port_that_is_not_the_schemes_own(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url",
    [
        "", "/", "shop.example.com", "//shop.example.com", "https:shop.example.com", "https://", "https:///x",
        "javascript:alert(1)", "JavaScript://shop.example.com/%0aalert(1)", "java\nscript:alert(1)", "data:text/html,x",
        "ftp://shop.example.com", "file:///etc/passwd",
        "https://ana@shop.example.com", "https://@shop.example.com", "https://shop.example.com:pw@evil.example.com",
        "https://shop.example.com\\@evil.example.com", "https://evil.example.com\\.shop.example.com",
        " https://shop.example.com", "https://shop.example.com\n", "https://shop .example.com",
        "https://shop.example.com:port", "https://shop.example.com:99999", "https://[::1", "https://[shop.example.com]",
        "https://.example.com", "https://a..example.com", "https://" + "a" * 64 + ".example.com",
        "https://a<b.example.com", "https://" + "a." * 130 + "com", "https://stra\u00dfe.example.com",
        "https://shop.example.com/\u202e", "https://shop.example.com/\x00", "https://shop%2eexample.com",
        "https://shop.example.com\uff0fevil.example.com", "https://\ud800.example.com", "https://\uff53hop.example.com",
    ],
)  # fmt: skip
def test_what_programs_may_read_differently_has_no_origin(url: str) -> None:
    assert origin_of(url) is None
    assert not allows([], url)


def test_a_return_address_must_lead_to_one_of_the_merchants_origins() -> None:
    origins = ["https://shop.example.com", "http://127.0.0.1:8000"]
    assert allows(origins, "https://shop.example.com/done")
    assert allows(origins, "http://127.0.0.1:8000/")
    for elsewhere in (
        "http://shop.example.com/", "https://shop.example.com:8443/", "https://shop.example.com.evil.example.com/",
        "https://evil.example.com/?https://shop.example.com", "http://127.0.0.1/", "https://example.com/",
    ):  # fmt: skip
        assert not allows(origins, elsewhere)


def test_a_merchant_that_registered_no_origin_is_not_held_to_any() -> None:
    assert allows([], "https://anywhere.example.com/")


@pytest.mark.parametrize(
    ("kind", "environment", "public", "secret"),
    [
        ("api_key", "sandbox", "pk_test_", "sk_test_"),
        ("api_key", "production", "pk_live_", "sk_live_"),
        ("oauth_client", "sandbox", "client_test_", "secret_test_"),
        ("oauth_client", "production", "client_live_", "secret_live_"),
    ],
)
def test_a_credential_shows_its_kind_and_environment_and_leads_to_its_merchant(
    kind: str, environment: str, public: str, secret: str
) -> None:
    merchant_id = new_id()
    credential_id = new_credential_id(merchant_id, kind, environment, b"12345678")  # type: ignore[arg-type]
    assert credential_id.startswith(public)
    assert secret_prefix(kind, environment) == secret  # type: ignore[arg-type]
    assert merchant_of(credential_id) == merchant_id


@given(st.text(max_size=40).map(lambda text: f"pk_test_{text}") | st.text(max_size=40))
def test_what_we_never_issued_leads_to_nobody_and_breaks_nothing(text: str) -> None:
    found = merchant_of(text)
    assert found is None or text.removeprefix("pk_test_").isascii()
