"""Erasing a person, or all people of a buyer. One transaction does it all; the files of documents go after it.

Orders are locked first, in the order of their ids, so that no acceptance of one of them is under way meanwhile.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID

from tenor.base.database import Tx
from tenor.base.errors import Invalid, NotFound, WrongState
from tenor.base.ids import new_id
from tenor.core.agreements import store as agreements
from tenor.core.buyers import merging
from tenor.core.buyers import rules as buyer_rules
from tenor.core.buyers import store as buyers
from tenor.core.buyers.signin import store as signin
from tenor.core.deliveries import store as deliveries
from tenor.core.documents import store as documents
from tenor.core.erasure import rules, store
from tenor.core.erasure.model import Erased, Kept, RemovedDocument, Report
from tenor.core.mail import store as mail
from tenor.core.orders import store as orders
from tenor.core.orders.model import Order

Ids = Sequence[tuple[UUID, UUID]]
# Deletes what a face keeps of a person: the address, or None, and the merchant and order ids. Returns how much.
Forget = Callable[[Tx, str | None, Ids], Awaitable[int]]

_STAYS = (
    Kept(what="the ledger, payment schedules and amounts", why="the books; they hold no person"),
    Kept(what="the event log", why="it holds no person"),
    Kept(what="companies: name, registration, VAT number, address", why="the books name whom they sold to"),
    Kept(what="answers to merchants' calls under an Idempotency-Key", why="they are forgotten within 31 days"),
)


async def erase_person(tx: Tx, email: str, *, by: str, now: datetime, forget: Forget) -> Report | None:
    """Erase whoever has an e-mail address, wherever that stands; None where nothing is left of it.

    Every person in an order that has the address goes, since nobody can tell whose colleague's name stands beside it.
    `now` is the real time. Raises `Invalid` (paths `email`, `by`), and `WrongState` while one of these orders is
    unfinished or owed.
    """
    email = buyer_rules.normal_email(email)
    if not buyer_rules.is_email(email):
        raise Invalid.field(("email",), "must be an e-mail address")
    found = await orders.lock_of_person(tx, email)
    return await _erase(tx, found, email, [], by, now, forget)


async def erase_people(tx: Tx, buyer_id: UUID, *, by: str, now: datetime, forget: Forget) -> Report | None:
    """Erase all people of a buyer and of those merged with it; None where nothing is left of them.

    `now` is the real time. Raises `NotFound`, `Invalid` (path `by`), and `WrongState` while one of the orders is
    unfinished or owed.
    """
    if await buyers.company(tx, buyer_id) is None:
        raise NotFound(f"There is no buyer {buyer_id}; `tenor buyer list` shows their ids.")
    group = await merging.group(tx, buyer_id)
    found = await orders.lock_of_buyers(tx, group)
    return await _erase(tx, found, None, group, by, now, forget)


async def _erase(
    tx: Tx, found: Sequence[Order], email: str | None, group: Sequence[UUID], by: str, now: datetime, forget: Forget
) -> Report | None:
    if not by.strip() or not by.isprintable():
        raise Invalid.field(("by",), "must name who answers for it")
    if reason := rules.unsettled(found):
        raise WrongState(reason)
    ids = [(order.merchant_id, order.id) for order in found]
    removed, vouchers, renamed = await _documents(tx, found, ids)
    people = await buyers.forget_people(tx, email, group)
    counts = {
        "people of buyers": len(people),
        "orders with names, e-mail addresses and telephone numbers": await _rewrite(tx, found),
        "unfinished forms of the checkout": await forget(tx, email, ids),
        "sign-in codes": await signin.forget(tx, email, ids),
        "letters' recipients and data": await mail.forget(tx, email, ids, buyer_rules.ERASED),
        "agreements on what was never sold": await agreements.erase(tx, _never_sold(found), now),
        "documents": len(removed),
        "names of documents that are kept": renamed,
    }
    if not sum(counts.values()):
        return None
    report = Report(
        id=new_id(),
        buyers=tuple(sorted({*people, *group, *(order.buyer_id for order in found if order.buyer_id)})),
        erased_by=by.strip(),
        erased_at=now,
        erased=tuple(Erased(what=what, count=count) for what, count in counts.items() if count),
        kept=(
            Kept(what="documents that are invoices or agreements", why="vouchers of the books", count=vouchers),
            Kept(
                what="agreements on what was sold, as they were accepted, with who signed them",
                why="vouchers, which prove what was agreed only while nobody can change them",
                count=await agreements.count(tx, ids),
            ),
            *_STAYS,
        ),
        removed_documents=tuple(removed),
    )
    await store.insert(tx, report)
    return report


def _never_sold(found: Sequence[Order]) -> Ids:
    return [(order.merchant_id, order.id) for order in found if not rules.was_sold(order.state)]


async def _rewrite(tx: Tx, found: Sequence[Order]) -> int:
    changed = [clean for order in found if (clean := rules.cleaned(order)) != order]
    for order in changed:
        await orders.rewrite(tx, order)
    # A webhook's body may hold what the merchant wrote freely. It is made again, should it be sent again.
    await deliveries.forget_bodies(tx, [(order.merchant_id, order.id) for order in changed])
    return len(changed)


async def _documents(tx: Tx, found: Sequence[Order], ids: Ids) -> tuple[list[RemovedDocument], int, int]:
    """Remove what no law keeps: what was removed, how many stay, and how many of those lost their name."""
    states = {(order.merchant_id, order.id): order.state for order in found}
    removed: list[RemovedDocument] = []
    vouchers = renamed = 0
    for one in await documents.of_orders(tx, ids):
        if not rules.is_voucher(states[one.merchant_id, one.order_id], one.document_type):
            await documents.remove(tx, one.merchant_id, one.id)
            removed.append(
                RemovedDocument(
                    merchant_id=one.merchant_id,
                    order_id=one.order_id,
                    id=one.id,
                    media_type=one.media_type,
                    size=one.size,
                    sha256=one.sha256.hex(),
                )
            )
            continue
        vouchers += 1
        if (name := rules.file_name(one.file_name)) != one.file_name:
            await documents.rename(tx, one.merchant_id, one.id, name)
            renamed += 1
    return removed, vouchers, renamed
