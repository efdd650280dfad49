"""What was filled in on the pages is personal, and goes when it is no longer needed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenor.base import clock
from tenor.base.database import Database
from tenor.core.merchants import service as merchants
from tenor.core.orders import service as orders
from tenor.core.orders.model import Order
from tenor.faces.checkout import progress
from tenor.faces.face import Platform
from tenor.worker import sweep_once
from tests.faces.checkout.buyer import Buyer, main_of
from tests.faces.checkout.shop import LinkOf, OpenShop, PlaceOrder, parsed

BEFORE_IT_IS_DUE, DUE = progress.KEPT - timedelta(minutes=1), progress.KEPT + timedelta(minutes=1)


async def _wait(database: Database, order: Order, by: timedelta) -> None:
    async with database.transaction() as tx:
        await merchants.advance_clock(tx, order.merchant_id, by, "sandbox")


async def _kept(database: Database) -> tuple[int, int]:
    async with database.single_statement() as tx:
        row = await tx.fetchrow(
            "SELECT (SELECT count(*) FROM checkout_progress), (SELECT count(*) FROM email_challenges)"
        )
    assert row is not None
    return row[0], row[1]


async def test_progress_and_codes_are_forgotten_a_month_after_the_last_visit_of_an_accepted_order(
    buyer: Buyer, database: Database, platform: Platform, place_order: PlaceOrder, link_of: LinkOf
) -> None:
    order = await place_order()
    link = link_of(order)
    session = await buyer.arrives_at_the_agreement(link)
    await buyer.settles(session, await buyer.accepts(session))
    await _wait(database, order, BEFORE_IT_IS_DUE)
    await sweep_once(platform)
    assert await _kept(database) == (1, 1)
    await _wait(database, order, DUE - BEFORE_IT_IS_DUE)
    await sweep_once(platform)
    assert await _kept(database) == (0, 0)
    assert (await buyer.browser.get(f"{session}/done")).status_code == 404


async def test_whoever_proves_the_address_again_finds_what_came_of_the_order(
    buyer: Buyer, database: Database, platform: Platform, place_order: PlaceOrder, link_of: LinkOf, open_shop: OpenShop
) -> None:
    merchant = await open_shop(approval_valid=timedelta(days=60))
    order = await place_order(merchant)
    session = await buyer.arrives_at_the_agreement(link_of(order))
    done = await buyer.settles(session, await buyer.accepts(session))
    await _wait(database, order, DUE)
    await sweep_once(platform)
    again = await buyer.signs_in(link_of(order))
    page = await buyer.browser.get(f"{again}/go-on", follow_redirects=True)
    assert main_of(parsed(page)).h1 == main_of(parsed(done)).h1


@pytest.mark.parametrize("ended", [False, True])
async def test_what_is_still_needed_stays_and_what_has_ended_goes(
    buyer: Buyer,
    database: Database,
    platform: Platform,
    place_order: PlaceOrder,
    link_of: LinkOf,
    open_shop: OpenShop,
    *,
    ended: bool,
) -> None:
    order = await place_order(await open_shop(order_valid=timedelta(days=90)))
    await buyer.arrives_at_the_agreement(link_of(order))
    await _wait(database, order, DUE)
    if ended:
        async with database.transaction() as tx:
            locked = await orders.locked(tx, order.merchant_id, order.id)
            await orders.expire(tx, locked, clock.now() + DUE)
    await sweep_once(platform)
    assert (await _kept(database))[0] == (0 if ended else 1)


@pytest.mark.parametrize(("age", "left"), [(timedelta(days=6, hours=23), 1), (timedelta(days=7, hours=1), 0)])
async def test_that_a_buyer_asked_terms_is_forgotten_after_a_week(
    buyer: Buyer, database: Database, platform: Platform, place_order: PlaceOrder, link_of: LinkOf,
    age: timedelta, left: int,
) -> None:  # fmt: skip
    session = await buyer.arrives_at_the_agreement(link_of(await place_order()))
    await buyer.settles(session, await buyer.accepts(session))
    async with database.single_statement() as tx:
        await tx.execute("UPDATE buyer_asks SET asked_at = $1", clock.now() - age)
    await sweep_once(platform)
    async with database.single_statement() as tx:
        assert await tx.fetchval("SELECT count(*) FROM buyer_asks") == left
