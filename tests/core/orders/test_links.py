"""The buyer's link: its own secret opens it, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tenor.base import seal as text
from tenor.base.ids import new_id
from tenor.base.seal import Seal
from tenor.core.orders.links import checkout_url, merchant_of

if TYPE_CHECKING:
    from tests.core.conftest import Trade

SEAL = Seal("a secret of at least thirty-two characters")


async def test_a_link_is_always_the_same_and_opens_its_order(trade: Trade) -> None:
    order = await trade.create()
    url = checkout_url("https://pay.example.com", SEAL, order)
    assert url == checkout_url("https://pay.example.com", SEAL, await trade.choose(order))
    _, _, number, token = urlsplit(url).path.split("/")
    assert number == order.number
    assert merchant_of(SEAL, number, token) == order.merchant_id


async def test_a_link_that_was_tampered_with_opens_nothing(trade: Trade) -> None:
    order, other = await trade.create(), await trade.create()
    token = checkout_url("https://pay.example.com", SEAL, order).rpartition("/")[2]
    data = text.from_text(token)
    forged = [
        "", "x", "é", token[:-4], token + "AAAA", token + "=", token.swapcase(),
        text.to_text(new_id().bytes + data[16:]),
        text.to_text(data[:16]),
        text.to_text(data[:-1] + bytes([data[-1] ^ 1])),
    ]  # fmt: skip
    for wrong in forged:
        assert merchant_of(SEAL, order.number, wrong) is None, wrong
    assert merchant_of(SEAL, other.number, token) is None
    assert merchant_of(Seal("another secret of at least 32 characters"), order.number, token) is None


@pytest.mark.parametrize("number", ["", "é", "\x00", "20260416-7K3M9QWZ2TXA/"])
async def test_a_strange_number_opens_nothing(trade: Trade, number: str) -> None:
    token = checkout_url("https://pay.example.com", SEAL, await trade.create()).rpartition("/")[2]
    assert merchant_of(SEAL, number, token) is None
