"""The SQL of suspected duplicates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tenor.base.database import Row, Tx
from tenor.core.buyers.model import Company
from tenor.core.buyers.suspicions.model import Registered, Suspect, SuspectedPair, Suspicion


async def candidates(
    tx: Tx, buyer_id: UUID, country: str, numbers: Sequence[str], vat_number: str
) -> dict[UUID, Registered]:
    """Other buyers of a country that are registered under one of some numbers, or have that VAT number."""
    rows = await tx.fetch(
        """
        SELECT b.id, r.country, r.registration_number, b.company_name AS name, coalesce(b.vat_number, '') AS vat_number
          FROM buyer_registrations r JOIN buyers b ON b.id = r.buyer_id
         WHERE r.country = $1 AND r.registration_number = ANY ($2) AND b.id <> $4
        UNION
        SELECT b.id, r.country, r.registration_number, b.company_name, b.vat_number
          FROM buyers b JOIN buyer_registrations r ON r.buyer_id = b.id
         WHERE b.vat_number = nullif($3, '') AND r.country = $1 AND b.id <> $4
        """,
        country, numbers, vat_number, buyer_id,
    )  # fmt: skip
    return {row["id"]: Registered(**{key: row[key] for key in Registered.__struct_fields__}) for row in rows}


async def insert(tx: Tx, buyer_id: UUID, like_id: UUID, reasons: Sequence[str], now: datetime) -> None:
    """Note a pair; one that is known stays as it is."""
    await tx.execute(
        """
        INSERT INTO buyer_suspicions (buyer_id, like_id, reasons, found_at)
        VALUES (least($1::uuid, $2::uuid), greatest($1::uuid, $2::uuid), $3, $4) ON CONFLICT DO NOTHING
        """,
        buyer_id, like_id, reasons, now,
    )  # fmt: skip


async def dismiss(tx: Tx, buyer_id: UUID, like_id: UUID, by: str, now: datetime) -> bool:
    """Note that staff has found two buyers to be two companies. False where nothing was suspected of them."""
    done: str = await tx.execute(
        """
        UPDATE buyer_suspicions
           SET dismissed_by = coalesce(dismissed_by, $3), dismissed_at = coalesce(dismissed_at, $4)
         WHERE buyer_id = least($1::uuid, $2::uuid) AND like_id = greatest($1::uuid, $2::uuid)
        """,
        buyer_id, like_id, by, now,
    )  # fmt: skip
    return done == "UPDATE 1"


async def between(tx: Tx, one: UUID, other: UUID) -> Suspicion | None:
    """What is or was suspected of two buyers; None for nothing."""
    row = await tx.fetchrow(
        """
        SELECT reasons, found_at, dismissed_by, dismissed_at FROM buyer_suspicions
         WHERE buyer_id = least($1::uuid, $2::uuid) AND like_id = greatest($1::uuid, $2::uuid)
        """,
        one, other,
    )  # fmt: skip
    return Suspicion(**{**dict(row), "reasons": tuple(row["reasons"])}) if row else None


# A pair that staff has merged is settled, for as long as the merge stands.
_OPEN = """
    s.dismissed_at IS NULL AND NOT EXISTS (
        SELECT FROM (VALUES (s.buyer_id), (s.like_id)) AS pair (id)
          LEFT JOIN buyer_merges m ON m.from_buyer = pair.id AND m.undone_at IS NULL
        HAVING count(DISTINCT coalesce(m.into_buyer, pair.id)) = 1)
"""


async def suspects(tx: Tx, buyer_ids: Sequence[UUID]) -> list[Suspect]:
    """Whom some buyers, which are one company, look like; each once, however many of them it looks like."""
    rows = await tx.fetch(
        f"""
        SELECT b.id AS buyer_id, b.company_name AS name, r.country, r.registration_number, min(s.found_at) AS found_at,
               array_agg(DISTINCT reason) AS reasons
          FROM buyer_suspicions s
          JOIN buyers b ON b.id = CASE WHEN s.buyer_id = ANY ($1) THEN s.like_id ELSE s.buyer_id END
          LEFT JOIN buyer_registrations r ON r.buyer_id = b.id
         CROSS JOIN unnest(s.reasons) AS reason
         WHERE (s.buyer_id = ANY ($1) OR s.like_id = ANY ($1)) AND {_OPEN}
         GROUP BY b.id, r.country, r.registration_number
         ORDER BY min(s.found_at), b.id
        """,
        buyer_ids,
    )
    return [Suspect(**{**dict(row), "reasons": tuple(row["reasons"])}) for row in rows]


async def pairs(tx: Tx, limit: int) -> list[SuspectedPair]:
    """All pairs that wait for staff, newest first."""
    rows = await tx.fetch(
        f"""
        SELECT s.reasons, s.found_at,
               a.id, a.company_name AS name, ra.country, ra.registration_number, a.vat_number, a.created_at,
               b.id AS other_id, b.company_name AS other_name, rb.country AS other_country,
               rb.registration_number AS other_registration_number, b.vat_number AS other_vat_number,
               b.created_at AS other_created_at
          FROM buyer_suspicions s
          JOIN buyers a ON a.id = s.buyer_id LEFT JOIN buyer_registrations ra ON ra.buyer_id = a.id
          JOIN buyers b ON b.id = s.like_id LEFT JOIN buyer_registrations rb ON rb.buyer_id = b.id
         WHERE {_OPEN}
         ORDER BY s.found_at DESC, s.buyer_id, s.like_id LIMIT $1
        """,
        limit,
    )
    return [
        SuspectedPair(
            one=_company(row, ""),
            other=_company(row, "other_"),
            reasons=tuple(row["reasons"]),
            found_at=row["found_at"],
        )
        for row in rows
    ]


def _company(row: Row, prefix: str) -> Company:
    return Company(**{name: row[prefix + name] for name in Company.__struct_fields__})
