"""What not every buyer is asked: a year's revenue, and a document that staff want to see."""

from __future__ import annotations

import pytest

from tenor.base import clock
from tenor.core.credit import service as credit
from tenor.core.documents.model import Evidence
from tenor.core.orders import evidence, links
from tenor.core.orders.model import Order
from tenor.core.staff import service as staff
from tenor.core.staff.model import OPERATOR, Role
from tests.browser.looking import faults
from tests.browser.places import NAMES, Places
from tests.browser.visitor import Visitor, Visits

LANGUAGES = ("en", "ar")

ASKING = """
name = "asking-in-{language}"
version = 1
currency = "SAR"
approve_within_limits = true

[thresholds.stated_revenue]
decline_below = "1000000"
"""


async def _asking(places: Places, language: str) -> str:
    """The name of a new policy that reads the stated revenue."""
    async with places.on.database.transaction() as tx:
        return (await credit.publish(tx, ASKING.format(language=language))).name


async def _link_for_a_document(places: Places, order: Order, language: str) -> str:
    now = clock.now()
    async with places.on.database.transaction() as tx:
        clerk, _ = await staff.create(
            tx, places.on.seal, OPERATOR, name="Noor", email=f"{order.number}@staff.example.com".lower(),
            role=Role.CREDIT_OFFICER, now=now,
        )  # fmt: skip
        request = await evidence.ask(tx, order.merchant_id, order.id, Evidence.BANK_STATEMENTS, clerk.id, now)
    url = links.upload_url(places.on.settings.public_url, places.on.seal, order.merchant_id, request.id)
    return f"{url}?lang={language}"


async def _waits(visitor: Visitor, places: Places, language: str) -> Order:
    """An order that a person has to look at: the policy speaks of another currency."""
    order = await places.order(await places.shop(NAMES[language], policy="backd"))
    await visitor.arrives_at_the_agreement(places, places.link(order))
    await visitor.signs()
    await visitor.goes_on()
    assert visitor.step == "review"
    return order


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_question_for_the_revenue_can_be_used_by_everybody(
    visits: Visits, places: Places, language: str
) -> None:
    visitor = await visits.by(language)
    order = await places.order(await places.shop(NAMES[language], policy=await _asking(places, language)))
    await visitor.opens(places.link(order))
    await visitor.signs_in(places)
    found = await faults(visitor.page, f"25-revenue-{language}")
    await visitor.tells_business(stated_revenue="a lot")
    found += await faults(visitor.page, f"25-revenue-corrected-{language}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_pages_that_take_a_document_can_be_used_by_everybody(
    visits: Visits, places: Places, language: str
) -> None:
    visitor = await visits.by(language)
    link = await _link_for_a_document(places, await _waits(visitor, places, language), language)
    await visitor.opens(link)
    found = await faults(visitor.page, f"26-document-{language}")
    await _hand_in(visitor, b"no document")
    found += await faults(visitor.page, f"26-document-corrected-{language}")
    await _hand_in(visitor, b"%PDF-1.4\n1 0 obj\n%%EOF\n")
    found += await faults(visitor.page, f"26-document-taken-{language}")
    await visitor.opens(link)
    found += await faults(visitor.page, f"26-document-closed-{language}")
    assert not found, "\n".join(found)


async def _hand_in(visitor: Visitor, content: bytes) -> None:
    await visitor.page.set_input_files(
        "input[type=file]", {"name": "statements.pdf", "mimeType": "application/pdf", "buffer": content}
    )
    await visitor.presses("main form button")
