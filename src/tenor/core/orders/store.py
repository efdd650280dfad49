"""The SQL of orders. A create is one statement: the order, its first event, who hears of it, and its mail, or none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec

from tenor.base.database import Row, Tx
from tenor.base.ids import new_id
from tenor.core.deliveries.store import HEARD
from tenor.core.orders.model import Amounts, Detail, Order, State, Terms

_COLUMNS = """merchant_id, id, number, face, reference, reference_status, state, version, currency, total, subtotal,
    tax, shipping, discount, detail, fingerprint, buyer_id, terms, exposure, created_at, updated_at, expires_at"""

# Numbers in a merchant's own metadata are given back as they came: not as texts, and not through a float.
_detail = msgspec.json.Decoder(Detail, float_hook=Decimal)
_encode_detail = msgspec.json.Encoder(decimal_format="number").encode
_terms = msgspec.json.Decoder(Terms)


# For what staff ask for once in a while; other statements have the connection's own limit.
_MINUTES = 1800.0


def _order(row: Row) -> Order:
    return Order(
        merchant_id=row["merchant_id"],
        id=row["id"],
        number=row["number"],
        face=row["face"],
        reference=row["reference"],
        reference_status=row["reference_status"],
        state=State(row["state"]),
        version=row["version"],
        currency=row["currency"],
        amounts=Amounts(
            total=row["total"],
            subtotal=row["subtotal"],
            tax=row["tax"],
            shipping=row["shipping"],
            discount=row["discount"],
        ),
        detail=_detail.decode(row["detail"]),
        fingerprint=row["fingerprint"],
        buyer_id=row["buyer_id"],
        terms=_terms.decode(row["terms"]) if row["terms"] else None,
        exposure=row["exposure"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        expires_at=row["expires_at"],
    )


_INSERT = f"""
    WITH made AS (
        INSERT INTO orders (merchant_id, id, number, face, reference, reference_status, state, version, currency,
                            total, subtotal, tax, shipping, discount, detail, fingerprint,
                            created_at, updated_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, 'new', 1, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $16)
        ON CONFLICT DO NOTHING
        RETURNING merchant_id, id
    ), told AS (
        INSERT INTO events (merchant_id, order_id, number, type, data, occurred_at)
        SELECT merchant_id, id, 1, 'order.created', $17, $15 FROM made
        RETURNING merchant_id, order_id, number, type
    ), heard AS ({HEARD}
    ), mailed AS (
        INSERT INTO deliveries (merchant_id, id, order_id, event_number, letter, recipient)
        SELECT merchant_id, $18, order_id, number, 'order_link', $19 FROM told WHERE $19::text IS NOT NULL
    )
    SELECT true FROM made
"""


async def insert(tx: Tx, order: Order, event_data: bytes, mail_to: str | None) -> bool:
    """Write a new order, its first event and, with `mail_to`, the mail that carries its link.

    False, and nothing written, when a live order stands under the same reference (or, once in 2^60, the same number).
    """
    amounts = order.amounts
    made = await tx.fetchval(
        _INSERT,
        order.merchant_id, order.id, order.number, order.face, order.reference, order.reference_status,
        order.currency, amounts.total, amounts.subtotal, amounts.tax, amounts.shipping, amounts.discount,
        _encode_detail(order.detail).decode(), order.fingerprint, order.created_at, order.expires_at,
        event_data.decode(), new_id(), mail_to,
    )  # fmt: skip
    return bool(made)


async def find(tx: Tx, merchant_id: UUID, order_id: UUID) -> Order | None:
    """A merchant's order by its id."""
    row = await tx.fetchrow(f"SELECT {_COLUMNS} FROM orders WHERE merchant_id = $1 AND id = $2", merchant_id, order_id)
    return _order(row) if row else None


async def find_by_number(tx: Tx, merchant_id: UUID, number: str, *, lock: bool = False) -> Order | None:
    """A merchant's order by its number; locked until the transaction ends if so wished."""
    row = await tx.fetchrow(
        f"SELECT {_COLUMNS} FROM orders WHERE merchant_id = $1 AND number = $2" + (" FOR UPDATE" if lock else ""),
        merchant_id, number,
    )  # fmt: skip
    return _order(row) if row else None


