"""Sending what stands in the outbox: claim, write the letter, hand it over, note it. No transaction is open meanwhile.

A worker that is killed after the mail server took a letter and before that is noted leaves a claim that ends; the
letter then goes once more, under the same Message-ID. Nothing else sends a letter twice.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from tenor.base import clock, texts
from tenor.base.config import Settings
from tenor.base.database import Database, Tx
from tenor.base.logs import logger
from tenor.base.seal import Seal
from tenor.base.urls import with_parameters
from tenor.core.buyers.signin import rules as signin_rules
from tenor.core.buyers.signin import store as signin_store
from tenor.core.buyers.signin.model import Challenge
from tenor.core.mail import rules, store
from tenor.core.mail.model import Kind, Mail
from tenor.core.merchants import store as merchant_store
from tenor.core.merchants.model import Merchant
from tenor.core.orders import links
from tenor.core.orders import store as order_store
from tenor.core.orders.model import Order, State
from tenor.core.terms.model import Offer
from tenor.post import letters
from tenor.post.message import message, sender
from tenor.post.transport import PATIENCE, Transport, Unsent, transport
from tenor.post.wording import About

# As many at a time as there usually are connections to the database.
BATCH = 4
_CLAIM = timedelta(seconds=4 * PATIENCE)


class Delivery:
    """Sends letters for one deployment."""

    def __init__(self, settings: Settings, database: Database, seal: Seal, by: Transport | None = None) -> None:
        self._settings = settings
        self._database = database
        self._seal = seal
        self._sender = sender(settings)
        self._transport = by or transport(settings, self._sender.domain)

    async def run(self, stop: asyncio.Event) -> None:
        """Send what is due until told to stop; letters that are under way are finished first."""
        while not stop.is_set():
            taken = await self._send_due_logged()
            if taken < BATCH:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), self._settings.sweep_seconds)

    async def _send_due_logged(self) -> int:
        try:
            return await self.send_due(clock.now())
        except Exception:
            # The database may be away for a while; the rows stay due.
            logger().exception("sweep failed", sweep="mail")
            return 0

    async def send_due(self, now: datetime) -> int:
        """Take the letters that are due, a few at a time, and send them. Returns how many were taken. `now` is real."""
        async with self._database.single_statement() as tx:
            claimed = await store.claim(tx, now, _CLAIM, BATCH)
        # One whose note fails must not cut the others short: theirs may be on the way to the mail server.
        ends = await asyncio.gather(*[self._send(mail, now) for mail in claimed], return_exceptions=True)
        for failed in ends:
            if failed is not None:
                raise failed
        return len(claimed)

    async def _send(self, mail: Mail, now: datetime) -> None:
        try:
            content = await self._written(mail, now)
            await self._transport.send(mail.id, self._sender.addr_spec, mail.recipient, content)
        except Unsent as unsent:
            await self._note_unsent(mail, unsent.reason, now, for_good=unsent.for_good)
        except Exception as error:
            # A letter that can't be written is a mistake of ours; a later release may know how.
            logger().exception("letter not written", merchant_id=str(mail.merchant_id), order_id=str(mail.order_id))
            await self._note_unsent(mail, f"could not be written: {type(error).__name__}", now, for_good=False)
        else:
            async with self._database.single_statement() as tx:
                await store.note_sent(tx, mail, now)

    async def _note_unsent(self, mail: Mail, reason: str, now: datetime, *, for_good: bool) -> None:
        due_at = None if for_good else rules.next_try(mail.attempts, now)
        async with self._database.single_statement() as tx:
            await store.note_unsent(tx, mail, reason, due_at)
        # The reason may hold the address, which no log should.
        word = "letter given up" if due_at is None else "letter not sent"
        logger().warning(word, merchant_id=str(mail.merchant_id), order_id=str(mail.order_id))

    async def _written(self, mail: Mail, now: datetime) -> bytes:
        """The message's bytes. Raises `Unsent` for a letter that says nothing true any more."""
        async with self._database.single_statement() as tx:
            merchant = await merchant_store.find(tx, mail.merchant_id)
            order = await order_store.find(tx, mail.merchant_id, mail.order_id)
            assert merchant is not None, "a letter has a merchant"
            assert order is not None, "a letter has an order"
            challenge = await self._challenge(tx, mail)
        if reason := overtaken(mail.kind, order, challenge, now + merchant.clock_offset):
            raise Unsent(reason, for_good=True)
        about = self._about(mail, merchant, order, challenge)
        letter = letters.write(mail.kind, about, sandbox=self._settings.environment == "sandbox")
        made = message(
            letter,
            mail_id=mail.id,
            sent_by=self._sender,
            recipient=mail.recipient,
            language=about.language.code,
            now=now,
        )
        return made.as_bytes()

    async def _challenge(self, tx: Tx, mail: Mail) -> Challenge | None:
        if mail.kind != Kind.SIGN_IN_CODE:
            return None
        return await signin_store.find(tx, mail.merchant_id, UUID(mail.data["challenge"]))

    def _about(self, mail: Mail, merchant: Merchant, order: Order, challenge: Challenge | None) -> About:
        language = letters.languages()[mail.language or texts.usual_in(merchant.country)]
        public_url = self._settings.public_url
        link = links.mailed_url if mail.kind == Kind.ORDER_LINK else links.checkout_url
        return About(
            language=language,
            merchant=merchant,
            order=order,
            url=with_parameters(link(public_url, self._seal, order), {"lang": language.code}),
            offer=msgspec.convert(mail.data["offer"], Offer) if "offer" in mail.data else None,
            code=signin_rules.code_of(self._seal, challenge.id) if challenge else "",
        )


def overtaken(kind: Kind, order: Order, challenge: Challenge | None, now: datetime) -> str | None:
    """Why a letter has nothing to tell any more, as after a day without a mail server; None when it has.

    `now` is the merchant's time.
    """
    if kind == Kind.SIGN_IN_CODE and (challenge is None or now >= challenge.expires_at):
        return "overtaken: the code's time is over"
    if kind == Kind.ORDER_LINK and (order.state not in (State.NEW, State.UNDER_REVIEW) or now >= order.expires_at):
        return f"overtaken: the order is {order.state} and its link of no use"
    if kind == Kind.UNDER_REVIEW and order.state != State.UNDER_REVIEW:
        return f"overtaken: the order is {order.state}"
    return None
