"""The SQL of buyers, their registrations and their people.

Meeting a buyer only inserts. What is there already is read and not locked: every order of a buyer refers to its row, so
whoever held that while waiting for the buyer's exposure would wait for those who hold the exposure and write their
order. What is updated is updated under the exposure lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from tenor.base.database import Row, Tx
from tenor.base.ids import new_id
from tenor.core.buyers.identity import Business
from tenor.core.buyers.model import Buyer, Company, Person

_business = msgspec.json.Decoder(Business)

# What of a business is the company's own beside its name and numbers, and what is the person's.
_ADDRESS = ("line1", "line2", "building_number", "district", "city", "region", "postal_code")
_PERSONAL = ("phone", "signatory")

_PERSON = "buyer_id, email, name, phone, role, first_seen, last_seen"
_COMPANY = "b.id, b.company_name AS name, r.country, r.registration_number, b.vat_number, b.created_at"
_BUYER = "b.id, b.company_name, r.country, r.registration_number, p.email, p.name, p.phone, p.profile"
_JOINED = "buyer_people p JOIN buyers b ON b.id = p.buyer_id LEFT JOIN buyer_registrations r ON r.buyer_id = b.id"


def _buyer(row: Row) -> Buyer:
    profile = None
    if row["profile"]:
        told = _business.decode(row["profile"])
        profile = msgspec.structs.replace(told, signatory=row["name"] or "", phone=row["phone"] or "")
    return Buyer(
        row["id"], row["company_name"], row["email"], profile, row["country"], row["registration_number"]
    )  # fmt: skip


def _part(business: Business, names: Sequence[str]) -> str:
    return msgspec.json.encode({name: kept for name in names if (kept := getattr(business, name))}).decode()


async def registered(tx: Tx, country: str, registration_number: str) -> UUID | None:
    """The buyer of that registration."""
    found: UUID | None = await tx.fetchval(
        "SELECT buyer_id FROM buyer_registrations WHERE country = $1 AND registration_number = $2",
        country, registration_number,
    )  # fmt: skip
    return found


async def insert_registered(
    tx: Tx, company_name: str, country: str, business: Business, now: datetime
) -> UUID | None:  # fmt: skip
    """A new buyer under its registration; None, and nothing written, where that has just become another one's."""
    made: UUID | None = await tx.fetchval(
        """
        WITH claimed AS (
            INSERT INTO buyer_registrations (country, registration_number, buyer_id) VALUES ($1, $2, $3)
            ON CONFLICT DO NOTHING RETURNING buyer_id
        )
        INSERT INTO buyers (id, company_name, vat_number, address, created_at)
        SELECT buyer_id, $4, $5, $6, $7 FROM claimed RETURNING id
        """,
        country, business.registration_number, new_id(), company_name, business.vat_number or None,
        _part(business, _ADDRESS), now,
    )  # fmt: skip
    return made


async def learn_registration(tx: Tx, buyer_id: UUID, country: str, registration_number: str) -> bool:
    """Give a buyer its registration. False where the buyer has one by now, or the registration a buyer."""
    learned = await tx.fetchval(
        """
        INSERT INTO buyer_registrations (country, registration_number, buyer_id) VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING RETURNING true
        """,
        country, registration_number, buyer_id,
    )  # fmt: skip
    return bool(learned)


async def insert_known_by(tx: Tx, company_name: str, email: str, now: datetime) -> UUID | None:
    """A new buyer for which its person's address stands; None where that address has just got one."""
    made: UUID | None = await tx.fetchval(
        """
        WITH claimed AS (
            INSERT INTO buyer_people (buyer_id, email, known_by, first_seen, last_seen) VALUES ($1, $2, true, $3, $3)
            ON CONFLICT DO NOTHING RETURNING buyer_id
        )
        INSERT INTO buyers (id, company_name, created_at) SELECT buyer_id, $4, $3 FROM claimed RETURNING id
        """,
        new_id(), email, now, company_name,
    )  # fmt: skip
    return made


async def only_known_by(tx: Tx, email: str) -> UUID | None:
    """The buyer for which an address still stands: it has no registration, and is not merged into another one."""
    found: UUID | None = await tx.fetchval(
        """
        SELECT p.buyer_id FROM buyer_people p
         WHERE p.email = $1 AND p.known_by
           AND NOT EXISTS (SELECT FROM buyer_registrations r WHERE r.buyer_id = p.buyer_id)
           AND NOT EXISTS (SELECT FROM buyer_merges m WHERE m.from_buyer = p.buyer_id AND m.undone_at IS NULL)
        """,
        email,
    )
    return found


async def join(tx: Tx, buyer_id: UUID, email: str, now: datetime) -> None:
    """Make a person one of a buyer's; who is that already stays as is."""
    await tx.execute(
        """
        INSERT INTO buyer_people (buyer_id, email, first_seen, last_seen) VALUES ($1, $2, $3, $3)
        ON CONFLICT DO NOTHING
        """,
        buyer_id, email, now,
    )  # fmt: skip


async def find(tx: Tx, email: str) -> Buyer | None:
    """The buyer for which the holder of that address (lower case) acted last; None for one who never asked for terms.

    The business that is remembered is what this person told: a registration number is no secret, so whoever types one
    must not be shown what its company's own people have told.
    """
    row = await tx.fetchrow(
        f"SELECT {_BUYER} FROM {_JOINED} WHERE p.email = $1 ORDER BY p.last_seen DESC, p.buyer_id DESC LIMIT 1", email
    )
    return _buyer(row) if row else None


