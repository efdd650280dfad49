"""How often strangers may call is counted by merchant and by address."""

from tenor.base.migrations.plain_sql import run_beside

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add paces."""
    run_beside(__file__)
