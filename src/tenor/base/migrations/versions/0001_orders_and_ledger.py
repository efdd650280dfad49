"""Merchants, orders, refunds, events and the ledger."""

from tenor.base.migrations.plain_sql import run_beside

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the first schema."""
    run_beside(__file__)