async def find_live(tx: Tx, merchant_id: UUID, reference: str) -> Order | None:
    """The live order under a merchant's reference: none that was canceled, declined or expired."""
    row = await tx.fetchrow(
        f"""
        SELECT {_COLUMNS} FROM orders
         WHERE merchant_id = $1 AND reference = $2 AND state NOT IN ('canceled', 'declined', 'expired')
        """,
        merchant_id, reference,
    )  # fmt: skip
    return _order(row) if row else None


async def lock(tx: Tx, merchant_id: UUID, order_id: UUID, *, skip_locked: bool = False) -> Order | None:
    """A merchant's order, locked until the transaction ends; None too, with `skip_locked`, while another holds it."""
    row = await tx.fetchrow(
        f"SELECT {_COLUMNS} FROM orders WHERE merchant_id = $1 AND id = $2 FOR UPDATE"
        + (" SKIP LOCKED" if skip_locked else ""),
        merchant_id, order_id,
    )  # fmt: skip
    return _order(row) if row else None


async def page(
    tx: Tx, merchant_id: UUID, face: str, *, reference: str | None, states: Sequence[State] | None,
    before: UUID | None, after: UUID | None = None, limit: int,
) -> list[Order]:  # fmt: skip
    """A merchant's orders of one face, newest first (UUIDv7 sorts by time); at most `limit`.

    With `before`, those that come next after that order; with `after`, those that come last before it.
    """
    rows = await tx.fetch(
        f"""
        SELECT {_COLUMNS} FROM orders
         WHERE merchant_id = $1 AND face = $2
           AND ($3::text IS NULL OR reference = $3)
           AND ($4::text[] IS NULL OR state = ANY ($4))
           AND ($5::uuid IS NULL OR id < $5)
           AND ($6::uuid IS NULL OR id > $6)
         ORDER BY id {"DESC" if after is None else "ASC"} LIMIT $7
        """,
        merchant_id, face, reference, states, before, after, limit,
    )  # fmt: skip
    found = [_order(row) for row in rows]
    return found if after is None else found[::-1]


async def find_anywhere(tx: Tx, named: str | UUID) -> Order | None:
    """An order by its number or its id, whichever merchant's it is: for staff, who know nothing else."""
    column = "id" if isinstance(named, UUID) else "number"
    row = await tx.fetchrow(
        f"""
        SELECT o.* FROM merchants m CROSS JOIN LATERAL (
            SELECT {_COLUMNS} FROM orders WHERE merchant_id = m.id AND {column} = $1) o
         LIMIT 1
        """,
        named,
    )
    return _order(row) if row else None


async def under_review(tx: Tx, limit: int) -> list[tuple[Order, str, timedelta]]:
    """Orders that wait for a person: each with its merchant's name and how long it has waited by that one's clock.

    The oldest day (UTC) comes first, and within a day the largest total, whatever its currency.
    """
    rows = await tx.fetch(
        f"""
        SELECT o.*, m.name AS merchant_name, greatest(now() + m.clock_offset - o.updated_at, '0') AS waited
          FROM merchants m CROSS JOIN LATERAL (
            SELECT {_COLUMNS} FROM orders WHERE merchant_id = m.id AND state = 'under_review') o
         ORDER BY date_trunc('day', o.updated_at - m.clock_offset, 'UTC'), o.total DESC, o.id LIMIT $1
        """,
        limit,
    )
    return [(_order(row), row["merchant_name"], row["waited"]) for row in rows]


async def save(tx: Tx, order: Order) -> None:
    """Write an order that this transaction has locked. Its new version is one above the row's."""
    amounts = order.amounts
    saved = await tx.execute(
        """
        UPDATE orders
           SET reference_status = $4, state = $5, version = $3, total = $6, subtotal = $7, tax = $8, shipping = $9,
               discount = $10, detail = $11, buyer_id = $12, terms = $13, exposure = $14, updated_at = $15,
               expires_at = $16
         WHERE merchant_id = $1 AND id = $2 AND version = $3 - 1
        """,
        order.merchant_id, order.id, order.version, order.reference_status, order.state, amounts.total,
        amounts.subtotal, amounts.tax, amounts.shipping, amounts.discount,
        _encode_detail(order.detail).decode(), order.buyer_id,
        msgspec.json.encode(order.terms).decode() if order.terms else None, order.exposure, order.updated_at,
        order.expires_at,
    )  # fmt: skip
    assert saved == "UPDATE 1", "whoever saves an order has locked it and read its version"


