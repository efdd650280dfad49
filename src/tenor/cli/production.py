"""What makes a production deployment unsafe, or of no use, and can be known from its settings and its database."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tenor.base.config import Settings
from tenor.base.database import Tx
from tenor.cli.findings import Finding, Weight
from tenor.core.credit import rules
from tenor.core.credit import service as credit
from tenor.core.merchants import store as merchants
from tenor.core.merchants.model import Merchant
from tenor.core.staff import store as staff
from tenor.core.staff.model import Role, Staff

# A secret of random characters has more different ones; one that a person made up often has not.
_FEWEST_SIGNS = 12
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Standing:
    """What stands in the database: the merchants, the staff, and the policies in force that ask for a bureau's word.

    `is_private` is whether the connection is encrypted or never leaves the machine; `is_superuser` whether the role
    is above the triggers that keep the books.
    """

    merchants: Sequence[Merchant]
    staff: Sequence[Staff]
    asking: Sequence[str]
    is_private: bool
    is_superuser: bool


async def read(tx: Tx) -> Standing:
    """All of it, from a database whose schema is this release's."""
    found = await merchants.find_all(tx)
    names = sorted({one.programme.policy or one.flow for one in found})
    policies = [policy for name in names if (policy := (await credit.in_force(tx, name))[0])]
    return Standing(
        merchants=found,
        staff=await staff.everybody(tx),
        asking=[policy.name for policy in policies if rules.asks_a_bureau(policy)],
        is_private=await tx.fetchval(
            """
            SELECT coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)
                OR inet_client_addr() IS NULL OR inet_client_addr() <<= '127.0.0.0/8' OR inet_client_addr() = '::1'
            """
        ),
        is_superuser=await tx.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"),
    )


def of_settings(settings: Settings) -> Iterator[Finding]:
    """What the settings alone tell."""
    if not settings.public_url.startswith("https://"):
        yield Finding(
            Weight.DO, "TENOR_PUBLIC_URL does not begin with https://; buyers' links must not travel in the clear"
        )
    if len(set(settings.secret)) < _FEWEST_SIGNS:
        yield Finding(Weight.DO, "TENOR_SECRET looks made up; `openssl rand -base64 48` makes one that nobody guesses")
    if settings.webhook_allow:
        yield Finding(
            Weight.LOOK,
            f"TENOR_WEBHOOK_ALLOW lets merchants' webhooks reach {settings.webhook_allow}, which is not public: is"
            " everything there meant for them?",
        )
    if settings.embedded:
        yield Finding(
            Weight.LOOK, "database: embedded, so nobody but you makes its backups and no other machine can take over"
        )
    if not settings.operator:
        yield Finding(
            Weight.LOOK, "TENOR_OPERATOR is not set: agreements name the host instead of the company that pays"
        )
    home = settings.home_path
    if home.exists() and home.stat().st_mode & _OTHERS:
        yield Finding(Weight.DO, f"home: {home} can be opened by others on this machine; `chmod 700` it")


def of_standing(standing: Standing, *, has_bureau: bool) -> Iterator[Finding]:
    """What the database tells."""
    if not standing.is_private:
        yield Finding(Weight.DO, "database: it is reached over a network without TLS; add ?sslmode=verify-full")
    if standing.is_superuser:
        yield Finding(Weight.LOOK, "database: the role is a superuser, whom no trigger stops; use one of Tenor's own")
    yield from _bureau(standing.asking, has_bureau=has_bureau)
    yield from _officers(standing.staff)
    for one in standing.merchants:
        if one.clock_offset:
            yield Finding(
                Weight.DO, f"clock: that of {one.name} ({one.id}) is {one.clock_offset} ahead, as in a sandbox"
            )


def _bureau(asking: Sequence[str], *, has_bureau: bool) -> Iterator[Finding]:
    if has_bureau:
        yield Finding(Weight.WELL, "credit: a bureau is asked")
    elif asking:
        names = ", ".join(asking)
        yield Finding(
            Weight.LOOK,
            f"credit: there is no bureau, and the policies {names} ask for its word: each of their orders waits for a"
            " person. docs/credit.md says how to bring one",
        )


def _officers(members: Sequence[Staff]) -> Iterator[Finding]:
    ready = [one for one in members if one.role is Role.CREDIT_OFFICER and one.state == "active" and one.password_hash]
    if not ready:
        yield Finding(
            Weight.DO, "desk: no credit officer can sign in, so what waits for a person expires; `tenor staff create`"
        )
    elif len(ready) == 1:
        yield Finding(Weight.LOOK, "desk: there is one credit officer; what two have to agree on expires")
