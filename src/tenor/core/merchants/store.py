"""The SQL of merchants, programmes and credentials."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from tenor.base.database import Row, Tx
from tenor.core.merchants.model import Credential, CredentialKind, Logo, LogoMark, Merchant, Programme

_MERCHANT = """
    SELECT m.id, m.name, m.country, m.currency, m.flow, m.origins, m.clock_offset, m.created_at, m.email, p.agreed,
           m.accent, m.logo_sha256, m.logo_type, m.logo_width, m.logo_height
      FROM merchants m
      JOIN LATERAL (SELECT agreed FROM programmes WHERE merchant_id = m.id ORDER BY version DESC LIMIT 1) p ON true
"""


def _merchant(row: Row) -> Merchant:
    return Merchant(
        id=row["id"],
        name=row["name"],
        country=row["country"],
        currency=row["currency"],
        flow=row["flow"],
        origins=tuple(row["origins"]),
        clock_offset=row["clock_offset"],
        created_at=row["created_at"],
        programme=msgspec.json.decode(row["agreed"], type=Programme),
        email=row["email"],
        accent=row["accent"],
        logo=_logo_mark(row),
    )


def _logo_mark(row: Row) -> LogoMark | None:
    if row["logo_sha256"] is None:
        return None
    return LogoMark(row["logo_sha256"], row["logo_type"], row["logo_width"], row["logo_height"])


def _credential(row: Row, credential_id: str) -> Credential:
    return Credential(
        merchant_id=row["merchant_id"],
        id=credential_id,
        kind=row["kind"],
        environment=row["environment"],
        secret_hash=row["secret_hash"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
    )


async def insert(tx: Tx, merchant: Merchant) -> None:
    """Write a merchant and the first version of its programme."""
    await tx.execute(
        """
        WITH merchant AS (
            INSERT INTO merchants (id, name, country, currency, flow, origins, created_at, email)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $9) RETURNING id
        )
        INSERT INTO programmes (merchant_id, version, agreed, created_at) SELECT id, 1, $8, $7 FROM merchant
        """,
        merchant.id, merchant.name, merchant.country, merchant.currency, merchant.flow, list(merchant.origins),
        merchant.created_at, msgspec.json.encode(merchant.programme).decode(), merchant.email,
    )  # fmt: skip


async def find(tx: Tx, merchant_id: UUID) -> Merchant | None:
    """One merchant, or None."""
    row = await tx.fetchrow(f"{_MERCHANT} WHERE m.id = $1", merchant_id)
    return _merchant(row) if row else None


async def find_all(tx: Tx) -> list[Merchant]:
    """Every merchant, oldest first."""
    rows = await tx.fetch(f"{_MERCHANT} ORDER BY m.created_at, m.id")
    return [_merchant(row) for row in rows]


async def clock_offset(tx: Tx, merchant_id: UUID) -> timedelta:
    """How far a merchant's sandbox clock was moved, as it stands in this transaction."""
    offset: timedelta | None = await tx.fetchval("SELECT clock_offset FROM merchants WHERE id = $1", merchant_id)
    return offset or timedelta(0)


async def advance_clock(tx: Tx, merchant_id: UUID, by: timedelta) -> timedelta | None:
    """Move a merchant's clock forward. Returns the new offset, or None where there is no such merchant."""
    moved: timedelta | None = await tx.fetchval(
        "UPDATE merchants SET clock_offset = clock_offset + $2 WHERE id = $1 RETURNING clock_offset",
        merchant_id,
        by,
    )
    return moved


async def set_email(tx: Tx, merchant_id: UUID, email: str | None) -> bool:
    """Write where a merchant hears of what went wrong. False where there is no such merchant."""
    return bool(await tx.execute("UPDATE merchants SET email = $2 WHERE id = $1", merchant_id, email) == "UPDATE 1")


async def set_accent(tx: Tx, merchant_id: UUID, accent: str | None) -> None:
    """Write the accent colour, or none."""
    await tx.execute("UPDATE merchants SET accent = $2 WHERE id = $1", merchant_id, accent)


async def set_logo(tx: Tx, merchant_id: UUID, logo: Logo | None) -> None:
    """Write the logo, or none."""
    await tx.execute(
        """
        UPDATE merchants SET logo = $2, logo_sha256 = sha256($2), logo_type = $3, logo_width = $4, logo_height = $5
         WHERE id = $1
        """,
        merchant_id, logo and logo.content, logo and logo.media_type, logo and logo.width, logo and logo.height,
    )  # fmt: skip


async def logo(tx: Tx, merchant_id: UUID) -> tuple[bytes, str] | None:
    """A logo's bytes and media type; None where there is none."""
    row = await tx.fetchrow("SELECT logo, logo_type FROM merchants WHERE id = $1 AND logo IS NOT NULL", merchant_id)
    return (row["logo"], row["logo_type"]) if row else None


async def insert_credential(tx: Tx, credential: Credential, now: datetime) -> None:
    """Write a key."""
    await tx.execute(
        """
        INSERT INTO credentials (merchant_id, id, kind, environment, secret_hash, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        credential.merchant_id, credential.id, credential.kind, credential.environment, credential.secret_hash,
        now, credential.expires_at,
    )  # fmt: skip


async def find_holder(
    tx: Tx, merchant_id: UUID, credential_id: str, kind: CredentialKind
) -> tuple[Credential, Merchant] | None:
    """One key of that kind, whatever its condition, and its merchant, in one statement."""
    row = await tx.fetchrow(
        f"""
        SELECT c.merchant_id, c.id AS credential_id, c.kind, c.environment, c.secret_hash, c.expires_at,
               c.revoked_at, merchant.*
          FROM credentials c JOIN LATERAL ({_MERCHANT} WHERE m.id = c.merchant_id) merchant ON true
         WHERE c.merchant_id = $1 AND c.id = $2 AND c.kind = $3
        """,
        merchant_id, credential_id, kind,
    )  # fmt: skip
    return (_credential(row, row["credential_id"]), _merchant(row)) if row else None


async def credentials_of(tx: Tx, merchant_id: UUID) -> list[Credential]:
    """All keys of a merchant, oldest first."""
    rows = await tx.fetch(
        """
        SELECT merchant_id, id, kind, environment, secret_hash, expires_at, revoked_at
          FROM credentials WHERE merchant_id = $1 ORDER BY created_at, id
        """,
        merchant_id,
    )
    return [_credential(row, row["id"]) for row in rows]


async def end_credential(tx: Tx, merchant_id: UUID, credential_id: str, revoked_at: datetime | None,
                         expires_at: datetime | None) -> bool:  # fmt: skip
    """Revoke a key now, or set its end. False where there is no such key that still works."""
    done = await tx.execute(
        """
        UPDATE credentials
           SET revoked_at = coalesce($3, revoked_at), expires_at = least(expires_at, coalesce($4, expires_at))
         WHERE merchant_id = $1 AND id = $2 AND revoked_at IS NULL
        """,
        merchant_id, credential_id, revoked_at, expires_at,
    )  # fmt: skip
    return bool(done == "UPDATE 1")
