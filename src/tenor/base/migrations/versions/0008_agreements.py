"""What buyers accepted, word for word; how a merchant's pages look; and each letter of an order once."""

from tenor.base.migrations.plain_sql import run_beside

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the agreements, give merchants a look, and let the database keep letters from going twice."""
    run_beside(__file__)
