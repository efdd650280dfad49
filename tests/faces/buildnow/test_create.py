"""A purchase order is made once, however often and in whatever hurry it is sent."""

from __future__ import annotations

import asyncio
import json

import httpx

from tests.faces.buildnow.conftest import MakePartner
from tests.faces.buildnow.partner import PATH, TOKEN, Partner, a_body


async def test_token_create_and_get_over_a_real_socket(live_partner: Partner) -> None:
    http = live_partner.http
    form = {"client_id": live_partner.client_id, "client_secret": live_partner.client_secret}
    token = (await http.post(TOKEN, data=form | {"grant_type": "client_credentials"})).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    created = await http.post(PATH, json=a_body(), headers=headers)
    assert created.status_code == 201, created.text
    found = await http.get(f"{PATH}{created.json()['id']}/", headers=headers)
    assert (found.status_code, found.content) == (200, created.content)


async def test_fifty_identical_creates_at_once_make_one_order_and_fifty_equal_answers(live_partner: Partner) -> None:
    answers = await asyncio.gather(*[live_partner.create(a_body()) for _ in range(50)])
    assert sorted(answer.status_code for answer in answers) == [200] * 49 + [201]
    assert len({answer.content for answer in answers}) == 1
    assert (await live_partner.count("orders"), await live_partner.count("events")) == (1, 1)


async def test_fifty_different_creates_under_one_reference_make_one_order(live_partner: Partner) -> None:
    answers = await asyncio.gather(*[live_partner.create(a_body(metadata=number)) for number in range(50)])
    assert sorted(answer.status_code for answer in answers) == [201] + [400] * 49
    assert {answer.text for answer in answers if answer.status_code == 400} == {
        '{"partner_order_reference":["Already belongs to a live order with another content."]}'
    }
    assert await live_partner.count("orders") == 1


async def test_the_same_body_in_other_words_is_the_same_body(partner: Partner) -> None:
    order = await partner.created()
    body = a_body(total_price=115000, vat_rate=15, ignored="whatever", metadata={"site": 12, "project": "Warehouse 7"})
    body["items"][0]["price"] = "200.0"
    again = await partner.create(json.dumps(body, indent=3).encode())
    assert (again.status_code, again.json()) == (200, order)


async def test_an_address_comes_back_as_it_went_with_numbers_as_text(partner: Partner) -> None:
    sent = {
        "city": "Dubai", "address_line1": "1 Creek Road", "country": "AE", "latitude": 25.2048, "longitude": "55.27080",
        "building_number": "", "street": None, "dock": None, "gates": [1, {"name": "North"}],
    }  # fmt: skip
    order = await partner.created(shipment_address=sent)
    del sent["street"]
    assert order["shipment_address"] == sent | {"latitude": "25.2048"}
    assert (await partner.find(order["id"])).json() == order


async def test_a_reference_is_free_again_when_its_order_was_declined(make_partner: MakePartner) -> None:
    partner = await make_partner()
    big = {"price": 2_000_000, "quantity": 1, "sub_total": 2_000_000, "total_price": 2_300_000, "sku": "CRANE",
           "name": "Tower crane", "unit": "pcs"}  # fmt: skip
    first = await partner.created(items=[big], sub_total=2_000_000, vat_amount=300_000, total_price=2_300_000)
    await partner.choose_terms(first["id"])
    assert (await partner.find(first["id"])).json()["status"] == "declined"
    second = await partner.created()
    assert second["id"] != first["id"]


async def test_two_partners_may_use_one_reference(make_partner: MakePartner) -> None:
    one, other = await make_partner(), await make_partner()
    assert (await one.created())["id"] != (await other.created())["id"]


async def test_a_partners_currency_has_its_own_places(make_partner: MakePartner) -> None:
    partner = await make_partner("KWD")
    line = {"price": "1.005", "quantity": 1, "sub_total": 1.005, "vat_amount": "0.151", "total_price": "1.156",
            "sku": "A", "name": "B", "unit": "pcs"}  # fmt: skip
    order = await partner.created(items=[line], sub_total="1.005", vat_amount=0.151, total_price="1.156")
    assert (order["total_price"], order["vat_rate"]) == ("1.156", "15.00")


def outcome(answer: httpx.Response) -> tuple[int, bytes]:
    return answer.status_code, answer.content


async def test_a_key_gives_the_first_answer_again_byte_by_byte(partner: Partner) -> None:
    first = await partner.create(a_body(), **{"idempotency-key": "k-1"})
    again = await partner.create(a_body(), **{"idempotency-key": "k-1"})
    assert first.status_code == 201
    assert outcome(again) == outcome(first)


async def test_a_key_belongs_to_its_body(partner: Partner) -> None:
    assert (await partner.create(a_body(), **{"idempotency-key": "k-1"})).status_code == 201
    other = await partner.create(a_body(partner_order_reference="PO-2"), **{"idempotency-key": "k-1"})
    assert other.status_code == 400
    assert list(other.json()) == ["non_field_errors"]
    assert "another body" in other.json()["non_field_errors"][0]
    assert await partner.count("orders") == 1


async def test_a_refusal_is_kept_under_its_key_too(partner: Partner) -> None:
    bad = a_body(total_price="1.00")
    first = await partner.create(bad, **{"idempotency-key": "k-1"})
    assert first.status_code == 400
    assert outcome(await partner.create(bad, **{"idempotency-key": "k-1"})) == outcome(first)
    assert await partner.count("orders") == 0
    mended = await partner.create(a_body(), **{"idempotency-key": "k-1"})
    assert list(mended.json()) == ["non_field_errors"]


async def test_twenty_calls_at_once_under_one_key_get_one_answer(live_partner: Partner) -> None:
    answers = await asyncio.gather(*[live_partner.create(a_body(), **{"idempotency-key": "k-1"}) for _ in range(20)])
    assert len({outcome(answer) for answer in answers}) == 1
    assert answers[0].status_code == 201
    assert await live_partner.count("orders") == 1


async def test_a_key_is_one_partners_own(make_partner: MakePartner) -> None:
    one, other = await make_partner(), await make_partner()
    first = await one.create(a_body(), **{"idempotency-key": "k-1"})
    second = await other.create(a_body(), **{"idempotency-key": "k-1"})
    assert (first.status_code, second.status_code) == (201, 201)


async def test_a_key_that_can_be_none_is_refused(partner: Partner) -> None:
    for key in ("", "k" * 256, "schl\u00fcssel"):
        answer = await partner.http.post(PATH, json=a_body(), headers=[
            (b"authorization", f"Bearer {partner.token}".encode()), (b"idempotency-key", key.encode("latin-1"))
        ])  # fmt: skip
        assert answer.status_code == 400
        sentence = "Idempotency-Key: must be 1 to 255 printable ASCII characters."
        assert answer.json() == {"non_field_errors": [sentence]}
    assert await partner.left_nothing()