async def acting(tx: Tx, buyer_id: UUID, email: str) -> Buyer:
    """A buyer with the one of its people who acts."""
    row = await tx.fetchrow(f"SELECT {_BUYER} FROM {_JOINED} WHERE p.buyer_id = $1 AND p.email = $2", buyer_id, email)
    assert row is not None, "whoever is met has become one of the buyer's people"
    return _buyer(row)


async def keep_person(tx: Tx, buyer_id: UUID, email: str, business: Business, now: datetime) -> None:
    """Remember what a person has agreed for a company. Call it under the buyer's exposure lock."""
    profile = msgspec.structs.replace(business, **dict.fromkeys(_PERSONAL, ""))
    await tx.execute(
        """
        INSERT INTO buyer_people AS kept (buyer_id, email, name, phone, role, profile, first_seen, last_seen)
        VALUES ($1, $2, $3, $4, CASE WHEN $3::text IS NULL THEN 'contact' ELSE 'signatory' END, $5, $6, $6)
        ON CONFLICT (buyer_id, email) DO UPDATE
           SET name = coalesce(excluded.name, kept.name), phone = coalesce(excluded.phone, kept.phone),
               role = CASE WHEN excluded.name IS NULL THEN kept.role ELSE excluded.role END,
               profile = excluded.profile, last_seen = greatest(kept.last_seen, excluded.last_seen)
        """,
        buyer_id, email, business.signatory or None, business.phone or None, msgspec.json.encode(profile).decode(), now,
    )  # fmt: skip


async def keep_company(tx: Tx, buyer_id: UUID, business: Business) -> None:
    """Remember a company as it was agreed for. Call it under the buyer's exposure lock."""
    await tx.execute(
        """
        UPDATE buyers SET company_name = coalesce(nullif($2, ''), company_name), address = $4,
                          vat_number = coalesce(nullif($3, ''), vat_number)
         WHERE id = $1
        """,
        buyer_id, business.legal_name, business.vat_number, _part(business, _ADDRESS),
    )  # fmt: skip


async def company(tx: Tx, buyer_id: UUID) -> Company | None:
    """A buyer by its id, without any person."""
    row = await tx.fetchrow(
        f"SELECT {_COMPANY} FROM buyers b LEFT JOIN buyer_registrations r ON r.buyer_id = b.id WHERE b.id = $1",
        buyer_id,
    )  # fmt: skip
    return Company(**dict(row)) if row else None


async def companies(tx: Tx, wanted: str, before: UUID | None, limit: int) -> list[Company]:
    """Buyers, newest first; with `wanted`, those whose name holds it, or of that registration number or address."""
    rows = await tx.fetch(
        f"""
        SELECT {_COMPANY} FROM buyers b LEFT JOIN buyer_registrations r ON r.buyer_id = b.id
         WHERE ($1 = '' OR strpos(lower(b.company_name), lower($1)) > 0 OR r.registration_number = $1
                OR b.id IN (SELECT buyer_id FROM buyer_people WHERE email = lower($1)))
           AND ($2::uuid IS NULL OR b.id < $2)
         ORDER BY b.id DESC LIMIT $3
        """,
        wanted, before, limit,
    )  # fmt: skip
    return [Company(**dict(row)) for row in rows]


async def people(tx: Tx, buyer_ids: Sequence[UUID]) -> list[Person]:
    """The people of some buyers, in the order in which they were met."""
    rows = await tx.fetch(
        f"SELECT {_PERSON} FROM buyer_people WHERE buyer_id = ANY ($1) ORDER BY first_seen, email", buyer_ids
    )
    return [Person(**dict(row)) for row in rows]


async def forget_people(tx: Tx, email: str | None, buyer_ids: Sequence[UUID]) -> list[UUID]:
    """Delete the people with that address, or all people of some buyers. Returns whose people they were."""
    rows = await tx.fetch(
        "DELETE FROM buyer_people WHERE email = $1 OR buyer_id = ANY ($2) RETURNING buyer_id", email, buyer_ids
    )
    return [row["buyer_id"] for row in rows]


async def note_ask(tx: Tx, buyer_id: UUID, now: datetime) -> None:
    """Note that a buyer asked terms for an order."""
    await tx.execute("INSERT INTO buyer_asks (buyer_id, id, asked_at) VALUES ($1, $2, $3)", buyer_id, new_id(), now)


async def count_asks(tx: Tx, buyer_ids: Sequence[UUID], since: datetime, until: datetime) -> int:
    """How many orders some buyers asked terms for after `since` and up to `until`."""
    count: int = await tx.fetchval(
        "SELECT count(*) FROM buyer_asks WHERE buyer_id = ANY ($1) AND asked_at > $2 AND asked_at <= $3",
        buyer_ids, since, until,
    )  # fmt: skip
    return count


async def forget_asks(tx: Tx, before: datetime) -> int:
    """Delete the notes of asks from before a moment. Returns how many."""
    done: str = await tx.execute("DELETE FROM buyer_asks WHERE asked_at < $1", before)
    return int(done.split()[-1])
