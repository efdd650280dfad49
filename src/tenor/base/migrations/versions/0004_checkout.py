"""What a buyer has filled in so far, and what is remembered of one who has accepted terms."""

from tenor.base.migrations.plain_sql import run_beside

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the progress of hosted checkouts, and give buyers a profile."""
    run_beside(__file__)
