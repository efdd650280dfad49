"""Staff, their sessions and what they did; and what is needed to find an order by any number in hand."""

from tenor.base.migrations.plain_sql import run_beside

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create staff, sessions, the audit log, requests for documents, and the indexes of the search."""
    run_beside(__file__)
