"""What a merchant hears when its webhook address was switched off."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tenor.base import clock
from tenor.core.mail import service as mail
from tenor.core.mail.model import Kind, MailState
from tenor.core.mail.store import latest
from tenor.core.merchants import service as merchants
from tenor.core.merchants.signin import service as signin
from tenor.core.merchants.signin import store as signin_store
from tenor.post import letters
from tenor.post.letters import Letter
from tenor.post.notices import Notice
from tests.post.conftest import READER, Mailing, Receiver, part
from tests.post.test_letters import MERCHANT, SWITCHED_OFF

ENDPOINT = SWITCHED_OFF["endpoint"]


def _letter(code: str = "en", name: str = MERCHANT.name, **changes: Any) -> Letter:
    merchant = msgspec.structs.replace(MERCHANT, name=name)
    notice = Notice(letters.languages()[code], merchant, SWITCHED_OFF | changes)
    return letters.write(Kind.ENDPOINT_OFF, notice, sandbox=False)


def test_the_letter_says_why_and_which_endpoint_it_is() -> None:
    text = _letter().text
    assert "For five days every attempt to bring an event there has failed." in text
    assert "The address: https://shop.example.com/hook" in text
    assert "Events are missing since: 2026-04-10 09:00:00 UTC" in text
    assert f"The endpoint: {ENDPOINT}" in text
    assert "notices to Najd Steel & Sons" in text


def test_a_410_is_named_as_the_reason() -> None:
    text = _letter(reason="gone").text
    assert "410 Gone" in text
    assert "five days" not in text


@pytest.mark.parametrize(
    ("code", "words", "lane"),
    [
        ("en", "Those that your orders bring along", "The endpoint: orders"),
        ("ar", "التي ترد مع طلباتك", "نقطة الاستقبال: \u2068orders\u2069"),
    ],
)
def test_the_addresses_that_orders_bring_along_are_named_by_what_they_are(code: str, words: str, lane: str) -> None:
    text = _letter(code, url=None, endpoint="orders").text
    assert words in text
    assert lane in text


def test_in_arabic_the_endpoints_number_stands_apart_so_that_it_can_be_copied() -> None:
    assert f"\u2068{ENDPOINT}\u2069" in _letter("ar").text
    assert f"<bdi>{ENDPOINT}</bdi>" in _letter("ar").html


async def test_a_letter_without_an_order_leaves_in_the_language_of_the_merchants_country(
    mailing: Mailing, receiver: Receiver
) -> None:
    async with mailing.database.transaction() as tx:
        await tx.execute("UPDATE merchants SET country = 'SA'")
        await mail.enqueue(
            tx, mailing.trade.merchant.id, None, Kind.ENDPOINT_OFF, recipient="ops@acme.example.com", language=None,
            data=SWITCHED_OFF,
        )  # fmt: skip
    await mailing.delivery().send_due(clock.now())
    (letter,) = receiver.taken
    assert (letter["To"], letter["Content-Language"]) == ("ops@acme.example.com", "ar")
    assert ENDPOINT in part(letter, "plain")
    async with mailing.database.single_statement() as tx:
        (sent,) = await latest(tx, 10)
    assert (sent.state, sent.order_id, sent.recipient) == (MailState.SENT, None, "ops@acme.example.com")


async def test_a_letter_of_a_kind_that_this_release_does_not_know_waits_and_holds_up_no_other(
    mailing: Mailing, receiver: Receiver
) -> None:
    async with mailing.database.transaction() as tx:
        await tx.execute(
            "INSERT INTO deliveries (merchant_id, letter, recipient) VALUES ($1, 'of_tomorrow', $2)",
            mailing.trade.merchant.id, READER,
        )  # fmt: skip
    order = await mailing.notified()
    await mailing.delivery().send_due(clock.now())
    assert (await mailing.letter(order)).state == MailState.SENT
    async with mailing.database.single_statement() as tx:
        waiting = await tx.fetchrow(
            "SELECT state, error FROM deliveries d JOIN delivery_attempts ON delivery_id = d.id"
            " WHERE letter = 'of_tomorrow'"
        )
    assert waiting is not None
    assert tuple(waiting) == ("pending", "could not be written: ValueError")


async def _asked(mailing: Mailing, to: str = "") -> None:
    async with mailing.database.transaction() as tx:
        await merchants.set_email(tx, mailing.trade.merchant.id, "dev@acme.example.com")
        await signin.ask(tx, "DEV@acme.example.com", language="en", to=to, now=clock.now())


async def test_the_link_to_a_merchants_pages_stands_in_its_letter_alone(mailing: Mailing, receiver: Receiver) -> None:
    await _asked(mailing, "/dashboard/deliveries")
    await mailing.delivery().send_due(clock.now())
    (letter,) = receiver.taken
    assert letter["To"] == "dev@acme.example.com"
    for kind in ("plain", "html"):
        assert "/dashboard/enter/" in part(letter, kind)
    assert "to=%2Fdashboard%2Fdeliveries" in part(letter, "plain")
    async with mailing.database.single_statement() as tx:
        rows = await tx.fetch("SELECT * FROM deliveries CROSS JOIN merchant_links")
    secret = part(letter, "plain").partition("/dashboard/enter/")[2].split("?")[0]
    assert len(secret) > 80
    assert secret not in str([dict(row) for row in rows])


async def test_a_link_that_opens_nothing_any_more_is_not_mailed(mailing: Mailing, receiver: Receiver) -> None:
    await _asked(mailing)
    async with mailing.database.transaction() as tx:
        await signin_store.end_sessions(tx, mailing.trade.merchant.id, clock.now())
    await mailing.delivery().send_due(clock.now())
    assert receiver.taken == []
    async with mailing.database.single_statement() as tx:
        (overtaken,) = await latest(tx, 10)
    assert (overtaken.state, overtaken.last_error) == (MailState.FAILED, "overtaken: the link's time is over")
