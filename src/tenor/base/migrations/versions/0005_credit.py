"""Policies, bureau reports, decisions, votes and limits; and which orders were told that they end soon."""

from tenor.base.migrations.plain_sql import run_beside

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables of underwriting and review."""
    run_beside(__file__)
