"""What buyers told before companies and people were kept apart is carried over by the migration."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from tenor.base import migrations
from tenor.base.database import Database
from tenor.core.buyers import merging, store
from tenor.core.credit import store as credit
from tenor.core.ledger import invariants
from tests.core.buyers.companies import meet, northwind
from tests.databases import fresh

_BEFORE = """
    INSERT INTO merchants
    VALUES ('10000000-0000-0000-0000-000000000000', 'Acme', 'US', 'USD', 'backd', '{}', '0', now());
    INSERT INTO buyers (id, company_name, email, created_at, profile) VALUES
        ('00000000-0000-0000-0000-00000000000a', 'Northwind', 'ana@x.example.com', now() - interval '3 days',
         '{"legal_name": "Northwind LLC", "registration_number": "12-3456789", "line1": "12 Dock Street",
           "phone": "+13125550100", "signatory": "Ana Lopez"}'),
        ('00000000-0000-0000-0000-00000000000b', 'Northwind', 'bo@x.example.com', now() - interval '2 days',
         '{"legal_name": "Northwind LLC", "registration_number": "12-3456789", "signatory": "Bo"}'),
        ('00000000-0000-0000-0000-00000000000c', 'Lakeside', 'cy@x.example.com', now(), NULL);
    INSERT INTO orders (merchant_id, id, number, face, reference, state, version, currency, total, subtotal, tax,
                        shipping, discount, detail, fingerprint, created_at, updated_at, expires_at)
    SELECT '10000000-0000-0000-0000-000000000000', b.id, right(b.email, 4) || b.id, 'backd', b.email, 'new', 2, 'USD',
           100, 100, 0, 0, 0, '{"items": []}', '', now(), now(), now() FROM buyers b;
    UPDATE orders o SET state = 'terms_selected', buyer_id = o.id, exposure = 100,
           terms = coalesce(jsonb_build_object('business', b.profile), '{}') FROM buyers b WHERE b.id = o.id;
    INSERT INTO buyer_exposures SELECT id, 'USD', 100 FROM buyers;
    INSERT INTO events (merchant_id, order_id, number, type, data, occurred_at)
    SELECT merchant_id, id, nth, 'order.created', '{}', now() FROM orders CROSS JOIN generate_series(1, 2) AS nth;
"""


@pytest.fixture
async def carried(server_url: str) -> AsyncIterator[Database]:
    """A database in which three buyers traded before this migration, brought to today's schema."""
    async with fresh(server_url) as url:
        await asyncio.to_thread(migrations.upgrade, url, "0005")
        old = await asyncpg.connect(url)
        await old.execute(_BEFORE)
        await old.close()
        await asyncio.to_thread(migrations.upgrade, url)
        database = await Database.open(url, size=2)
        yield database
        await database.close()


async def test_todays_buyers_keep_their_people_their_profile_and_what_they_owe(carried: Database) -> None:
    async with carried.transaction() as tx:
        ana, bo, cy = [await store.find(tx, f"{name}@x.example.com") for name in ("ana", "bo", "cy")]
        assert ana is not None
        assert bo is not None
        assert cy is not None
        assert (ana.country, ana.registration_number) == ("US", "12-3456789")
        assert ana.profile is not None
        assert (ana.profile.signatory, ana.profile.phone, ana.profile.line1) == (
            "Ana Lopez", "+13125550100", "12 Dock Street",
        )  # fmt: skip
        assert (bo.id != ana.id, bo.registration_number) == (True, None)
        assert await merging.group(tx, bo.id) == sorted([ana.id, bo.id]), "two addresses of one company share its limit"
        assert (await credit.lock_exposure(tx, bo.id, "USD"))[0] == 200
        assert cy.profile is None
        assert (await credit.lock_exposure(tx, cy.id, "USD"))[0] == 100
        assert await invariants.check(tx) == []
    assert (await meet(carried, "bo@x.example.com", northwind())).id == ana.id
    learned = await meet(carried, "cy@x.example.com", northwind("98-7654321"))
    assert (learned.id, learned.registration_number) == (cy.id, "98-7654321")
