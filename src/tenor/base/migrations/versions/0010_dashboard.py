"""Merchants sign in to pages of their own, and deliveries can be looked through."""

from tenor.base.migrations.plain_sql import run_beside

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create links, sessions and the log of acts, and index deliveries by when they were made."""
    run_beside(__file__)
