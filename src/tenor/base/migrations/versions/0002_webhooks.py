"""A place in the log for every event, and the deliveries that carry events out."""

from tenor.base.migrations.plain_sql import run_beside

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create what webhooks and the feed of events need."""
    run_beside(__file__)
