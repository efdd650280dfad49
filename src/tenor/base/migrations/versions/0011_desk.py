"""Votes and decisions name a member of staff."""

from tenor.base.migrations.plain_sql import run_beside

revision = "0011"
down_revision = "0009"


def upgrade() -> None:
    """Hold new rows to it."""
    run_beside(__file__)
