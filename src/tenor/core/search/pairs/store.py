"""The SQL of pairs: a few statements, however many buyers are read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from tenor.base.database import Tx
from tenor.core.buyers import store as buyers
from tenor.core.buyers.model import Person
from tenor.core.search.model import Exposure
from tenor.core.search.pairs.model import Granted, Ordered, Profile

T = TypeVar("T")

# As an envelope has it; what is not among these stands in no address.
_ADDRESS = ("building_number", "line1", "line2", "district", "city", "region", "postal_code")


async def profiles(tx: Tx, buyer_ids: Collection[UUID]) -> dict[UUID, Profile]:
    """The profiles of those of some buyers that there are."""
    ids = list(buyer_ids)
    rows = await tx.fetch(
        """
        SELECT b.id, b.company_name AS name, r.country, r.registration_number, b.vat_number, b.address, b.created_at
          FROM buyers b LEFT JOIN buyer_registrations r ON r.buyer_id = b.id WHERE b.id = ANY ($1)
        """,
        ids,
    )
    people: dict[UUID, list[Person]] = defaultdict(list)
    for person in await buyers.people(tx, ids):
        people[person.buyer_id].append(person)
    exposures = await _of_each(tx, _EXPOSURES, ids, Exposure)
    limits = await _of_each(tx, _LIMITS, ids, Granted)
    orders = await _of_each(tx, _ORDERS, ids, Ordered)
    groups = await _groups(tx, ids)
    return {
        (one := row["id"]): Profile(
            **{**dict(row), "address": _address(row["address"])},
            people=tuple(people[one]),
            exposures=tuple(exposures[one]),
            limits=tuple(limits[one]),
            orders=tuple(orders[one]),
            head=groups[one][0],
            group=groups[one][1],
        )
        for row in rows
    }


_EXPOSURES = "SELECT buyer_id, currency, amount FROM buyer_exposures WHERE buyer_id = ANY ($1) ORDER BY currency"
_LIMITS = """
    SELECT buyer_id, currency, amount, granted_by, granted_at FROM buyer_limits WHERE buyer_id = ANY ($1)
     ORDER BY currency
"""
_ORDERS = """
    SELECT buyer_id, currency, count(*) AS count, sum(total)::bigint AS total,
           count(*) FILTER (WHERE state = 'under_review') AS waiting
      FROM orders WHERE buyer_id = ANY ($1) GROUP BY buyer_id, currency ORDER BY currency
"""


async def _of_each(tx: Tx, statement: str, ids: Sequence[UUID], kind: type[T]) -> dict[UUID, list[T]]:
    found: dict[UUID, list[T]] = defaultdict(list)
    for row in await tx.fetch(statement, ids):
        kept: dict[str, Any] = dict(row)
        found[kept.pop("buyer_id")].append(kind(**kept))
    return found


async def _groups(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, tuple[UUID, ...]]]:
    """The head of each buyer's group, and the others in it."""
    rows = await tx.fetch(
        """
        SELECT wanted.id, wanted.head, array_remove(array_agg(member.id ORDER BY member.id), wanted.id) AS others
          FROM (SELECT asked.id, coalesce(m.into_buyer, asked.id) AS head
                  FROM unnest($1::uuid[]) AS asked (id)
                  LEFT JOIN buyer_merges m ON m.from_buyer = asked.id AND m.undone_at IS NULL) wanted
         CROSS JOIN LATERAL (
               SELECT wanted.head AS id
                UNION ALL
               SELECT from_buyer FROM buyer_merges WHERE into_buyer = wanted.head AND undone_at IS NULL) member
         GROUP BY wanted.id, wanted.head
        """,
        ids,
    )
    return {row["id"]: (row["head"], tuple(row["others"])) for row in rows}


def _address(kept: str | None) -> str:
    told = msgspec.json.decode(kept, type=dict[str, str]) if kept else {}
    return ", ".join(told[part] for part in _ADDRESS if told.get(part))
