"""What merchants and credit do on the server while a test looks at it through the buyer's eyes."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from tenor.base import clock
from tenor.core.buyers.signin import rules as signin
from tenor.core.merchants import service as merchants
from tenor.core.merchants.model import Merchant, Programme
from tenor.core.orders import links
from tenor.core.orders import service as orders
from tenor.core.orders import store as order_store
from tenor.core.orders.model import Address, Amounts, Contact, Detail, Item, NewOrder, Order
from tenor.core.terms.model import OfferRule
from tenor.faces.face import Platform

SHOP = "https://shop.example.com"

PROGRAMME = Programme(
    offers=(
        OfferRule(code="net30", kind="net", days=30),
        OfferRule(code="net60", kind="net", days=60, buyer_fee_bps=100, merchant_fee_bps=250),
        OfferRule(code="parts3", kind="instalments", months=3, buyer_fee_bps=150),
        OfferRule(code="parts6", kind="instalments", months=6, buyer_fee_bps=300),
    ),
    order_limit=50_000_000,
    exposure_limit=100_000_000,
    time_zone="Asia/Riyadh",
    policy="limits",
)
# One item in each language, as orders have them; the shop's name is in the page's.
NAMES = {"en": "Najd Steel & Sons", "ar": "شركة نجد لمواد البناء"}
_ITEMS = (
    Item(sku="R12", name="Rebar 12 mm, 6 m", unit_price=450_000, quantity=20, unit="t"),
    Item(sku="BW", name="سلك ربط", unit_price=100_000, quantity=10),
)


@dataclass(frozen=True)
class Places:
    """Shops, orders and links. `on` is a platform of the server's own settings; `letters` is where its mail is."""

    on: Platform
    letters: Path
    _read: set[Path] = field(default_factory=set)

    async def shop(self, name: str = NAMES["en"], country: str = "SA", **changes: object) -> Merchant:
        """A new merchant; keywords change its programme."""
        programme = msgspec.structs.replace(PROGRAMME, **changes)
        async with self.on.database.transaction() as tx:
            return await merchants.create(
                tx, name=name, country=country, currency="SAR", flow="backd", origins=[SHOP], programme=programme
            )

    async def order(self, shop: Merchant | None = None, age: timedelta = timedelta(0), **changes: object) -> Order:
        """A new order of 113,500.00 riyals, by default in a new shop, `age` ago; keywords change its detail."""
        shop = shop or await self.shop()
        detail = Detail(items=_ITEMS, success_url=f"{SHOP}/thanks", close_url=f"{SHOP}/cart")
        new = NewOrder(
            face="backd",
            reference=f"PO-{secrets.randbelow(90_000) + 10_000}",
            amounts=Amounts(total=11_350_000, subtotal=10_000_000, tax=1_500_000, shipping=50_000, discount=200_000),
            detail=msgspec.structs.replace(detail, **changes),
        )
        async with self.on.database.transaction() as tx:
            order, _ = await orders.create(tx, shop, new, clock.now() - age)
        return order

    def link(self, order: Order) -> str:
        """The plain link, as the shop has it."""
        return links.checkout_url(self.on.settings.public_url, self.on.seal, order)

    async def mailed_link(self, email: str, shop: Merchant | None = None, **changes: Any) -> str:
        """The link from the letter about a new order, which the worker has written; keywords change its detail."""
        billing = Contact(
            address=Address(line1="King Fahd Road", city="Riyadh", country="SA", district="Al Olaya"),
            company_name="Tuwaiq Builders",
        )
        await self.order(shop, customer_email=email, notify_customer=True, billing=billing, **changes)
        return await self.letter_to(email, r"https?://\S+[?&]proof=\S+")

    def code_of(self, challenge: str) -> str:
        """The six digits that a page waits for, by the last part of its address."""
        return signin.code_of(self.on.seal, UUID(challenge))

    async def code_mailed_to(self, email: str) -> str:
        """The six digits that were mailed."""
        return await self.letter_to(email, r"(?m)^\s+([0-9]{6})\s*$")

    async def letter_to(self, email: str, pattern: str) -> str:
        """What matches in a letter to an address that was not read before; waits for the worker to write it."""
        give_up = time.monotonic() + 30
        while time.monotonic() < give_up:
            for path in set(self.letters.glob("*.eml")) - self._read:
                letter = _letter(path)
                part = letter.get_body(("plain",))
                found = re.search(pattern, part.get_content()) if part and letter["to"] == email else None
                if found:
                    self._read.add(path)
                    return str((found.groups() or (found[0],))[0])
            await asyncio.sleep(0.05)
        raise AssertionError(f"no letter to {email} has {pattern}")

    async def pass_time(self, shop: Merchant, by: timedelta) -> None:
        """Let time pass on a merchant's clock."""
        async with self.on.database.transaction() as tx:
            await merchants.advance_clock(tx, shop.id, by, "sandbox")

    async def happened(self, order: Order) -> list[str]:
        """What has happened to an order, by its events without the word `order`."""
        async with self.on.database.single_statement() as tx:
            rows = await tx.fetch("SELECT type FROM events WHERE order_id = $1 ORDER BY number", order.id)
        return [str(row["type"]).removeprefix("order.").removeprefix("order_") for row in rows]

    async def taken(self, order: Order) -> str | None:
        """The code of the offer that an order's buyer has accepted."""
        async with self.on.database.single_statement() as tx:
            found = await order_store.find(tx, order.merchant_id, order.id)
        return found.terms.offer.rule.code if found and found.terms else None


def _letter(path: Path) -> EmailMessage:
    return message_from_bytes(path.read_bytes(), policy=policy.default)
