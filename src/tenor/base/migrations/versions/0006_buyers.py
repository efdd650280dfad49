"""Companies and their people apart; registrations, merges, suspected duplicates, erasures."""

from tenor.base.migrations.plain_sql import run_beside

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Take buyers' persons into rows of their own, and carry over what today's buyers have told."""
    run_beside(__file__)
