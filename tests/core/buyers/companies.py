"""Companies that buy, for these tests."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from tenor.base.database import Database
from tenor.core.buyers import merging, service
from tenor.core.buyers.identity import Business
from tenor.core.buyers.model import Buyer

NOW = datetime(2026, 4, 15, tzinfo=UTC)
ANA = "ana@northwind.example.com"
BO = "bo@northwind.example.com"
EIN = "12-3456789"


def northwind(registration_number: str = EIN, **changes: str) -> Business:
    """A company of the United States, in its normal form."""
    told = {
        "legal_name": "Northwind Builders LLC",
        "line1": "12 Dock Street",
        "city": "Chicago",
        "region": "IL",
        "postal_code": "60601",
        "phone": "+13125550100",
        "signatory": "Ana Lopez",
    }
    return Business(registration_number=registration_number, **(told | changes))


async def meet(
    database: Database, email: str = ANA, business: Business | None = None, country: str = "US", now: datetime = NOW
) -> Buyer:
    """Somebody asks for terms."""
    name = business.legal_name if business else "Northwind"
    async with database.transaction() as tx:
        return await service.meet(tx, company_name=name, email=email, country=country, business=business, now=now)


async def agree(database: Database, buyer: Buyer, business: Business, now: datetime = NOW) -> None:
    """Terms are approved."""
    async with database.transaction() as tx:
        await service.keep_profile(tx, buyer.id, buyer.email, business, now)


async def merge(database: Database, from_: UUID, into: UUID) -> None:
    """Staff finds two buyers to be one company."""
    async with database.transaction() as tx:
        await merging.merge(tx, into=into, from_=from_, by="mona", reason="One company.", now=NOW)


async def count(database: Database, table: str = "buyers") -> int:
    """How many rows there are."""
    async with database.single_statement() as tx:
        found: int = await tx.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608 - the tests name the tables
    return found
