"""What the demo prints to be tried: calls that work as pasted, and where to look afterwards. Pure."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tenor.core.merchants.model import IssuedCredential
from tenor.demo import cast, catalogue
from tenor.demo.calls import compact
from tenor.demo.cast import Officer
from tenor.demo.catalogue import HARBOR, NAJD
from tenor.demo.seeding import Seeded
from tenor.demo.subscribing import PATH

# Stands in the body until the shell puts the second in its place: every paste makes an order of its own.
_UNIQUE = "UNIQUE"
_SHELLS_SECOND = "'$(date +%s)'"
_PRETTY = "python3 -m json.tool"
_FROM_ANSWER = """python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])'"""


def what_to_try(
    address: str,
    shop_address: str,
    seeded: Mapping[str, Seeded],
    officers: Sequence[Officer],
    own_pages: Mapping[str, str],
) -> str:
    """All of it, for a server at `address` and the shop at `shop_address`. `own_pages` are links by merchant."""
    tenor = command_line()
    harbor = shlex.quote(seeded["backd"].merchant.name)
    return f"""
The demo shop                 {shop_address}/
The events that it received   {shop_address}/log
Tenor                         {address}
Letters to buyers             {address}/sandbox/mail (the six-digit code of the checkout too)

An order in Backd's dialect (open the customer_url that comes back):

{backd_curl(address, shop_address, seeded["backd"].key)}

A purchase in BuildNow's dialect (open the checkout_url that comes back):

{buildnow_curl(address, shop_address, seeded["buildnow"].key)}

Who buys decides what credit says. In the checkout, give this registration number as the company's, or prove this e-mail
address:

{who_buys()}

{at_the_desk(address, officers)}

The merchants' pages, on which they see what was sent to them and have it sent again. Each link signs in once:

{merchants_pages(own_pages)}

From another terminal, in this folder{_with_database()}:

{tenor} ledger balances
{tenor} ledger check
{tenor} sandbox advance {harbor} P3D
{tenor} merchant list
{tenor} merchant link {harbor}

Ctrl-C stops everything. The data stay, and the next start goes on with them.
"""


def who_buys() -> str:
    """The magic values of the sandbox's bureau, as a table."""
    rows = [("", "EIN (Harbor)", "CR (Najd)", "e-mail")]
    rows += [
        (words, cast.number("US", magic), cast.number("SA", magic), cast.email(magic))
        for magic, words in cast.OUTCOMES.items()
    ]
    return "\n".join(f"  {words:20}{ein:14}{cr:13}{email}".rstrip() for words, ein, cr, email in rows)


def at_the_desk(address: str, officers: Sequence[Officer]) -> str:
    """Where the orders that wait are decided, and how two people sign in there."""
    people = "\n".join(f"  {one.email:24}{one.password}\n{_code(one)}" for one in officers)
    return (
        f"The desk                      {address}/desk\n"
        f"Two people decide there; the last line of each prints the six-digit code of the moment:\n\n{people}"
    )


def merchants_pages(links: Mapping[str, str]) -> str:
    """A link for each merchant, below its name."""
    return "\n".join(f"  {name}\n  {link}" for name, link in links.items())


def _code(officer: Officer) -> str:
    python = shlex.quote(_from_here(Path(sys.executable)))
    return f"""  {python} -c 'import pyotp; print(pyotp.TOTP("{officer.totp_secret}").now())'"""


def backd_curl(address: str, shop_address: str, key: IssuedCredential) -> str:
    """create_order as a command for the shell."""
    body = catalogue.backd_order(catalogue.usual(HARBOR)[:2], f"DEMO-{_UNIQUE}", shop_address)
    return (
        f"curl -sS {address}/v1/backd/bnpl/api/create_order -u {key.id}:{key.secret} \\\n"
        f"  -H 'Content-Type: application/json' -d {_quoted(body)} | {_PRETTY}"
    )


def buildnow_curl(address: str, shop_address: str, key: IssuedCredential) -> str:
    """The token and the purchase order as commands for the shell."""
    body = catalogue.buildnow_purchase(
        catalogue.usual(NAJD)[1:2], f"DEMO-{_UNIQUE}", shop_address, shop_address + PATH["buildnow"]
    )
    return (
        f"TOKEN=$(curl -sS {address}/v2/o/token/ -d grant_type=client_credentials \\\n"
        f"  -d client_id={key.id} -d client_secret={key.secret} \\\n"
        f"  | {_FROM_ANSWER})\n"
        f'curl -sS {address}/v2/bnpl/purchase-orders/ -H "Authorization: Bearer $TOKEN" \\\n'
        f"  -H 'Content-Type: application/json' -d {_quoted(body)} | {_PRETTY}"
    )


def _quoted(body: Mapping[str, Any]) -> str:
    """A body as JSON, a line a field, as one word of the shell."""
    fields = ",\n".join(f"  {compact(name)}: {compact(value)}" for name, value in body.items())
    return shlex.quote(f"{{\n{fields}\n}}").replace(_UNIQUE, _SHELLS_SECOND)


def command_line() -> str:
    """How to call this `tenor` from this folder, with the settings that say where the demo's data are."""
    program = Path(sys.executable).with_name("tenor")
    home = os.environ.get("TENOR_HOME")
    return (f"TENOR_HOME={shlex.quote(home)} " if home else "") + shlex.quote(_from_here(program))


def _with_database() -> str:
    # The address may hold a password, which is not for the screen.
    return " and with the same TENOR_DATABASE_URL" if os.environ.get("TENOR_DATABASE_URL") else ""


def _from_here(program: Path) -> str:
    try:
        return str(program.relative_to(Path.cwd()))
    except ValueError:
        return str(program)
