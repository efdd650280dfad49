"""People who decide, for these tests: whoever votes has to be a member of staff."""

from __future__ import annotations

from tenor.base.database import Tx
from tenor.core.credit.model import Reviewer


async def hire(tx: Tx, *reviewers: Reviewer) -> None:
    """Make members of staff of them, who never sign in; those who are that stay as they are."""
    for one in reviewers:
        await tx.execute(
            """
            INSERT INTO staff (id, name, email, role, created_at) VALUES ($1, $2, $3, 'credit_officer', now())
            ON CONFLICT (id) DO NOTHING
            """,
            one.id, one.name, f"{one.id}@staff.example.com",
        )  # fmt: skip
