"""The buyer's link: its own secret opens it, and nothing else does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from tenor.base import seal as text
from tenor.base.ids import new_id
from tenor.base.seal import Seal
from tenor.core.orders.links import checkout_url, mailed_url, merchant_of, proves
from tenor.core.orders.model import UNFINISHED, Detail, Item, Order, State

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


READER = "Ana@Northwind.example.com"


async def _mailed(trade: Trade, email: str | None = READER) -> Order:
    items = (Item(sku="BOLT-8", name="Bolts, box", unit_price=1_000_00, quantity=1),)
    return await trade.create(trade.new(detail=Detail(items=items, customer_email=email)))


def _proof(order: Order, seal: Seal = SEAL) -> str:
    (proof,) = parse_qs(urlsplit(mailed_url("https://pay.example.com", seal, order)).query)["proof"]
    return proof


async def test_the_mailed_link_is_the_buyers_link_and_a_proof_of_the_address(trade: Trade) -> None:
    order = await _mailed(trade)
    url = mailed_url("https://pay.example.com", SEAL, order)
    assert url == f"{checkout_url('https://pay.example.com', SEAL, order)}?proof={_proof(order)}"
    assert len(text.from_text(_proof(order))) == 32
    assert proves(SEAL, order, _proof(order), trade.now) == READER.lower()


async def test_a_proof_is_bound_to_its_order_its_address_and_its_use(trade: Trade) -> None:
    order, other = await _mailed(trade), await _mailed(trade)
    elsewhere = await _mailed(trade, "eve@elsewhere.example.net")
    readdressed = msgspec.structs.replace(
        order, detail=msgspec.structs.replace(order.detail, customer_email="eve@elsewhere.example.net")
    )
    proof = _proof(order)
    for wrong in (other, elsewhere, readdressed, await _mailed(trade, None)):
        assert proves(SEAL, wrong, proof, trade.now) is None
    assert proves(SEAL, order, _proof(order, Seal("another secret of at least 32 characters")), trade.now) is None
    token = checkout_url("https://pay.example.com", SEAL, order).rpartition("/")[2]
    for forged in (
        "",
        "é",
        proof[:-2],
        proof + "AAAA",
        proof.swapcase(),
        token,
        text.to_text(text.from_text(token)[16:]),
    ):
        assert proves(SEAL, order, forged, trade.now) is None, forged


async def test_a_proof_ends_with_the_orders_link(trade: Trade) -> None:
    order = await _mailed(trade)
    proof = _proof(order)
    assert proves(SEAL, order, proof, order.expires_at - timedelta(microseconds=1))
    assert proves(SEAL, order, proof, order.expires_at) is None
    for state in State:
        ended = msgspec.structs.replace(order, state=state)
        assert (proves(SEAL, ended, proof, trade.now) is None) == (state not in UNFINISHED), state
