"""The SQL of the search. Orders are looked up merchant by merchant, each by an index that the merchant leads."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from tenor.base.database import Row, Tx
from tenor.core.search.model import FoundBuyer, FoundMerchant, FoundOrder, Wanted
from tenor.core.search.rules import prefix_pattern

_ORDER = """o.merchant_id, o.id, m.name AS merchant, o.number, o.reference, o.state, o.currency, o.total,
    o.terms ->> 'company_name' AS company, o.created_at"""
# A buyer with its registration, and the address of whoever last acted for it, unless that person was erased.
_BUYER = """
    SELECT b.id, b.company_name, b.vat_number, r.registration_number,
           (SELECT p.email FROM buyer_people p WHERE p.buyer_id = b.id ORDER BY p.last_seen DESC LIMIT 1) AS email
      FROM buyers b LEFT JOIN buyer_registrations r ON r.buyer_id = b.id
"""

# One branch a way to be named, so that each is read by its own index.
_ORDERS = f"""
    SELECT {_ORDER} FROM merchants m CROSS JOIN LATERAL (
            SELECT id FROM orders WHERE merchant_id = m.id AND number = upper($1)
        UNION
            SELECT id FROM orders WHERE merchant_id = m.id AND reference = $1
               AND state NOT IN ('canceled', 'declined', 'expired')
        UNION
            SELECT id FROM orders WHERE merchant_id = m.id AND reference = $1
               AND state IN ('canceled', 'declined', 'expired')
        UNION
            SELECT id FROM orders WHERE $2::uuid IS NOT NULL AND merchant_id = m.id AND id = $2
        UNION
            SELECT order_id FROM deliveries
             WHERE $2::uuid IS NOT NULL AND merchant_id = m.id AND id = $2 AND order_id IS NOT NULL
        UNION
            SELECT id FROM orders WHERE $3::uuid IS NOT NULL AND merchant_id = m.id AND id = $3
        UNION
            SELECT id FROM orders WHERE $4::text IS NOT NULL AND merchant_id = m.id
               AND lower(detail ->> 'customer_email') = $4 AND detail ->> 'customer_email' IS NOT NULL
        UNION
            SELECT id FROM orders WHERE $4::text IS NOT NULL AND merchant_id = m.id AND terms ->> 'email' = $4
               AND terms IS NOT NULL
         ) named
      JOIN orders o ON o.merchant_id = m.id AND o.id = named.id
     ORDER BY o.id DESC LIMIT $5
"""


async def orders(tx: Tx, wanted: Wanted, limit: int) -> list[FoundOrder]:
    """Orders of all merchants, newest first."""
    rows = await tx.fetch(_ORDERS, wanted.text, wanted.id, wanted.event_order, wanted.email, limit)
    return [_order(row) for row in rows]


def _order(row: Row) -> FoundOrder:
    return FoundOrder(**dict(row))


async def own_orders(tx: Tx, merchant_id: UUID, wanted: Wanted, limit: int) -> list[UUID]:
    """The orders of one merchant that a number, a reference, an id or an event's id names, the newest first."""
    rows = await tx.fetch(
        """
        SELECT id FROM (
                SELECT id FROM orders WHERE merchant_id = $1 AND number = upper($2)
            UNION
                SELECT id FROM orders WHERE merchant_id = $1 AND reference = $2
                   AND state NOT IN ('canceled', 'declined', 'expired')
            UNION
                SELECT id FROM orders WHERE merchant_id = $1 AND reference = $2
                   AND state IN ('canceled', 'declined', 'expired')
            UNION
                SELECT id FROM orders WHERE merchant_id = $1 AND id IN ($3, $4)) named
         ORDER BY id DESC LIMIT $5
        """,
        merchant_id, wanted.text, wanted.id, wanted.event_order, limit,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def of_buyer(tx: Tx, buyer_id: UUID, limit: int) -> list[FoundOrder]:
    """A buyer's orders at all merchants, newest first."""
    rows = await tx.fetch(
        f"""
        SELECT {_ORDER} FROM orders o JOIN merchants m ON m.id = o.merchant_id
         WHERE o.buyer_id = $1 ORDER BY o.id DESC LIMIT $2
        """,
        buyer_id, limit,
    )  # fmt: skip
    return [_order(row) for row in rows]


async def of_merchant(tx: Tx, merchant_id: UUID, limit: int) -> list[FoundOrder]:
    """A merchant's orders, newest first."""
    rows = await tx.fetch(
        f"""
        SELECT {_ORDER} FROM orders o JOIN merchants m ON m.id = o.merchant_id
         WHERE o.merchant_id = $1 ORDER BY o.id DESC LIMIT $2
        """,
        merchant_id, limit,
    )  # fmt: skip
    return [_order(row) for row in rows]


async def buyers(tx: Tx, wanted: Wanted, limit: int) -> list[FoundBuyer]:
    """Buyers by address, registration or VAT number as it was typed or without its dashes, or the name's beginning."""
    rows = await tx.fetch(
        f"""
        WITH named (id) AS (
                SELECT id FROM buyers WHERE id = $1
            UNION
                SELECT buyer_id FROM buyer_people WHERE email = $2
            UNION
                SELECT buyer_id FROM buyer_registrations WHERE registration_number = ANY ($3)
            UNION
                SELECT id FROM buyers WHERE vat_number = ANY ($3)
            UNION (
                SELECT id FROM buyers WHERE $4::text IS NOT NULL AND lower(company_name) LIKE $4
                 ORDER BY lower(company_name) LIMIT $5)
        ){_BUYER} WHERE b.id IN (SELECT id FROM named)
         ORDER BY b.company_name, b.id LIMIT $5
        """,
        wanted.id, wanted.email, _ways_to_write(wanted),
        prefix_pattern(wanted.name_prefix) if wanted.name_prefix else None, limit,
    )  # fmt: skip
    return [FoundBuyer(**dict(row)) for row in rows]


def _ways_to_write(wanted: Wanted) -> list[str]:
    """A number as it was typed, without its dashes, and with the one of an EIN."""
    bare = wanted.number
    return [wanted.text, bare, f"{bare[:2]}-{bare[2:]}"]


async def buyer(tx: Tx, buyer_id: UUID) -> FoundBuyer | None:
    """One buyer."""
    row = await tx.fetchrow(f"{_BUYER} WHERE b.id = $1", buyer_id)
    return FoundBuyer(**dict(row)) if row else None


async def names(tx: Tx, buyer_ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of some buyers."""
    rows = await tx.fetch("SELECT id, company_name FROM buyers WHERE id = ANY ($1)", list(buyer_ids))
    return {row["id"]: row["company_name"] for row in rows}


async def merchants(tx: Tx, wanted: Wanted, limit: int) -> list[FoundMerchant]:
    """Merchants by id, by the public half of a key, or by the name's beginning."""
    rows = await tx.fetch(
        """
        SELECT m.id, m.name, m.country, m.currency FROM merchants m
         WHERE m.id = $1 OR lower(m.name) LIKE $2
            OR EXISTS (SELECT FROM credentials c WHERE c.merchant_id = m.id AND c.id = $3)
            OR ($1::uuid IS NOT NULL
                AND EXISTS (SELECT FROM webhook_endpoints e WHERE e.merchant_id = m.id AND e.id = $1))
         ORDER BY m.name, m.id LIMIT $4
        """,
        wanted.id, prefix_pattern(wanted.name_prefix) if wanted.name_prefix else None, wanted.text, limit,
    )  # fmt: skip
    return [FoundMerchant(**dict(row)) for row in rows]
