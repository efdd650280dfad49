"""Whatever adds up is accepted and given back exactly; whatever is a halala off is refused."""

from __future__ import annotations

import copy
import json
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenor.base.wire import FORBIDDEN
from tests.faces.buildnow.partner import Body, Partner

HALALA = Decimal("0.01")
RATES = [None, Decimal(0), Decimal(5), Decimal("7.25"), Decimal(15)]

quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

every_character = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n\r")
texts = st.text(every_character.filter(lambda one: not FORBIDDEN.search(one)), min_size=1, max_size=30).filter(
    str.strip
)
numbers = st.integers() | st.decimals(-(10**12), 10**12, places=3).map(float)
free = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def half_up(amount: Decimal) -> Decimal:
    return amount.quantize(HALALA, ROUND_HALF_UP)


def written(amount: Decimal, as_text: bool) -> Any:
    """One of the two ways in which the wire may have a decimal."""
    return str(amount) if as_text else float(amount)


@st.composite
def lines(draw: st.DrawFn, rate: Decimal) -> Body:
    price = Decimal(draw(st.integers(1, 10**7))) * HALALA
    quantity = draw(st.integers(1, 300))
    own_rate = draw(st.sampled_from(RATES))
    sub_total = price * quantity
    vat = half_up(sub_total * (rate if own_rate is None else own_rate) / 100)
    line: Body = {
        "price": price, "quantity": quantity, "sub_total": sub_total, "vat_amount": vat,
        "total_price": sub_total + vat, "vat_rate": own_rate, "sku": draw(texts), "name": draw(texts), "unit": "pcs",
        "name_en": draw(st.none() | texts), "description": draw(st.none() | texts), "metadata": draw(free),
    }  # fmt: skip
    return line


@st.composite
def purchases(draw: st.DrawFn) -> Body:
    """A purchase order that adds up, its decimals as decimals. Each has a reference of its own."""
    rate = draw(st.sampled_from([None, *RATES[1:]]))
    items = draw(st.lists(lines(Decimal(15) if rate is None else rate), min_size=1, max_size=6))
    sub_total, vat = sum(line["sub_total"] for line in items), sum(line["vat_amount"] for line in items)
    known = {"city": draw(texts), "address_line1": draw(texts)}
    return {
        "sub_total": sub_total, "vat_amount": vat, "total_price": sub_total + vat, "vat_rate": rate,
        "metadata": draw(free), "partner_order_reference": draw(texts) + uuid4().hex, "webhook_url": "",
        "redirection_url": "", "items": items,
        "shipment_address": draw(st.dictionaries(texts.map("x-".__add__), free, max_size=3)) | known,
    }  # fmt: skip


def on_the_wire(value: Any, as_text: bool) -> Any:
    """The body with every decimal written out."""
    if isinstance(value, Decimal):
        return written(value, as_text)
    if isinstance(value, dict):
        return {key: on_the_wire(entry, as_text) for key, entry in value.items()}
    return [on_the_wire(entry, as_text) for entry in value] if isinstance(value, list) else value


def given_back(purchase: Body) -> Body:
    """What the answer must hold of it."""
    back = copy.deepcopy(purchase)
    rate = back["vat_rate"] if back["vat_rate"] is not None else Decimal(15)
    back["vat_rate"] = rate
    for line in back["items"]:
        line["vat_rate"] = rate if line["vat_rate"] is None else line["vat_rate"]
    back["shipment_address"] |= {"country": "SA"}
    for place in [back, *back["items"]]:
        for name in ("price", "sub_total", "vat_amount", "total_price", "vat_rate"):
            if name in place:
                place[name] = f"{place[name]:.2f}"
    return back


@quick
@given(purchase=purchases(), as_text=st.booleans())
async def test_a_purchase_that_adds_up_is_given_back_exactly(purchase: Body, as_text: bool, partner: Partner) -> None:
    answer = await partner.create(on_the_wire(purchase, as_text))
    assert answer.status_code == 201, answer.text
    order = answer.json()
    assert {name: order[name] for name in purchase} == given_back(purchase)
    assert (await partner.find(order["id"])).json() == order


@quick
@given(purchase=purchases(), off=st.sampled_from([HALALA, -HALALA]), data=st.data())
async def test_a_purchase_that_is_a_halala_off_is_refused_where_it_is_off(
    purchase: Body, off: Decimal, data: st.DataObject, partner: Partner
) -> None:
    index = data.draw(st.integers(-1, len(purchase["items"]) - 1))
    place = purchase if index < 0 else purchase["items"][index]
    name = data.draw(st.sampled_from(["total_price"] if index < 0 else ["sub_total", "vat_amount", "total_price"]))
    place[name] = abs(place[name] + off)
    told = (await refused(partner, purchase)).json()
    assert name in (told if index < 0 else told["items"][index]), told


async def refused(partner: Partner, purchase: Body) -> Any:
    answer = await partner.create(on_the_wire(purchase, as_text=True))
    assert answer.status_code == 400, answer.text
    return answer


async def test_numbers_in_free_json_keep_every_digit(partner: Partner) -> None:
    content = b'{"whole": 123456789012345678901234567890, "exact": 0.12345678901234567890, "zero": 1.50}'
    order = await partner.created()
    body = json.dumps({**{k: order[k] for k in order if k in SENT}, "metadata": 0}).encode()
    body = body.replace(b'"metadata": 0', b'"metadata": ' + content).replace(b"PO-2026-0417", b"PO-DIGITS")
    answer = await partner.create(body)
    assert answer.status_code == 201, answer.text
    for text in (answer.text, (await partner.find(answer.json()["id"])).text):
        assert '"metadata":{"exact":0.12345678901234567890,"whole":123456789012345678901234567890,"zero":1.50}' in text


SENT = {
    "total_price", "sub_total", "vat_rate", "vat_amount", "partner_order_reference", "webhook_url", "redirection_url",
    "items", "shipment_address",
}  # fmt: skip
