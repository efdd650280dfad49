"""Runs the .sql file beside a migration: Alembic keeps the order, PostgreSQL's own language says the change."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from alembic import op
from sqlalchemy.util import await_only


def run_beside(migration: str) -> None:
    """Run `<migration>.sql` within the migration's transaction, as one script of several statements."""
    script = Path(migration).with_suffix(".sql").read_text()
    # The driver's own connection takes a whole script, where a prepared statement takes only one command.
    connection = cast(Any, op.get_bind()).connection.driver_connection
    await_only(connection.execute(script))
