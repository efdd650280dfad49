"""`tenor`: everything an operator does, from the first start to the books."""

from __future__ import annotations

import signal
import sys

import asyncpg
import typer

from tenor.base.config import ConfigError
from tenor.base.embedded import EmbeddedPostgresError
from tenor.base.errors import TenorError
from tenor.cli import buyers, credit, database, demo, doctor, ledger, mail, merchants, sandbox, serve, staff, webhooks

app = typer.Typer(
    name="tenor",
    help="Self-hosted B2B buy now, pay later.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)
app.command()(serve.serve)
app.command()(serve.worker)
app.command()(database.migrate)
app.command()(doctor.doctor)
app.command()(demo.demo)
app.add_typer(merchants.merchant, name="merchant")
app.add_typer(merchants.key, name="key")
app.add_typer(buyers.buyer, name="buyer")
app.add_typer(sandbox.sandbox, name="sandbox")
app.add_typer(credit.credit, name="credit")
app.add_typer(ledger.ledger, name="ledger")
app.add_typer(mail.mail, name="mail")
app.add_typer(staff.staff, name="staff")
app.add_typer(webhooks.webhook, name="webhook")


def main() -> None:
    """Run a command; what is wrong with the deployment or the input ends it with a sentence and status 2."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        app()
    except (ConfigError, EmbeddedPostgresError, TenorError) as error:
        typer.echo(f"tenor: {error}", err=True)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        typer.echo(f"tenor: {error}. `tenor doctor` looks for the cause.", err=True)
    else:
        return
    sys.exit(2)


def _leave(*_: object) -> None:
    """SIGTERM unwinds like any end, so that the last program still stops the embedded database."""
    raise SystemExit(128 + signal.SIGTERM)
