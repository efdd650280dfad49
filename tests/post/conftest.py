"""A real mail server that receives, and what is needed to send it the letters of a trade."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from pathlib import Path

import msgspec
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from tenor.base import clock
from tenor.base.config import Settings
from tenor.base.database import Database
from tenor.base.seal import Seal
from tenor.core.dispatch.sender import Sender
from tenor.core.mail import store
from tenor.core.mail.model import ClaimedLetter, Mail
from tenor.core.orders.model import Detail, Item, Order
from tenor.post.delivery import Letters
from tests.core.conftest import Trade, make_trade, trade

__all__ = ["make_trade", "trade"]

SECRET = "a secret of the tests, long enough to be one"
SEAL = Seal(SECRET)
READER = "ana@northwind.example.com"


@dataclass
class Receiver:
    """A mail server's manners: what it answers, and what it took."""

    on_mail: str = "250 OK"
    on_recipient: str = "250 OK"
    on_content: str = "250 OK"
    on_quit: str = "221 Bye"
    before_answer: Callable[[bytes], Awaitable[None]] | None = None
    offered: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    port: int = 0

    async def handle_MAIL(  # noqa: N802 - the name is the library's
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.on_mail.startswith("250"):
            envelope.mail_from = address
        return self.on_mail

    async def handle_RCPT(  # noqa: N802 - the name is the library's
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.on_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.on_recipient

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's name
        content = envelope.content
        assert isinstance(content, bytes)
        self.offered += 1
        if self.before_answer is not None:
            await self.before_answer(content)
        if self.on_content.startswith("250"):
            self.taken.append(read(content))
            self.recipients += envelope.rcpt_tos
        return self.on_content

    async def handle_QUIT(self, _: SMTP, __: Session, ___: Envelope) -> str:  # noqa: N802 - the library's name
        return self.on_quit

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"smtp://127.0.0.1:{self.port}"


def read(content: bytes) -> EmailMessage:
    """A message as a mail program reads it."""
    return message_from_bytes(content, _class=EmailMessage, policy=POLICY)


def part(message: EmailMessage, kind: str) -> str:
    """The text of one of a letter's parts, `plain` or `html`."""
    found = message.get_body((kind,))
    assert found is not None, f"there is no {kind} part"
    return str(found.get_content())


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A mail server on loopback."""
    receiver = Receiver()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(receiver, hostname="mx.example.com", loop=loop), "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    yield receiver
    server.close()
    await server.wait_closed()


@dataclass(frozen=True)
class Worker:
    """The part of a worker that sends letters."""

    settings: Settings
    database: Database

    def sender(self, now: Callable[[], datetime] = clock.now) -> Sender[ClaimedLetter]:
        """Its sender, at a time that the test chooses."""
        return Sender(self.database, Letters(self.settings, self.database, SEAL, now=now), now=now)

    async def send_due(self, now: datetime) -> int:
        """Send what is due then. Returns how many attempts were made."""
        return await self.sender(lambda: now).drain()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop, in real time."""
        await self.sender().run(stop)


@dataclass(frozen=True)
class Mailing:
    """A deployment that sends to the receiver."""

    trade: Trade
    settings: Settings
    database: Database

    def delivery(self, **settings: str) -> Worker:
        """A worker's sending; keywords change its settings."""
        return Worker(msgspec.structs.replace(self.settings, **settings), self.database)

    async def notified(self) -> Order:
        """A new order whose buyer is to be told, and the letter queued."""
        items = (Item(sku="BOLT-8", name="Bolts, box", unit_price=1_000_00, quantity=1),)
        return await self.trade.create(
            self.trade.new(detail=Detail(items=items, customer_email=READER, notify_customer=True))
        )

    async def letters(self, order: Order) -> list[Mail]:
        """What stands in the outbox for an order."""
        async with self.database.single_statement() as tx:
            return await store.of_order(tx, order.merchant_id, order.id)

    async def letter(self, order: Order) -> Mail:
        """The one letter of an order."""
        (found,) = await self.letters(order)
        return found


@pytest.fixture
def mailing(trade: Trade, database: Database, receiver: Receiver, tmp_path: Path) -> Mailing:
    """A sandbox that sends to the receiver, at a time that the tests choose."""
    settings = Settings(
        home=str(tmp_path),
        secret=SECRET,
        public_url="https://pay.example.com",
        smtp_url=receiver.url,
        mail_from="Example Pay <pay@example.com>",
    )
    # Letters are sent in real time, by which the trade's usual orders would be over.
    return Mailing(replace(trade, now=clock.now()), settings, database)
