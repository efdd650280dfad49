"""`tenor buyer`: what staff does with companies, and what is left when it is killed while it erases."""

from __future__ import annotations

import asyncio
import signal
from uuid import UUID

import asyncpg
import msgspec
import pytest

from tenor.base.ids import new_id
from tenor.core.buyers import merging
from tenor.core.buyers import service as buyers
from tenor.core.buyers.identity import Business
from tenor.core.merchants import store as merchants
from tenor.core.orders import service as orders
from tenor.core.orders.model import Amounts, Detail, Item, NewOrder, Order, State
from tenor.core.staff import store as staff
from tenor.core.staff.model import Entry
from tenor.faces.face import Platform
from tests.journeys.deployment import Deployment

ANA = "ana@northwind.example.com"
BO = "bo@northwind.example.com"


def _business(registration_number: str, name: str = "Northwind Builders") -> Business:
    return Business(
        legal_name=name, registration_number=registration_number, signatory="Ana Lopez", phone="+13125550100"
    )


def _asks(deployment: Deployment, business: Business, email: str = ANA, total: int = 100_00) -> Order:
    """Somebody has accepted terms."""
    keys = deployment.merchant(name=f"Harbor {new_id()}")

    async def ask(on: Platform) -> Order:
        async with on.database.transaction() as tx:
            merchant = await merchants.find(tx, UUID(keys["merchant_id"]))
            assert merchant is not None
            within_limits = msgspec.structs.replace(merchant.programme, policy="limits")
            merchant = msgspec.structs.replace(merchant, programme=within_limits)
            lines = (Item(sku="B", name="Bolts", unit_price=total, quantity=1),)
            new = NewOrder(
                face="backd",
                reference="PO-1",
                amounts=Amounts(total=total, subtotal=total),
                detail=Detail(items=lines, customer_email=email),
            )
            now = merchant.created_at
            order, _ = await orders.create(tx, merchant, new, now)
            code = merchant.programme.offers[0].code
            return await orders.select_terms(
                tx,
                merchant,
                order.id,
                code=code,
                company_name=business.legal_name,
                email=email,
                now=now,
                business=business,
            )

    return deployment.does(ask)


def _ends(deployment: Deployment, order: Order) -> None:
    async def end(on: Platform) -> None:
        async with on.database.transaction() as tx:
            locked = await orders.locked(tx, order.merchant_id, order.id)
            await orders.expire(tx, locked, order.updated_at)

    deployment.does(end)


def test_buyers_are_found_shown_merged_and_parted(deployment: Deployment) -> None:
    one, other = (
        _asks(deployment, _business("12-3456789")),
        _asks(deployment, _business("12-3456798"), BO),
    )
    ids = {str(one.buyer_id), str(other.buyer_id)}
    assert {row["id"] for row in deployment.answers("buyer", "list", "--json")} == ids
    for wanted in ("12-3456789", ANA):
        (found,) = deployment.answers("buyer", "list", wanted, "--json")
        assert found["id"] == str(one.buyer_id)
    assert f"{one.buyer_id}  Northwind Builders  US 12-3456789" in deployment.succeeds("buyer", "list", "north")
    (pair,) = deployment.answers("buyer", "list", "--suspected", "--json")
    assert pair["reasons"] == ["registration_typo"]
    assert "registration_typo" in deployment.succeeds("buyer", "list", "--suspected")

    merge = ("buyer", "merge", str(other.buyer_id), "--into", str(one.buyer_id), "--reason", "A typo.", "--by", "mona")
    assert f"unmerge {other.buyer_id}` undoes it" in deployment.succeeds(*merge)
    shown = deployment.answers("buyer", "show", str(one.buyer_id), "--json")
    owed = [row["of_group"] for row in shown["exposures"]]
    assert owed == [f"{(one.exposure + other.exposure) / 100:.2f}"]
    said = deployment.succeeds("buyer", "show", str(one.buyer_id))
    assert f"person   {ANA}  Ana Lopez  signatory" in said
    assert "A typo. (mona)" in said
    chain = deployment.run(
        "buyer", "merge", str(one.buyer_id), "--into", str(other.buyer_id), "--reason", "x", "--by", "y"
    )
    assert chain.returncode == 2
    assert "a circle can not be made" in chain.stderr

    deployment.succeeds("buyer", "unmerge", str(other.buyer_id), "--by", "omar")
    assert "undone by omar" in deployment.succeeds("buyer", "show", str(other.buyer_id))
    deployment.succeeds("buyer", "dismiss", str(one.buyer_id), str(other.buyer_id), "--by", "omar")
    assert deployment.answers("buyer", "list", "--suspected", "--json") == []
    assert [(one.who.name, one.done.act) for one in _audited(deployment)] == [
        ("operator", "lookalikes_dismissed"), ("operator", "buyers_parted"), ("operator", "buyers_merged"),
    ]  # fmt: skip


