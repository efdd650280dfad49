"""What stood there before 0011 is held to it too."""

from tenor.base.migrations.plain_sql import run_beside

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Read every row once, while others go on writing."""
    run_beside(__file__)
