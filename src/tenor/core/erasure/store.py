"""The SQL of erasures."""

from __future__ import annotations

from uuid import UUID

import msgspec

from tenor.base.database import Tx
from tenor.core.erasure.model import Report

_report = msgspec.json.Decoder(Report)


async def insert(tx: Tx, report: Report) -> None:
    """Keep a report. The table takes no changes."""
    await tx.execute(
        "INSERT INTO erasures (id, buyers, erased_by, erased_at, report) VALUES ($1, $2, $3, $4, $5)",
        report.id, list(report.buyers), report.erased_by, report.erased_at, msgspec.json.encode(report).decode(),
    )  # fmt: skip


async def of_buyer(tx: Tx, buyer_id: UUID) -> list[Report]:
    """What was erased of a buyer's people, oldest first."""
    rows = await tx.fetch("SELECT report FROM erasures WHERE $1 = ANY (buyers) ORDER BY id", buyer_id)
    return [_report.decode(row["report"]) for row in rows]
