"""The SQL of credit. Row locks make decisions on one buyer, or on a group of merged ones, queue up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from tenor.base.database import Row, Tx
from tenor.base.ids import new_id
from tenor.core.buyers.merging import store as merging
from tenor.core.credit.model import (
    BuyerLimit,
    Facts,
    Fired,
    KeptDecision,
    KeptReport,
    Report,
    Reviewer,
    Vote,
)

_facts = msgspec.json.Decoder(Facts)
_fired = msgspec.json.Decoder(tuple[Fired, ...])
_report = msgspec.json.Decoder(Report)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


async def lock_exposure(tx: Tx, buyer_id: UUID, currency: str) -> tuple[int, list[UUID]]:
    """The exposure that counts for a buyer in a currency, locked until the transaction ends, and whose it is.

    Minor units, and the ids of the buyer's group. It is the sum over the buyer and all that are merged with it, whose
    rows are locked in the order of their ids. Who is merged does not change meanwhile. Call it before `change_exposure`
    touches any row of the group.
    """
    await merging.hold_shared(tx)
    row = await tx.fetchrow(
        f"""
        WITH {merging.MEMBERS}, held AS (
            INSERT INTO buyer_exposures AS kept (buyer_id, currency, amount)
            SELECT id, $2, 0 FROM members ORDER BY id
            ON CONFLICT (buyer_id, currency) DO UPDATE SET amount = kept.amount
            RETURNING buyer_id, amount
        )
        SELECT sum(amount)::bigint AS exposure, array_agg(buyer_id ORDER BY buyer_id) AS members FROM held
        """,
        buyer_id, currency,
    )  # fmt: skip
    assert row is not None, "a sum is one row"
    return row["exposure"], row["members"]


async def exposure(tx: Tx, buyer_id: UUID, currency: str) -> int:
    """The exposure that counts for a buyer in a currency as it stands, without a lock. Minor units."""
    amount: int = await tx.fetchval(
        f"""
        WITH {merging.MEMBERS}
        SELECT coalesce(sum(amount), 0)::bigint FROM buyer_exposures JOIN members ON id = buyer_id WHERE currency = $2
        """,
        buyer_id, currency,
    )  # fmt: skip
    return amount


async def change_exposure(tx: Tx, buyer_id: UUID, currency: str, by: int) -> None:
    """Add minor units to a buyer's own exposure, or take them off. The schema refuses one below zero."""
    await tx.execute(
        "UPDATE buyer_exposures SET amount = amount + $3 WHERE buyer_id = $1 AND currency = $2",
        buyer_id,
        currency,
        by,
    )


async def limit_of(tx: Tx, buyer_id: UUID, currency: str) -> BuyerLimit | None:
    """What a buyer, and those merged with it, may owe in all in a currency; None where nobody has said yet.

    It is said of the one into which the others are merged; until then, what was last said of any of them counts.
    """
    row = await tx.fetchrow(
        f"""
        WITH {merging.MEMBERS}
        SELECT l.amount, l.granted_by FROM buyer_limits l JOIN members ON members.id = l.buyer_id
         WHERE l.currency = $2
         ORDER BY l.buyer_id = (SELECT id FROM head) DESC, l.granted_at DESC LIMIT 1
        """,
        buyer_id, currency,
    )  # fmt: skip
    return BuyerLimit(amount=row["amount"], granted_by=row["granted_by"]) if row else None


async def set_limit(tx: Tx, buyer_id: UUID, currency: str, limit: BuyerLimit, now: datetime) -> None:
    """Say what a buyer, and those merged with it, may owe in all. Call it under the lock of the buyer's exposure."""
    await tx.execute(
        f"""
        WITH {merging.MEMBERS}
        INSERT INTO buyer_limits (buyer_id, currency, amount, granted_by, granted_at)
        SELECT id, $2, $3, $4, $5 FROM head
        ON CONFLICT (buyer_id, currency) DO UPDATE SET amount = $3, granted_by = $4, granted_at = $5
        """,
        buyer_id, currency, limit.amount, limit.granted_by, now,
    )  # fmt: skip


