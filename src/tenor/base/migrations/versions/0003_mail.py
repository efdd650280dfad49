"""Mail that is really sent, and the codes by which buyers prove their address."""

from tenor.base.migrations.plain_sql import run_beside

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Let the outbox keep what became of each letter, and create the challenges of a sign-in."""
    run_beside(__file__)
