"""What buyers accepted, word for word, and how a merchant's pages look."""

from tenor.base.migrations.plain_sql import run_beside

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the agreements, and give merchants a look."""
    run_beside(__file__)
