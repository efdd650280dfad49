"""What of an order tells of persons, which documents the law keeps, and when an erasure has to wait. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from tenor.base import money
from tenor.core.buyers.rules import ERASED
from tenor.core.orders.model import UNFINISHED, Contact, Detail, Order, State, Terms

# The states of an order that was sold: its invoices are vouchers of the books.
_SOLD = frozenset({State.ORDER_CONFIRMED, State.REFUNDED})
# What the types of invoices, credit notes and agreements are called; merchants write the type as they like.
_VOUCHER = re.compile(
    r"invoice|agreement|contract|credit.?note|receipt|فاتورة|فاتوره|عقد|اتفاقية|اتفاقيه|إشعار دائن", re.IGNORECASE
)
# A shorter word stands in too many others to be taken out of what a merchant wrote.
_SHORTEST = 5
_TOLD = 5


def cleaned(order: Order) -> Order:
    """An order without persons. Names, addresses of mail and numbers of telephones become a mark.

    The company, where goods went, the lines, the amounts and the agreed terms stay. What the merchant wrote freely
    loses those same words wherever they stand in it.
    """
    without = _without(_words(order))
    return msgspec.structs.replace(
        order,
        detail=_clean_detail(order.detail, without),
        terms=_clean_terms(order.terms) if order.terms else None,
    )


def _clean_detail(detail: Detail, without: Callable[[Any], Any]) -> Detail:
    return msgspec.structs.replace(
        detail,
        billing=_clean_contact(detail.billing, without),
        shipping=_clean_contact(detail.shipping, without),
        customer_email=_mark(detail.customer_email),
        success_url=without(detail.success_url),
        close_url=without(detail.close_url),
        metadata=without(detail.metadata),
        items=tuple(msgspec.structs.replace(item, metadata=without(item.metadata)) for item in detail.items),
    )


def _clean_contact(contact: Contact | None, without: Callable[[Any], Any]) -> Contact | None:
    if contact is None:
        return None
    return msgspec.structs.replace(
        contact,
        first_name=_mark(contact.first_name),
        last_name=_mark(contact.last_name),
        phone=_mark(contact.phone),
        email=_mark(contact.email),
        address=msgspec.structs.replace(contact.address, extra=without(contact.address.extra)),
    )


def _clean_terms(terms: Terms) -> Terms:
    business = terms.business
    if business is not None:
        business = msgspec.structs.replace(
            business, phone=_mark(business.phone) or "", signatory=_mark(business.signatory) or ""
        )
    return msgspec.structs.replace(terms, email=ERASED, signed_by=_mark(terms.signed_by), business=business)


def _mark(text: str | None) -> str | None:
    return ERASED if text else text


def _words(order: Order) -> list[str]:
    """What of an order names persons, as it may stand again in what the merchant wrote freely."""
    detail, terms = order.detail, order.terms
    found: list[str | None] = [detail.customer_email]
    for contact in (detail.billing, detail.shipping):
        if contact is not None:
            whole = " ".join(part for part in (contact.first_name, contact.last_name) if part)
            found += [contact.email, contact.phone, whole]
    if terms is not None:
        found += [terms.email, terms.signed_by]
        if terms.business is not None:
            found += [terms.business.phone, terms.business.signatory]
    words = {word for word in found if word and word != ERASED and ERASED not in word and len(word) >= _SHORTEST}
    # The longest first, so that none is cut by another one that stands in it.
    return sorted(words | {quote(word, safe="") for word in words}, key=lambda word: (-len(word), word))


def _without(words: Sequence[str]) -> Callable[[Any], Any]:
    """Puts the mark in the place of some words, in a text or in all texts of a JSON value."""
    if not words:
        return lambda value: value
    pattern = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            return pattern.sub(ERASED, value)
        if isinstance(value, dict):
            return {clean(key): clean(each) for key, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [clean(each) for each in value]
        return value

    return clean


def was_sold(state: State) -> bool:
    """Whether an order of that state was ever sold, so that the books name it."""
    return state in _SOLD


def is_voucher(state: State, document_type: str) -> bool:
    """Whether the law keeps a document: signed agreements and invoices of what was sold. Nothing else has to stay."""
    return was_sold(state) and _VOUCHER.search(document_type) is not None


def file_name(given: str) -> str:
    """A kept document's name without what it may tell of a person."""
    return f"{ERASED}.{given.rpartition('.')[2]}"


def unsettled(orders: Iterable[Order]) -> str | None:
    """Why an erasure has to wait, and what to do about it; None where all is settled."""
    waiting = [_waits(order) for order in orders if order.state in UNFINISHED or order.exposure]
    if not waiting:
        return None
    more = f" And {len(waiting) - _TOLD} more." if len(waiting) > _TOLD else ""
    return f"Nothing was erased: {' '.join(waiting[:_TOLD])}{more} Erase again when that is done."


def _waits(order: Order) -> str:
    if order.state in UNFINISHED:
        ends = f"ends by itself on {order.expires_at:%Y-%m-%d}"
        cancel = "; the merchant may cancel it before" if order.state is State.ORDER_PLACED else ""
        return f"Order {order.number} is {order.state} and {ends}{cancel}."
    owed = f"{money.to_text(order.exposure, order.currency)} {order.currency}"
    return f"Of order {order.number} {owed} are owed; have them paid or refunded."