def _audited(deployment: Deployment) -> list[Entry]:
    async def read(on: Platform) -> list[Entry]:
        async with on.database.single_statement() as tx:
            return await staff.audit(tx, 10)

    return deployment.does(read)


def test_erasing_prints_what_went_and_what_stays_and_waits_for_what_is_open(deployment: Deployment) -> None:
    order = _asks(deployment, _business("12-3456789"))
    erase = ("buyer", "erase", "--email", ANA, "--by", "mona")
    early = deployment.run(*erase)
    assert early.returncode == 2
    assert f"Nothing was erased: Order {order.number} is terms_selected" in early.stderr
    _ends(deployment, order)
    said = deployment.succeeds(*erase)
    assert "erased       1  people of buyers" in said
    assert "documents that are invoices or agreements: vouchers of the books" in said
    assert ANA not in said
    assert deployment.succeeds(*erase) == "Nothing is left to erase.\n"
    assert "erased " in deployment.succeeds("buyer", "show", str(order.buyer_id))
    assert "The books are clean" in deployment.succeeds("ledger", "check")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "x"), "There is no buyer x"),
        (("show", "00000000-0000-0000-0000-000000000000"), "There is no buyer"),
        (("erase", "--by", "mona"), "give the id of a buyer or --email"),
        (("erase", "x", "--by", "mona"), "There is no buyer x"),
        (("erase", "--email", "ana", "--by", "mona"), "email: must be an e-mail address"),
        (("erase", "--email", ANA, "--by", " "), "by: must name who answers"),
        (("unmerge", "x", "--by", "mona"), "There is no buyer x"),
        (("dismiss", "x", "y", "--by", "mona"), "There is no buyer x"),
    ],
)
def test_what_can_not_be_done_is_refused_in_words(deployment: Deployment, words: tuple[str, ...], said: str) -> None:
    done = deployment.run("buyer", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


async def test_killed_in_the_middle_of_an_erasure_nothing_is_lost_and_the_next_one_does_it_all(
    deployment: Deployment,
) -> None:
    order = _asks(deployment, _business("12-3456789"))
    _ends(deployment, order)
    database = await asyncpg.connect(deployment.database_url)
    watch = await asyncpg.connect(deployment.database_url)
    tables = ("buyer_people", "deliveries", "orders", "erasures")

    async def rows() -> list[str]:
        return [await watch.fetchval(f"SELECT coalesce(jsonb_agg(t), '[]')::text FROM {one} t") for one in tables]  # noqa: S608

    try:
        before = await rows()
        # The last thing that it writes is its report: whoever stops it there has let it do all the rest.
        held = database.transaction()
        await held.start()
        await database.execute("LOCK TABLE erasures IN EXCLUSIVE MODE")
        with deployment.running("buyer", "erase", "--email", ANA, "--by", "mona") as program:
            waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'erasures'::regclass"
            for _ in range(600):
                if await watch.fetchval(waits):
                    break
                await asyncio.sleep(0.05)
            assert await watch.fetchval(waits) == 1, program.said
            program.send(signal.SIGKILL)
            assert program.ended() == -signal.SIGKILL
        await held.rollback()
        assert await rows() == before
        report = await asyncio.to_thread(deployment.answers, "buyer", "erase", "--email", ANA, "--by", "mona", "--json")
        assert {one["what"] for one in report["erased"]} >= {"people of buyers"}
        assert ANA not in "".join(await rows())
    finally:
        await database.close()
        await watch.close()


def test_the_same_company_through_two_merchants_is_one_buyer(deployment: Deployment) -> None:
    one, other = (
        _asks(deployment, _business("12-3456789")),
        _asks(deployment, _business("12-3456789"), BO),
    )
    assert one.merchant_id != other.merchant_id
    assert one.buyer_id == other.buyer_id
    assert {one.state, other.state} == {State.TERMS_SELECTED}

    async def asked(on: Platform) -> int:
        assert one.buyer_id is not None
        async with on.database.single_statement() as tx:
            return await buyers.asks_of_a_day(tx, await merging.group(tx, one.buyer_id), other.updated_at)

    assert deployment.does(asked) == 2
