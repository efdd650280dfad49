"""Numbers that are numbers and do not add up: each is refused where it is wrong, and both numbers are told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faces.buildnow.partner import Body, Partner, a_body

TOLERANCE = "(at most 0.02 SAR may differ, one smallest unit a line)"


async def refusal(partner: Partner, body: Body) -> Any:
    answer = await partner.create(body)
    assert answer.status_code == 400, answer.text
    assert await partner.left_nothing()
    return answer.json()


@pytest.mark.parametrize("total", ["115000.01", "114999.99"])
async def test_a_total_that_is_off_by_one_halala_is_refused(total: str, partner: Partner) -> None:
    (sentence,) = (await refusal(partner, a_body(total_price=total)))["total_price"]
    assert sentence.startswith(f"Is {total} SAR, but the parts make 115000.00 SAR (off by")


async def test_the_lines_must_make_the_sub_total(partner: Partner) -> None:
    told = await refusal(partner, a_body(sub_total="100000.03", total_price="115000.03"))
    assert told == {
        "sub_total": [f"Is 100000.03 SAR, but the items make 100000.00 SAR {TOLERANCE}."],
        "total_price": [f"Is 115000.03 SAR, but the items make 115000.00 SAR {TOLERANCE}."],
    }


async def test_a_halala_a_line_is_tolerated_between_the_order_and_its_lines(partner: Partner) -> None:
    body = a_body(sub_total="99999.98", vat_amount="15000.02", total_price="115000.00")
    assert (await partner.create(body)).status_code == 201


async def test_vat_must_be_what_its_rate_makes(partner: Partner) -> None:
    body = a_body(vat_amount="15000.03", total_price="115000.03")
    assert await refusal(partner, body) == {
        "vat_amount": [f"Is 15000.03 SAR, but the tax rate makes 15000.00 SAR {TOLERANCE}."],
        "total_price": [f"Is 115000.03 SAR, but the items make 115000.00 SAR {TOLERANCE}."],
    }


@pytest.mark.parametrize(
    ("change", "name", "sentence"),
    [
        ({"sub_total": "40000.01", "vat_amount": None}, "sub_total",
         "Is 40000.01 SAR, but 200 x 200.00 makes 40000.00 SAR."),
        ({"vat_amount": "6000.01", "total_price": "46000.01"}, "vat_amount",
         "Is 6000.01 SAR, but 15.00% of 40000.00 is 6000.00 SAR."),
        ({"vat_rate": 5}, "vat_amount", "Is 6000.00 SAR, but 5.00% of 40000.00 is 2000.00 SAR."),
        ({"total_price": "46000.01"}, "total_price", "Is 46000.01 SAR, but the parts make 46000.00 SAR."),
    ],
)  # fmt: skip
async def test_a_line_must_be_exact(change: Body, name: str, sentence: str, partner: Partner) -> None:
    body = a_body()
    body["items"][0] |= change
    assert (await refusal(partner, body))["items"] == [{name: [sentence]}]


async def test_a_purchase_of_nothing_is_refused(partner: Partner) -> None:
    body = a_body(total_price=0, sub_total=0, vat_amount=0)
    body["items"] = [body["items"][0] | {"price": 0, "sub_total": 0, "vat_amount": 0, "total_price": 0}]
    assert await refusal(partner, body) == {"total_price": ["Must be above zero."]}


async def test_sixteen_digits_are_exact_to_the_halala(partner: Partner) -> None:
    amount = "8000000000000000.01"
    line = {"price": amount, "sub_total": amount, "sku": "A", "name": "B", "quantity": 1, "unit": "pcs", "vat_rate": 0,
            "vat_amount": 0, "total_price": amount}  # fmt: skip
    body = a_body(items=[line], sub_total=amount, vat_rate=0, vat_amount=0, total_price="8000000000000000.02")
    (sentence,) = (await refusal(partner, body))["total_price"]
    assert "(off by 0.01 SAR)" in sentence
    answer = await partner.create(body | {"total_price": "8000000000000000.01"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["total_price"] == "8000000000000000.01"


async def test_lines_with_rates_of_their_own_are_summed_at_their_own(partner: Partner) -> None:
    body = a_body()
    body["items"][1] |= {"vat_rate": 0, "vat_amount": 0, "total_price": 60000}
    body |= {"vat_amount": "6000.00", "total_price": "106000.00"}
    assert (await partner.create(body)).status_code == 201
