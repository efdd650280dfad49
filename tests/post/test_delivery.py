"""Letters really leave: once, however long the mail server is away, and without anybody waiting for them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from tenor.base import clock
from tenor.base.addresses import networks
from tenor.base.database import Database
from tenor.base.outbound import Outbound
from tenor.core.buyers.signin import rules as signin_rules
from tenor.core.buyers.signin import service as signin
from tenor.core.deliveries.sending import Webhooks
from tenor.core.dispatch import rules as dispatch
from tenor.core.dispatch.model import ANSWER_KEPT
from tenor.core.dispatch.sender import Sender
from tenor.core.mail import rules, service
from tenor.core.mail.model import Kind, MailState
from tenor.core.orders import links
from tenor.core.orders import service as orders
from tenor.core.webhooks import service as webhooks
from tenor.post import transport
from tenor.post.delivery import Letters
from tests.post.conftest import READER, SEAL, Mailing, Receiver, part
from tests.receiver import listening

_HOUR = timedelta(hours=1)


async def test_the_link_of_an_order_arrives_in_both_parts(mailing: Mailing, receiver: Receiver) -> None:
    order = await mailing.notified()
    assert await mailing.delivery().send_due(clock.now()) == 1
    (letter,) = receiver.taken
    assert receiver.recipients == [READER]
    assert letter["To"] == READER
    assert letter["From"] == "Example Pay <pay@example.com>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Date"].datetime - clock.now() < _HOUR
    assert [one.get_content_type() for one in letter.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    url = links.mailed_url("https://pay.example.com", SEAL, order)
    assert f"{url}&lang=en" in part(letter, "plain")
    assert f'href="{url.replace("&", "&amp;")}&amp;lang=en"' in part(letter, "html")
    sent = await mailing.letter(order)
    assert (sent.state, sent.attempts, sent.last_error, sent.claimed_until) == (MailState.SENT, 1, None, None)
    assert sent.sent_at is not None
    assert letter["Message-ID"] == f"<{sent.id}@example.com>"


async def test_the_mailed_link_proves_the_address_it_was_mailed_to(mailing: Mailing, receiver: Receiver) -> None:
    order = await mailing.notified()
    await mailing.delivery().send_due(clock.now())
    (line,) = [one for one in part(receiver.taken[0], "plain").splitlines() if one.startswith("https://")]
    (proof,) = parse_qs(urlsplit(line).query)["proof"]
    assert links.proves(SEAL, order, proof, mailing.trade.now) == READER


async def test_a_letter_that_was_taken_is_never_sent_again(mailing: Mailing, receiver: Receiver) -> None:
    await mailing.notified()
    delivery = mailing.delivery()
    await delivery.send_due(clock.now())
    for days in range(3):
        assert await delivery.send_due(clock.now() + timedelta(days=days)) == 0
    assert receiver.offered == 1


async def test_a_server_that_took_a_letter_may_end_the_connection_as_it_likes(
    mailing: Mailing, receiver: Receiver
) -> None:
    receiver.on_quit = "554 Never heard of you"
    order = await mailing.notified()
    await mailing.delivery().send_due(clock.now())
    assert (await mailing.letter(order)).state == MailState.SENT
    assert len(receiver.taken) == 1


async def test_a_server_that_says_later_is_asked_again_by_the_schedule_for_a_day(
    mailing: Mailing, receiver: Receiver
) -> None:
    receiver.on_content = "451 Come back later"
    order = await mailing.notified()
    delivery, began = mailing.delivery(), clock.now()
    now = began
    for attempt, pause in enumerate(rules.PAUSES, 1):
        assert await delivery.send_due(now) == 1
        waiting = await mailing.letter(order)
        assert (waiting.state, waiting.attempts, waiting.due_at) == (MailState.QUEUED, attempt, now + pause)
        assert waiting.last_error == "451 Come back later"
        assert await delivery.send_due(now + pause - timedelta(seconds=1)) == 0
        now += pause
    assert await delivery.send_due(now) == 1
    given_up = await mailing.letter(order)
    assert (given_up.state, given_up.attempts) == (MailState.FAILED, len(rules.PAUSES) + 1)
    assert timedelta(hours=23) < now - began <= timedelta(hours=24)
    assert await delivery.send_due(now + timedelta(days=30)) == 0


async def test_a_server_that_comes_back_gets_the_letter(mailing: Mailing, receiver: Receiver) -> None:
    order = await mailing.notified()
    now = clock.now()
    away = mailing.delivery(smtp_url="smtp://127.0.0.1:1")
    await away.send_due(now)
    waiting = await mailing.letter(order)
    assert (waiting.state, waiting.attempts) == (MailState.QUEUED, 1)
    assert waiting.last_error
    await mailing.delivery().send_due(now + rules.PAUSES[0])
    assert (await mailing.letter(order)).state == MailState.SENT
    assert len(receiver.taken) == 1


async def test_a_server_that_does_not_answer_is_given_up_on_until_later(
    mailing: Mailing, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "PATIENCE", 0.2)
    never = asyncio.Event()

    async def hang(_: bytes) -> None:
        await never.wait()

    receiver.before_answer = hang
    order = await mailing.notified()
    await mailing.delivery().send_due(clock.now())
    waiting = await mailing.letter(order)
    assert (waiting.state, waiting.attempts, waiting.claimed_until) == (MailState.QUEUED, 1, None)
    never.set()


@pytest.mark.parametrize("refusal", ["on_recipient", "on_content"])
async def test_a_letter_that_is_refused_for_good_is_not_offered_again(
    mailing: Mailing, receiver: Receiver, refusal: str
) -> None:
    setattr(receiver, refusal, "550 No such mailbox")
    order = await mailing.notified()
    delivery = mailing.delivery()
    await delivery.send_due(clock.now())
    failed = await mailing.letter(order)
    assert (failed.state, failed.attempts, failed.last_error) == (MailState.FAILED, 1, "550 No such mailbox")
    assert await delivery.send_due(clock.now() + timedelta(days=1)) == 0


async def test_a_sender_that_the_server_does_not_like_is_ours_to_mend_so_the_letter_waits(
    mailing: Mailing, receiver: Receiver
) -> None:
    receiver.on_mail = "550 Sender not allowed"
    order = await mailing.notified()
    await mailing.delivery().send_due(clock.now())
    assert (await mailing.letter(order)).state == MailState.QUEUED


async def test_a_server_that_takes_no_password_keeps_the_letter_waiting(mailing: Mailing, receiver: Receiver) -> None:
    order = await mailing.notified()
    await mailing.delivery(smtp_url=f"smtp://pay:wrong@127.0.0.1:{receiver.port}").send_due(clock.now())
    waiting = await mailing.letter(order)
    assert waiting.state == MailState.QUEUED
    assert receiver.offered == 0
    assert "wrong" not in (waiting.last_error or "")


async def test_a_letter_that_was_given_up_goes_when_staff_say_so(mailing: Mailing, receiver: Receiver) -> None:
    receiver.on_recipient = "550 No such mailbox"
    order = await mailing.notified()
    await mailing.delivery().send_due(clock.now())
    receiver.on_recipient = "250 OK"
    failed = await mailing.letter(order)
    now = clock.now()
    async with mailing.database.transaction() as tx:
        again = await service.retry(tx, failed.id, now)
    assert (again.state, again.attempts) == (MailState.QUEUED, 0)
    await mailing.delivery().send_due(now)
    assert (await mailing.letter(order)).state == MailState.SENT


async def test_two_workers_never_send_the_same_letter(mailing: Mailing, receiver: Receiver, database_url: str) -> None:
    for _ in range(25):
        await mailing.notified()
    other = await Database.open(database_url, size=4)
    try:
        workers = [mailing.delivery(), Mailing(mailing.trade, mailing.settings, other).delivery()]

        async def empty(worker: int) -> int:
            done = 0
            while taken := await workers[worker].send_due(clock.now()):
                done += taken
            return done

        assert sum(await asyncio.gather(empty(0), empty(1))) == 25
    finally:
        await other.close()
    names = [letter["Message-ID"] for letter in receiver.taken]
    assert len(names) == len(set(names)) == 25


async def test_a_letter_whose_sender_was_killed_goes_again_under_the_same_name_when_the_claim_has_ended(
    mailing: Mailing, receiver: Receiver
) -> None:
    order = await mailing.notified()
    now = clock.now()

    async def die(_: bytes) -> None:
        sending.cancel()

    receiver.before_answer = die
    sending = asyncio.create_task(mailing.delivery().send_due(now))
    await asyncio.gather(sending, return_exceptions=True)
    assert (await mailing.letter(order)).state == MailState.QUEUED
    receiver.before_answer = None
    assert await mailing.delivery().send_due(now + timedelta(seconds=1)) == 0
    assert await mailing.delivery().send_due(now + _HOUR) == 1
    assert len({letter["Message-ID"] for letter in receiver.taken}) == 1
    assert (await mailing.letter(order)).attempts == 2


async def test_no_transaction_is_open_while_a_letter_is_sent(
    mailing: Mailing, receiver: Receiver, database_url: str
) -> None:
    open_ones: list[int] = []

    async def look(_: bytes) -> None:
        connection = await asyncpg.connect(database_url)
        open_ones.append(
            await connection.fetchval(
                """
                SELECT count(*) FROM pg_stat_activity
                 WHERE datname = current_database() AND backend_type = 'client backend'
                   AND state <> 'idle' AND pid <> pg_backend_pid()
                """
            )
        )
        await connection.close()

    receiver.before_answer = look
    await mailing.notified()
    await mailing.delivery().send_due(clock.now())
    assert open_ones == [0]


async def test_an_arabic_letter_is_read_as_it_was_written(mailing: Mailing, receiver: Receiver) -> None:
    trade = mailing.trade
    order = await trade.create()
    async with mailing.database.transaction() as tx:
        await orders.select_terms(
            tx, trade.merchant, order.id, code="net30", company_name="شركة البناء", email=READER, now=trade.now,
            language="ar",
        )  # fmt: skip
    await mailing.delivery().send_due(clock.now())
    letters = {letter["Subject"]: letter for letter in receiver.taken}
    approved = letters["تمت الموافقة على شروط الدفع الخاصة بك لدى \u2068Acme Fasteners\u2069"]
    copy = letters["نسختك من اتفاقية الطلب لدى \u2068Acme Fasteners\u2069"]
    assert approved["Content-Language"] == "ar"
    assert "تمت الموافقة على شروط الدفع" in part(approved, "plain")
    assert '<html lang="ar" dir="rtl">' in part(approved, "html")
    assert "شركة البناء" in part(copy, "plain")
    assert "شركة البناء" in part(copy, "html")


async def test_a_letter_speaks_the_language_of_the_shops_country_where_nobody_told_another(
    mailing: Mailing, receiver: Receiver
) -> None:
    await mailing.notified()
    async with mailing.database.transaction() as tx:
        await tx.execute("UPDATE merchants SET country = 'SA'")
    await mailing.delivery().send_due(clock.now())
    assert receiver.taken[0]["Content-Language"] == "ar"


async def test_a_code_is_in_its_letter_and_not_in_the_outbox(mailing: Mailing, receiver: Receiver) -> None:
    order = await mailing.trade.create()
    async with mailing.database.transaction() as tx:
        challenge = await signin.start(tx, order.merchant_id, order.id, email=READER, language="en", now=clock.now())
    code = signin_rules.code_of(SEAL, challenge)
    await mailing.delivery().send_due(clock.now())
    (letter,) = receiver.taken
    assert code in part(letter, "plain").split()
    assert f">{code}<" in part(letter, "html")
    assert code not in letter["Subject"]
    assert (await mailing.letter(order)).data == {"challenge": str(challenge)}


async def test_a_code_whose_time_is_over_is_not_sent_any_more(mailing: Mailing, receiver: Receiver) -> None:
    order = await mailing.trade.create()
    now = clock.now()
    async with mailing.database.transaction() as tx:
        await signin.start(tx, order.merchant_id, order.id, email=READER, language="en", now=now)
    await mailing.delivery().send_due(now + signin_rules.VALID)
    late = await mailing.letter(order)
    assert (late.state, late.last_error) == (MailState.FAILED, "overtaken: the code's time is over")
    assert receiver.offered == 0


async def test_the_link_of_an_order_that_has_ended_is_not_sent_any_more(mailing: Mailing, receiver: Receiver) -> None:
    order = await mailing.notified()
    await mailing.trade.do(order, lambda tx, locked: orders.expire(tx, locked, mailing.trade.now))
    await mailing.delivery().send_due(clock.now())
    assert (await mailing.letter(order)).state == MailState.FAILED
    assert receiver.offered == 0


async def test_a_letter_tells_the_terms_that_were_accepted_though_the_order_has_changed_since(
    mailing: Mailing, receiver: Receiver
) -> None:
    trade = mailing.trade
    order = await trade.placed(total=1_000_00)
    async with mailing.database.transaction() as tx:
        await tx.execute("UPDATE orders SET terms = jsonb_set(terms, '{offer,total}', '50000') WHERE id = $1", order.id)
    await mailing.delivery().send_due(clock.now())
    for letter in receiver.taken:
        assert "$1,000.00" in part(letter, "plain")
        assert "$500.00" not in part(letter, "plain")


async def test_what_is_due_is_sent_while_the_worker_runs_and_what_has_begun_is_finished(
    mailing: Mailing, receiver: Receiver
) -> None:
    stop = asyncio.Event()

    async def stop_meanwhile(_: bytes) -> None:
        stop.set()

    receiver.before_answer = stop_meanwhile
    order = await mailing.notified()
    await asyncio.wait_for(mailing.delivery().run(stop), 30)
    assert (await mailing.letter(order)).state == MailState.SENT


async def test_every_kind_of_letter_can_be_sent_in_both_languages(mailing: Mailing, receiver: Receiver) -> None:
    trade = mailing.trade
    orders = {"en": await trade.sold(), "ar": await trade.sold()}
    order = orders["en"]
    (confirmed,) = [one for one in await mailing.letters(order) if one.kind == Kind.ORDER_CONFIRMED]
    async with mailing.database.transaction() as tx:
        await tx.execute("DELETE FROM deliveries")
        for language, order in orders.items():
            for kind in (Kind.APPROVED, Kind.AGREEMENT, Kind.DECLINED, Kind.ORDER_CONFIRMED):
                await service.enqueue(
                    tx, order.merchant_id, order.id, kind, recipient=READER, language=language,
                    data=confirmed.data,
                )  # fmt: skip
    while await mailing.delivery().send_due(clock.now()):
        pass
    assert len(receiver.taken) == 8


async def test_each_attempt_is_kept_with_what_the_mail_server_said(mailing: Mailing, receiver: Receiver) -> None:
    order = await mailing.notified()
    now = clock.now()
    await mailing.delivery(smtp_url="smtp://127.0.0.1:1").send_due(now)
    receiver.on_content = "451 Come back later, " + "x" * 400
    await mailing.delivery().send_due(now + rules.PAUSES[0])
    receiver.on_content = "250 Queued as 4A5B6C"
    await mailing.delivery().send_due(now + rules.PAUSES[0] + rules.PAUSES[1])
    async with mailing.database.single_statement() as tx:
        away, later, taken = await service.attempts(tx, await mailing.letter(order))
    assert (away.number, away.started_at, away.status, away.answer) == (1, now, None, b"")
    assert away.error
    assert (later.number, later.status, later.error) == (2, 451, None)
    assert later.answer == b"Come back later, " + b"x" * 400
    assert (taken.number, taken.status, taken.error, taken.answer) == (3, 250, None, b"Queued as 4A5B6C")
    assert all(one.milliseconds >= 0 for one in (away, later, taken))


async def test_of_what_a_mail_server_says_no_more_is_kept_than_of_any_other_answer(
    mailing: Mailing, receiver: Receiver
) -> None:
    receiver.on_content = "\r\n".join(["451-" + "y" * 400] * 10 + ["451 the end"])
    order = await mailing.notified()
    await mailing.delivery().send_due(clock.now())
    async with mailing.database.single_statement() as tx:
        (attempt,) = await service.attempts(tx, await mailing.letter(order))
    assert (attempt.status, len(attempt.answer)) == (451, ANSWER_KEPT)


async def test_a_mail_server_that_hangs_keeps_no_event_and_few_letters_waiting_at_a_time(
    mailing: Mailing, receiver: Receiver
) -> None:
    never, begun, waiting = asyncio.Event(), asyncio.Event(), 0

    async def hang(_: bytes) -> None:
        nonlocal waiting
        waiting += 1
        begun.set()
        await never.wait()

    receiver.before_answer = hang
    stop = asyncio.Event()
    async with listening() as shop, Outbound(networks("127.0.0.0/8")) as outbound:
        async with mailing.database.transaction() as tx:
            await webhooks.add(tx, mailing.trade.merchant.id, shop.url, [], clock.now())
        for _ in range(20):
            await mailing.notified()
        events = Sender(mailing.database, Webhooks(outbound, SEAL, {}))
        letters = asyncio.create_task(mailing.delivery().run(stop))
        async with asyncio.timeout(30):
            await begun.wait()
            assert await events.drain() == 20
            assert len(shop.heard) == 20
        assert waiting <= Letters.hands
        never.set()
        stop.set()
        await letters


async def test_a_letter_that_took_too_long_to_write_is_left_to_the_next_attempt(
    mailing: Mailing, receiver: Receiver
) -> None:
    order = await mailing.notified()
    began, late = clock.now(), clock.now() + dispatch.LEASE - timedelta(seconds=transport.PATIENCE)
    times = iter([began, began])
    way = Letters(mailing.settings, mailing.database, SEAL, now=lambda: late)
    assert await Sender(mailing.database, way, now=lambda: next(times, late)).drain() == 1
    assert receiver.offered == 0
    waiting = await mailing.letter(order)
    assert (waiting.state, waiting.last_error) == (MailState.QUEUED, "not sent: the time to send it was over")
