"""How letters travel: written anew for each attempt, and handed to the mail server. The sender is `core/dispatch`'s.

A worker that is killed after the mail server took a letter and before that is noted leaves a claim that ends; the
letter then goes once more, under the same Message-ID. Nothing else sends a letter twice.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from tenor.base import clock, texts
from tenor.base.config import Settings
from tenor.base.database import Database, Tx
from tenor.base.logs import logger
from tenor.base.seal import Seal
from tenor.base.texts import Language
from tenor.base.urls import with_parameters
from tenor.core.agreements import rules as agreement_rules
from tenor.core.agreements import store as agreements
from tenor.core.agreements.model import Agreement
from tenor.core.buyers.signin import rules as signin_rules
from tenor.core.buyers.signin import store as signin_store
from tenor.core.buyers.signin.model import Challenge
from tenor.core.dispatch import store as dispatch
from tenor.core.dispatch.model import DeliveryState, Outcome, Result, Room
from tenor.core.mail import rules, service
from tenor.core.mail.model import LANE, ClaimedLetter, Kind
from tenor.core.merchants import store as merchant_store
from tenor.core.merchants.model import Merchant
from tenor.core.merchants.signin import rules as merchant_rules
from tenor.core.merchants.signin import store as merchant_links
from tenor.core.orders import links
from tenor.core.orders import store as order_store
from tenor.core.orders.model import Order, State
from tenor.core.terms.model import Offer
from tenor.post import letters, notices
from tenor.post.message import message, sender
from tenor.post.notices import Notice
from tenor.post.transport import PATIENCE, Transport, Unsent, transport
from tenor.post.wording import About


class Letters:
    """The way of letters: one lane, to the mail server (`dispatch.sender.Way`)."""

    calendar = rules.CALENDAR
    # As many at a time as there usually are connections to the database.
    hands = usual = most = 4

    def __init__(
        self,
        settings: Settings,
        database: Database,
        seal: Seal,
        by: Transport | None = None,
        *,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._settings = settings
        self._database = database
        self._seal = seal
        self._sender = sender(settings)
        self._transport = by or transport(settings, self._sender.domain)
        self._now = now

    async def claim(
        self, tx: Tx, now: datetime, *, limit: int, rooms: Mapping[Hashable, Room], held: Sequence[UUID]
    ) -> list[ClaimedLetter]:
        """Take the letters that are due, as many as the mail server may have at once."""
        room = rooms.get(LANE, Room(self.usual, 0))
        return await service.claim(tx, now, limit=min(limit, room.allowed - room.busy), held=held)

    async def carry(self, claimed: ClaimedLetter, at: datetime) -> Outcome:
        """Write one letter and hand it over."""
        try:
            content = await self._written(claimed, at)
            if self._now() + timedelta(seconds=PATIENCE) >= claimed.until:
                # Written too late: before the mail server has answered, another worker may have the letter.
                return Outcome(error="not sent: the time to send it was over")
            said = await self._transport.send(claimed.id, self._sender.addr_spec, claimed.recipient, content)
        except Unsent as unsent:
            if unsent.said is None:
                return Outcome(for_good=unsent.for_good, error=unsent.reason)
            code, words = unsent.said.code, unsent.said.words
            return Outcome(for_good=unsent.for_good, status=code, answer=words.encode(errors="replace"))
        except Exception as error:
            # A letter that can't be written is a mistake of ours; a later release may know how.
            logger().exception("letter not written", **_named(claimed))
            return Outcome(error=f"could not be written: {type(error).__name__}")
        return Outcome(taken=True, status=said.code, answer=said.words.encode(errors="replace"))

    async def note(self, tx: Tx, results: Sequence[Result[ClaimedLetter]]) -> None:
        """Write down what came of attempts."""
        await dispatch.note(tx, results)
        for result in results:
            # The reason may hold the address, which no log should.
            if result.state == DeliveryState.FAILED:
                logger().warning("letter given up", **_named(result.claimed))
            elif result.state == DeliveryState.PENDING:
                logger().warning("letter not sent", **_named(result.claimed))

    async def _written(self, mail: ClaimedLetter, now: datetime) -> bytes:
        """The message's bytes. Raises `Unsent` for a letter that says nothing true any more."""
        kind = Kind(mail.kind)
        async with self._database.single_statement() as tx:
            merchant = await merchant_store.find(tx, mail.merchant_id)
            assert merchant is not None, "a letter has a merchant"
            if kind in notices.WRITERS:
                about: About | Notice = await self._notice(tx, kind, mail, merchant, now)
            else:
                about = await self._about_an_order(tx, kind, mail, merchant, now + merchant.clock_offset)
        letter = letters.write(kind, about, sandbox=self._settings.environment == "sandbox")
        made = message(
            letter,
            mail_id=mail.id,
            sent_by=self._sender,
            recipient=mail.recipient,
            language=about.language.code,
            now=now,
        )
        return made.as_bytes()

    async def _notice(self, tx: Tx, kind: Kind, mail: ClaimedLetter, merchant: Merchant, now: datetime) -> Notice:
        """What a letter to a merchant speaks of. Raises `Unsent` for a link that opens nothing any more."""
        language = _language(mail, merchant)
        public_url, parameters = self._settings.public_url, {"lang": language.code}
        if kind == Kind.MERCHANT_LINK:
            link = await merchant_links.find_link(tx, merchant.id, UUID(mail.data["link"]))
            if link is None or not merchant_rules.opens(link, merchant, now):
                raise Unsent("overtaken: the link's time is over", for_good=True)
            url = merchant_rules.link_url(public_url, self._seal, merchant.id, link.id)
            parameters |= {"to": mail.data["to"]} if mail.data["to"] else {}
        else:
            # What stands for the addresses that orders bring along has the merchant's own id.
            endpoint = merchant.id if mail.data["endpoint"] == "orders" else mail.data["endpoint"]
            url = f"{public_url}/dashboard/endpoints/{endpoint}"
        return Notice(language, merchant, mail.data, with_parameters(url, parameters))

    async def _about_an_order(
        self, tx: Tx, kind: Kind, mail: ClaimedLetter, merchant: Merchant, now: datetime
    ) -> About:
        """What a letter to a buyer speaks of. `now` is the merchant's time. Raises `Unsent` where nothing is left."""
        assert mail.order_id is not None, "a letter to a buyer has an order"
        order = await order_store.find(tx, mail.merchant_id, mail.order_id)
        assert order is not None, "the database keeps orders as long as their letters"
        challenge = await self._challenge(tx, mail)
        if reason := overtaken(kind, order, challenge, now):
            raise Unsent(reason, for_good=True)
        return self._about(kind, mail, merchant, order, challenge, await self._agreement(tx, mail, order))

    async def _challenge(self, tx: Tx, mail: ClaimedLetter) -> Challenge | None:
        if mail.kind != Kind.SIGN_IN_CODE:
            return None
        return await signin_store.find(tx, mail.merchant_id, UUID(mail.data["challenge"]))

    async def _agreement(self, tx: Tx, mail: ClaimedLetter, order: Order) -> Agreement | None:
        return await agreements.of_order(tx, order.merchant_id, order.id) if mail.kind == Kind.AGREEMENT else None

    def _about(
        self,
        kind: Kind,
        mail: ClaimedLetter,
        merchant: Merchant,
        order: Order,
        challenge: Challenge | None,
        agreement: Agreement | None,
    ) -> About:
        language = _language(mail, merchant)
        return About(
            language=language,
            merchant=merchant,
            order=order,
            url=with_parameters(self._url(kind, mail, order), {"lang": language.code}),
            offer=msgspec.convert(mail.data["offer"], Offer) if "offer" in mail.data else None,
            code=signin_rules.code_of(self._seal, challenge.id) if challenge else "",
            wanted=mail.data.get("wanted", ""),
            clauses=agreement_rules.from_bytes(agreement.content).clauses if agreement else (),
        )

    def _url(self, kind: Kind, mail: ClaimedLetter, order: Order) -> str:
        """Where the letter's button leads."""
        public_url = self._settings.public_url
        if kind == Kind.DOCUMENT_WANTED:
            return links.upload_url(public_url, self._seal, mail.merchant_id, UUID(mail.data["request"]))
        # Both go to the address that the shop gave, before anybody has proven another one.
        invites = kind == Kind.ORDER_LINK or (kind == Kind.ENDS_SOON and order.state == State.NEW)
        link = links.mailed_url if invites else links.checkout_url
        return link(public_url, self._seal, order)


def _language(mail: ClaimedLetter, merchant: Merchant) -> Language:
    return letters.languages()[mail.language or texts.usual_in(merchant.country)]


def _named(claimed: ClaimedLetter) -> dict[str, str]:
    """What a log may tell of a letter."""
    return {"merchant_id": str(claimed.merchant_id), "order_id": str(claimed.order_id or "")}


def overtaken(kind: Kind, order: Order, challenge: Challenge | None, now: datetime) -> str | None:
    """Why a letter has nothing to tell any more, as after a day without a mail server; None when it has.

    `now` is the merchant's time.
    """
    if kind == Kind.SIGN_IN_CODE and (challenge is None or now >= challenge.expires_at):
        return "overtaken: the code's time is over"
    waits = order.state in (State.NEW, State.UNDER_REVIEW) and now < order.expires_at
    if kind in (Kind.ORDER_LINK, Kind.ENDS_SOON) and not waits:
        return f"overtaken: the order is {order.state} and its link of no use"
    if kind in (Kind.UNDER_REVIEW, Kind.DOCUMENT_WANTED) and order.state != State.UNDER_REVIEW:
        return f"overtaken: the order is {order.state}"
    return None
