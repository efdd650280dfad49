"""Meeting a buyer, remembering it, and what credit may want to know of it.

A company is known by its country and registration number; until that is known, by the proven address of the person who
acts for it. `docs/buyers.md` says how the cases are told apart.

Locks are taken in one order everywhere: the order's row, what a meeting inserts (registration, person, suspicions, in
this order), the lock of merges, the buyer's exposures, the ledger's balances.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tenor.base.database import Tx
from tenor.base.errors import NotFound, WrongState
from tenor.core.buyers import merging, store
from tenor.core.buyers.identity import Business
from tenor.core.buyers.model import Buyer
from tenor.core.buyers.suspicions import rules as likeness
from tenor.core.buyers.suspicions import store as suspicions
from tenor.core.buyers.suspicions.model import Registered, Suspect, SuspectedPair

A_DAY = timedelta(hours=24)
ASKS_KEPT = timedelta(days=7)


async def meet(
    tx: Tx, *, company_name: str, email: str, country: str, business: Business | None, now: datetime
) -> Buyer:
    """The buyer that asks terms for an order, made at the first meeting. Call it once for each order that is asked for.

    `email` is proven and in lower case; `business` is in the normal form of `country` (ISO 3166), or None where no
    business was asked for. A known registration is that buyer, whose people the person joins. An unknown one becomes
    that of the buyer for which the address stood so far, else a new buyer's. Without a registration it is the buyer
    for which the address acted last. `now` is the merchant's time.
    """
    if business is not None and business.registration_number:
        buyer_id = await _meet_registered(tx, company_name, email, country, business, now)
    else:
        buyer_id = await _meet_by_address(tx, company_name, email, now)
    await store.note_ask(tx, buyer_id, now)
    return await store.acting(tx, buyer_id, email)


async def _meet_registered(
    tx: Tx, company_name: str, email: str, country: str, business: Business, now: datetime
) -> UUID:
    # Whoever finds that another was quicker waits for that one's end and looks again.
    while (buyer_id := await _registered(tx, company_name, email, country, business, now)) is None:
        pass
    await store.join(tx, buyer_id, email, now)
    await _suspect(tx, buyer_id, country, business, now)
    await _unite(tx, buyer_id, email, now)
    return buyer_id


async def _registered(
    tx: Tx, company_name: str, email: str, country: str, business: Business, now: datetime
) -> UUID | None:
    known = await store.registered(tx, country, business.registration_number)
    if known is not None:
        return known
    nameless = await store.only_known_by(tx, email)
    if nameless is None:
        return await store.insert_registered(tx, company_name, country, business, now)
    learned = await store.learn_registration(tx, nameless, country, business.registration_number)
    return nameless if learned else None


async def _meet_by_address(tx: Tx, company_name: str, email: str, now: datetime) -> UUID:
    while (known := await store.find(tx, email)) is None:
        made = await store.insert_known_by(tx, company_name, email, now)
        if made is not None:
            return made
    return known.id


async def _suspect(tx: Tx, buyer_id: UUID, country: str, business: Business, now: datetime) -> None:
    """Note the known buyers that this one looks like. They are looked for at every meeting, because of two that are met
    for the first time at once neither sees the other.
    """
    told = Registered(
        country=country,
        registration_number=business.registration_number,
        name=business.legal_name,
        vat_number=business.vat_number,
    )
    numbers = likeness.one_typo_away(told.registration_number)
    found = await suspicions.candidates(tx, buyer_id, country, numbers, told.vat_number)
    # In the order of their ids, so that no two meetings note the same pairs crosswise.
    for like_id, known in sorted(found.items()):
        if reasons := likeness.alike(told, known):
            await suspicions.insert(tx, buyer_id, like_id, reasons, now)


async def _unite(tx: Tx, buyer_id: UUID, email: str, now: datetime) -> None:
    """Merge the buyer for which the address stood so far into the registered one that its holder now acts for.

    What it owes then counts. Where staff has undone that before, it stays undone.
    """
    nameless = await store.only_known_by(tx, email)
    if nameless is not None and nameless != buyer_id:
        await merging.unite(tx, nameless, buyer_id, now)


async def keep_profile(tx: Tx, buyer_id: UUID, email: str, business: Business, now: datetime) -> None:
    """Remember a business for which terms were approved, and the person who agreed. `now` is the merchant's time.

    Call it under the buyer's exposure lock, so that nobody waits while holding these rows.
    """
    await store.keep_company(tx, buyer_id, business)
    await store.keep_person(tx, buyer_id, email, business, now)


async def suspects(tx: Tx, group: Sequence[UUID]) -> list[Suspect]:
    """Whom a buyer, or those merged with it, look like: a fact for the credit policy. Empty where nothing is open.

    `group` is what `merging.group` says of the buyer.
    """
    return await suspicions.suspects(tx, group)


async def suspected(tx: Tx, limit: int = 100) -> list[SuspectedPair]:
    """The pairs that look like one company and wait for staff, newest first."""
    return await suspicions.pairs(tx, limit)


async def dismiss(tx: Tx, one: UUID, other: UUID, *, by: str, now: datetime) -> None:
    """Note that two buyers that look alike are two companies. `now` is the real time.

    Raises `NotFound` where nothing was suspected of them, and `WrongState` without a name to answer for it.
    """
    if not by.strip():
        raise WrongState("Somebody has to answer for it: give a name.")
    if not await suspicions.dismiss(tx, one, other, by.strip(), now):
        raise NotFound("Nothing is suspected of these two; `tenor buyer list --suspected` shows the pairs that wait.")


async def asks_of_a_day(tx: Tx, group: Sequence[UUID], now: datetime) -> int:
    """How many orders a buyer, and those merged with it, asked terms for in the 24 hours up to `now`, at all merchants.

    The order at hand counts too. `group` is what `merging.group` says of the buyer; `now` is the merchant's time. Under
    the buyer's exposure lock it is exact: whoever was decided on before has committed.
    """
    return await store.count_asks(tx, group, now - A_DAY, now)
