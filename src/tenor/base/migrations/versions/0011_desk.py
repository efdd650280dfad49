"""Votes and decisions name a member of staff; a buyer may state a revenue; agreements on nothing can go."""

from tenor.base.migrations.plain_sql import run_beside

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the column and the keys, which hold new rows."""
    run_beside(__file__)