async def insert_report(tx: Tx, merchant_id: UUID, report: KeptReport) -> None:
    """Keep what came of asking a bureau for an order."""
    await tx.execute(
        """
        INSERT INTO credit_reports (merchant_id, order_id, id, country, registration_number, status, report, fetched_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        merchant_id, report.order_id, new_id(), report.country, report.registration_number, report.status,
        None if report.report is None else _json(report.report), report.fetched_at,
    )  # fmt: skip


async def latest_report(
    tx: Tx, merchant_id: UUID, order_id: UUID, country: str, registration_number: str
) -> KeptReport | None:
    """What was last heard of a company: for this order, else for any."""
    row = await tx.fetchrow(
        """
        SELECT order_id, country, registration_number, status, report, fetched_at FROM credit_reports
         WHERE country = $3 AND registration_number = $4
         ORDER BY merchant_id = $1 AND order_id = $2 DESC, fetched_at DESC, id DESC LIMIT 1
        """,
        merchant_id, order_id, country, registration_number,
    )  # fmt: skip
    if row is None:
        return None
    return KeptReport(**{**dict(row), "report": _report.decode(row["report"]) if row["report"] else None})


async def published(tx: Tx, name: str) -> str | None:
    """The source of the newest published policy of that name."""
    source: str | None = await tx.fetchval(
        "SELECT source FROM credit_policies WHERE name = $1 AND origin = 'published' ORDER BY version DESC LIMIT 1",
        name,
    )
    return source


async def policy_source(tx: Tx, name: str, version: int) -> str | None:
    """The source of a stored version, published or packaged."""
    source: str | None = await tx.fetchval(
        "SELECT source FROM credit_policies WHERE name = $1 AND version = $2", name, version
    )
    return source


async def newest_version(tx: Tx, name: str) -> int:
    """The highest stored version of a policy; 0 where none is stored."""
    version: int | None = await tx.fetchval("SELECT max(version) FROM credit_policies WHERE name = $1", name)
    return version or 0


async def stored_policies(tx: Tx) -> list[Row]:
    """Name, version, origin and time of every stored version, without its source."""
    rows: list[Row] = await tx.fetch(
        "SELECT name, version, origin, stored_at FROM credit_policies ORDER BY name, version"
    )
    return rows


async def insert_policy(tx: Tx, name: str, version: int, source: str, origin: str) -> bool:
    """Store a version. False where it is there already."""
    done = await tx.execute(
        "INSERT INTO credit_policies (name, version, origin, source) VALUES ($1, $2, $4, $3) ON CONFLICT DO NOTHING",
        name, version, source, origin,
    )  # fmt: skip
    return bool(done == "INSERT 0 1")


async def insert_decision(tx: Tx, decision: KeptDecision) -> None:
    """Keep a decision for good. Its policy is stored already."""
    name, version = decision.policy or (None, None)
    reviewer = decision.reviewer
    await tx.execute(
        """
        INSERT INTO credit_decisions (merchant_id, order_id, id, buyer_id, kind, outcome, reason, credit_limit, facts,
                                      fired, policy_name, policy_version, staff_id, staff_name, note, decided_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        """,
        decision.merchant_id, decision.order_id, decision.id, decision.buyer_id, decision.kind, decision.outcome,
        decision.reason, decision.limit, _json(decision.facts), _json(decision.fired), name, version,
        reviewer.id if reviewer else None, reviewer.name if reviewer else None, decision.note, decision.decided_at,
    )  # fmt: skip


_DECISION = """merchant_id, order_id, id, buyer_id, kind, outcome, reason, credit_limit, facts, fired, policy_name,
    policy_version, staff_id, staff_name, note, decided_at"""


def _decision(row: Row) -> KeptDecision:
    return KeptDecision(
        merchant_id=row["merchant_id"],
        order_id=row["order_id"],
        id=row["id"],
        buyer_id=row["buyer_id"],
        kind=row["kind"],
        outcome=row["outcome"],
        reason=row["reason"],
        limit=row["credit_limit"],
        facts=_facts.decode(row["facts"]),
        fired=_fired.decode(row["fired"]),
        policy=(row["policy_name"], row["policy_version"]) if row["policy_name"] else None,
        reviewer=Reviewer(row["staff_id"], row["staff_name"]) if row["staff_id"] else None,
        note=row["note"],
        decided_at=row["decided_at"],
    )


async def decisions_of(tx: Tx, merchant_id: UUID, order_id: UUID) -> list[KeptDecision]:
    """Every decision on an order, first to last."""
    rows = await tx.fetch(
        f"SELECT {_DECISION} FROM credit_decisions WHERE merchant_id = $1 AND order_id = $2 ORDER BY id",
        merchant_id, order_id,
    )  # fmt: skip
    return [_decision(row) for row in rows]


async def decisions(tx: Tx, after: UUID | None, limit: int, kind: str | None = None) -> list[KeptDecision]:
    """Decisions of all merchants by the order of their ids, which is that of time; at most `limit` after that one."""
    rows = await tx.fetch(
        f"""
        SELECT {_DECISION} FROM credit_decisions
         WHERE ($1::uuid IS NULL OR id > $1) AND ($3::text IS NULL OR kind = $3) ORDER BY id LIMIT $2
        """,
        after, limit, kind,
    )  # fmt: skip
    return [_decision(row) for row in rows]


async def insert_vote(tx: Tx, merchant_id: UUID, order_id: UUID, vote: Vote) -> None:
    """Keep a person's vote. The schema refuses a second one of that person on the order."""
    await tx.execute(
        """
        INSERT INTO credit_votes (merchant_id, order_id, staff_id, staff_name, verdict, credit_limit, note, voted_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        merchant_id, order_id, vote.reviewer.id, vote.reviewer.name, vote.verdict, vote.limit, vote.note,
        vote.voted_at,
    )  # fmt: skip


async def votes_on(tx: Tx, orders: Sequence[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], tuple[Vote, ...]]:
    """The votes on orders, each named by merchant and id, first to last."""
    rows = await tx.fetch(
        """
        SELECT v.* FROM credit_votes v JOIN unnest($1::uuid[], $2::uuid[]) AS wanted (merchant_id, order_id)
            ON v.merchant_id = wanted.merchant_id AND v.order_id = wanted.order_id
         ORDER BY v.voted_at, v.staff_id
        """,
        [merchant_id for merchant_id, _ in orders], [order_id for _, order_id in orders],
    )  # fmt: skip
    votes: dict[tuple[UUID, UUID], tuple[Vote, ...]] = dict.fromkeys(orders, ())
    for row in rows:
        votes[row["merchant_id"], row["order_id"]] += (_vote(row),)
    return votes


def _vote(row: Row) -> Vote:
    return Vote(
        reviewer=Reviewer(row["staff_id"], row["staff_name"]),
        verdict=row["verdict"],
        limit=row["credit_limit"],
        note=row["note"],
        voted_at=row["voted_at"],
    )


async def exposures(tx: Tx, buyer_ids: Sequence[UUID]) -> dict[str, int]:
    """What some buyers owe or have reserved together, in minor units by currency. Nothing is locked."""
    rows = await tx.fetch(
        """
        SELECT currency, sum(amount)::bigint AS amount FROM buyer_exposures WHERE buyer_id = ANY ($1)
         GROUP BY currency ORDER BY currency
        """,
        buyer_ids,
    )
    return {row["currency"]: row["amount"] for row in rows}
