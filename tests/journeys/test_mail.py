"""A letter goes once, whatever happens to the worker: at most once more when it is killed before it could note it."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from email import message_from_bytes
from pathlib import Path

import asyncpg
from aiosmtpd.smtp import SMTP, Envelope, Session

from tenor.demo import catalogue
from tenor.demo.catalogue import HARBOR
from tests.journeys.deployment import SHOP, Deployment

READER = "dana@harbor.example.com"


class Receiver:
    """A mail server that keeps what it takes, and does something between taking a letter and saying so."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.meanwhile: Callable[[], Awaitable[None]] | None = None

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's name
        assert isinstance(envelope.content, bytes)
        self.names.append(message_from_bytes(envelope.content)["Message-ID"])
        if self.meanwhile is not None:
            await self.meanwhile()
        return "250 OK"


async def _notified(deployment: Deployment) -> None:
    """One order whose buyer is to be told, made by a server that sends nothing."""
    keys = deployment.merchant()
    order = catalogue.backd_order(catalogue.usual(HARBOR), "A-1", SHOP)
    with deployment.serving("--no-worker") as served:
        created = await asyncio.to_thread(
            served.backd(keys).create_order, order | {"notify_customer": True, "customer_email": READER}
        )
    assert created["notified_customer"] is True


async def _until(condition: Callable[[], Awaitable[bool]], what: str) -> None:
    deadline = time.monotonic() + 60
    while not await condition():
        assert time.monotonic() < deadline, f"after a minute still not: {what}"
        await asyncio.sleep(0.05)


async def _is_noting(deployment: Deployment) -> bool:
    """Whether a worker waits to note a letter."""
    return bool(await _ask(deployment, "count(*)"))


async def _cut_off(deployment: Deployment) -> bool:
    """End the statement that notes a letter."""
    return bool(await _ask(deployment, "pg_terminate_backend(pid)"))


async def _ask(deployment: Deployment, what: str) -> object:
    """Ask about the statement that waits to note a letter."""
    database = await asyncpg.connect(deployment.database_url)
    try:
        return await database.fetchval(
            f"""
            SELECT {what} FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%deliver%'
            """  # noqa: S608 - a text of this file
        )
    finally:
        await database.close()


async def test_a_worker_that_is_killed_before_it_noted_a_letter_sends_it_at_most_once_more_under_the_same_name(
    deployment: Deployment,
) -> None:
    await _notified(deployment)
    receiver, loop = Receiver(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(receiver, hostname="mx.example.com", loop=loop), "127.0.0.1", 0)
    url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    sending = deployment.with_settings(TENOR_SMTP_URL=url, TENOR_MAIL_FROM="pay@example.com")
    database = await asyncpg.connect(deployment.database_url)

    async def state() -> str:
        found: str = await database.fetchval("SELECT state FROM deliveries")
        return found

    # While somebody holds the row the letter can be sent and not be noted.
    holding = database.transaction()

    async def hold() -> None:
        await holding.start()
        await database.execute("SELECT FROM deliveries FOR UPDATE")

    receiver.meanwhile = hold
    with sending.running("worker") as worker:
        await _until(lambda: _is_noting(deployment), "the worker has sent the letter and waits to note it")
        worker.send(signal.SIGKILL)
        await asyncio.to_thread(worker.ended)
    # PostgreSQL would finish a statement whose sender is gone; this one is to have never arrived.
    assert await _cut_off(deployment)
    await holding.rollback()
    receiver.meanwhile = None
    assert (await state(), len(receiver.names)) == ("pending", 1)

    with sending.running("worker"), sending.running("worker"):
        # Nobody touches it before the killed worker's claim has ended, which is brought about here.
        await asyncio.sleep(3)
        assert len(receiver.names) == 1
        await database.execute("UPDATE deliveries SET claimed_until = now()")

        async def sent() -> bool:
            return await state() == "delivered"

        await _until(sent, "the letter is sent")
        await asyncio.sleep(3)
    assert len(receiver.names) == 2
    assert len(set(receiver.names)) == 1
    await database.close()
    server.close()
    await server.wait_closed()


async def test_without_a_mail_server_the_server_writes_letters_and_shows_them(deployment: Deployment) -> None:
    keys = deployment.merchant()
    order = catalogue.backd_order(catalogue.usual(HARBOR), "A-1", SHOP)
    letters = Path(deployment.home) / "mail"
    with deployment.serving() as served:
        created = await asyncio.to_thread(
            served.backd(keys).create_order, order | {"notify_customer": True, "customer_email": READER}
        )

        async def written() -> bool:
            return any(letters.glob("*.eml"))

        await _until(written, "the letter is written")
        (letter,) = sorted(letters.glob("*.eml"))
        page = await asyncio.to_thread(served.server.call, "GET", "/sandbox/mail", {})
        assert READER in page.body.decode()
        letter_page = await asyncio.to_thread(served.server.call, "GET", f"/sandbox/mail/{letter.stem}", {})
        shown = letter_page.body.decode()
        assert f"{created['customer_url']}?proof=" in shown
