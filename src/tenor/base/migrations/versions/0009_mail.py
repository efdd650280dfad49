"""Letters become deliveries, merchants have an address for notices, and what has ended can be found and removed."""

from tenor.base.migrations.plain_sql import run_beside

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Widen deliveries by letters, carry the outbox over, and drop it."""
    run_beside(__file__)
