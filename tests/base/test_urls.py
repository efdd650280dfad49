"""Return addresses: our parameters are added, the shop's own survive byte for byte."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.base.urls import with_parameters

OURS = {"backd_order_id": "BO-1", "merchant_order_id": "PO 7&8"}
_ADDED = "backd_order_id=BO-1&merchant_order_id=PO+7%268"

_query = st.text("ab=&%2F+;?/é_", max_size=30)
_fragment = st.text("ab=&%2F+?/é#", max_size=15)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://shop.example.com/done", f"https://shop.example.com/done?{_ADDED}"),
        ("https://shop.example.com", f"https://shop.example.com?{_ADDED}"),
        ("https://shop.example.com/?a=1&b=%2f", f"https://shop.example.com/?a=1&b=%2f&{_ADDED}"),
        ("https://shop.example.com/#/cart", f"https://shop.example.com/?{_ADDED}#/cart"),
        ("https://shop.example.com/#", f"https://shop.example.com/?{_ADDED}#"),
        ("https://shop.example.com/?", f"https://shop.example.com/?{_ADDED}"),
    ],
)
def test_our_parameters_stand_behind_theirs_and_before_the_fragment(url: str, expected: str) -> None:
    assert with_parameters(url, OURS) == expected


@pytest.mark.parametrize("theirs", ["backd_order_id=mine", "backd_order_id=", "backd_order_id", "backd%5Forder_id=x"])
def test_a_parameter_of_theirs_is_never_doubled(theirs: str) -> None:
    url = with_parameters(f"https://shop.example.com/?{theirs}", OURS)
    assert url == f"https://shop.example.com/?{theirs}&merchant_order_id=PO+7%268"


def test_nothing_to_add_leaves_the_address_as_it_is() -> None:
    for url in (
        "https://shop.example.com/?#",
        "https://shop.example.com/?",
        "https://shop.example.com/?backd_order_id=1",
    ):
        assert with_parameters(url, {"backd_order_id": "2"} if "backd" in url else {}) == url


@given(query=_query, fragment=_fragment)
def test_theirs_survive_byte_for_byte_and_ours_can_be_read_back(query: str, fragment: str) -> None:
    url = with_parameters(f"https://shop.example.com/done?{query}#{fragment}", OURS)
    assert url.startswith(f"https://shop.example.com/done?{query}")
    assert url.endswith(f"#{fragment}")
    read = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    assert [(name, value) for name, value in read if name in OURS] == list(OURS.items())