async def due_to_expire(tx: Tx, limit: int) -> list[tuple[UUID, UUID]]:
    """Unfinished orders whose time is over by their merchant's clock: merchant and order ids, oldest first."""
    rows = await tx.fetch(
        """
        SELECT o.merchant_id, o.id FROM merchants m CROSS JOIN LATERAL (
            SELECT merchant_id, id, expires_at FROM orders
             WHERE merchant_id = m.id AND state IN ('new', 'under_review', 'terms_selected', 'order_placed')
               AND expires_at <= now() + m.clock_offset
             ORDER BY expires_at LIMIT $1) o
         ORDER BY o.expires_at LIMIT $1
        """,
        limit,
    )
    return [(row["merchant_id"], row["id"]) for row in rows]


async def due_to_be_told(tx: Tx, ahead: timedelta, limit: int) -> list[tuple[UUID, UUID]]:
    """Orders that wait, end within that time by their merchant's clock and were not looked at yet, the first first.

    Those that live no longer than that in all are left out.
    """
    rows = await tx.fetch(
        """
        SELECT o.merchant_id, o.id FROM merchants m CROSS JOIN LATERAL (
            SELECT merchant_id, id, expires_at FROM orders
             WHERE merchant_id = m.id AND state IN ('new', 'under_review')
               AND expires_at > now() + m.clock_offset AND expires_at <= now() + m.clock_offset + $2
               AND created_at < expires_at - $2::interval
               AND NOT EXISTS (SELECT FROM order_reminders told
                                WHERE told.merchant_id = orders.merchant_id AND told.order_id = orders.id)
             ORDER BY expires_at LIMIT $1) o
         ORDER BY o.expires_at LIMIT $1
        """,
        limit, ahead,
    )  # fmt: skip
    return [(row["merchant_id"], row["id"]) for row in rows]


async def was_told(tx: Tx, merchant_id: UUID, order_id: UUID) -> bool:
    """Whether it was told of an order that it ends soon, or seen that there is nobody to tell."""
    told: bool = await tx.fetchval(
        "SELECT EXISTS (SELECT FROM order_reminders WHERE merchant_id = $1 AND order_id = $2)", merchant_id, order_id
    )
    return told


async def note_told(tx: Tx, merchant_id: UUID, order_id: UUID, mail_id: UUID | None, now: datetime) -> None:
    """Note by which letter it was told of a locked order that it ends soon; None: there is nobody to tell."""
    await tx.execute(
        "INSERT INTO order_reminders (merchant_id, order_id, mail_id, told_at) VALUES ($1, $2, $3, $4)",
        merchant_id, order_id, mail_id, now,
    )  # fmt: skip


async def lock_of_person(tx: Tx, email: str) -> list[Order]:
    """All orders that have an e-mail address (lower case), at all merchants, locked in the order of their ids.

    No index leads to them, because every order would pay for it: this reads all orders, which may take minutes.
    """
    rows = await tx.fetch(
        f"""
        SELECT {_COLUMNS} FROM orders
         WHERE $1 IN (lower(terms ->> 'email'), lower(detail ->> 'customer_email'),
                      lower(detail -> 'billing' ->> 'email'), lower(detail -> 'shipping' ->> 'email'))
         ORDER BY merchant_id, id FOR UPDATE
        """,
        email, timeout=_MINUTES,
    )  # fmt: skip
    return [_order(row) for row in rows]


async def lock_of_buyers(tx: Tx, buyer_ids: Sequence[UUID]) -> list[Order]:
    """All orders of some buyers, at all merchants, locked in the order of their ids."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM orders WHERE buyer_id = ANY ($1) ORDER BY merchant_id, id FOR UPDATE",
        buyer_ids, timeout=_MINUTES,
    )  # fmt: skip
    return [_order(row) for row in rows]


async def rewrite(tx: Tx, order: Order) -> None:
    """Write what is kept of a locked order beside its facts. It is no new version: nothing has happened to it."""
    await tx.execute(
        "UPDATE orders SET detail = $3, terms = $4 WHERE merchant_id = $1 AND id = $2",
        order.merchant_id, order.id, _encode_detail(order.detail).decode(),
        msgspec.json.encode(order.terms).decode() if order.terms else None,
    )  # fmt: skip
