"""`tenor credit`: policies, and why something was decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from tenor.base import money
from tenor.base.database import Tx
from tenor.base.errors import Invalid, NotFound
from tenor.cli.database import with_platform
from tenor.cli.merchants import AsJson, print_json
from tenor.core.credit import policies, rules, service, store, wording
from tenor.core.credit.model import Facts, Fired, KeptDecision, Outcome, Policy
from tenor.core.merchants import store as merchant_store
from tenor.core.orders import store as order_store
from tenor.core.orders.model import Order
from tenor.faces.face import Platform

credit = typer.Typer(no_args_is_help=True, help="Credit policies, and why something was decided.")

_PAGE = 500

PolicyFile = Annotated[Path, typer.Argument(help="A policy as TOML")]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid.field((str(path),), f"can't be read: {error}") from None


@credit.command()
def publish(file: PolicyFile) -> None:
    """Put a new version of a policy in force for every programme that names it."""
    source = _read(file)

    async def run(on: Platform) -> Policy:
        async with on.database.transaction() as tx:
            return await service.publish(tx, source)

    policy = with_platform(run)
    typer.echo(f"Version {policy.version} of {policy.name} is in force. Decisions of before keep theirs.")


@credit.command()
def show(
    name: Annotated[str | None, typer.Argument(help="A policy's name; without it all are listed")] = None,
    version: Annotated[int | None, typer.Option(min=1, help="An earlier version; else the one in force")] = None,
) -> None:
    """Print a policy as it was written, or list all that there are."""

    async def run(on: Platform) -> str:
        async with on.database.single_statement() as tx:
            return await _listed(tx) if name is None else await _source(tx, name, version)

    typer.echo(with_platform(run).rstrip("\n"))


async def _listed(tx: Tx) -> str:
    lines = [f"{row['name']:20} {row['version']:5}  {row['origin']}" for row in await store.stored_policies(tx)]
    stored = {line.rsplit(None, 1)[0] for line in lines}
    for source in policies.packaged().values():
        policy = policies.read(source)
        line = f"{policy.name:20} {policy.version:5}"
        if line not in stored:
            lines.append(f"{line}  packaged")
    return "\n".join(sorted(lines))


async def _source(tx: Tx, name: str, version: int | None) -> str:
    if version is None:
        _, source = await service.in_force(tx, name)
    else:
        packaged = policies.packaged_source(name)
        is_packaged = packaged is not None and policies.read(packaged).version == version
        source = await store.policy_source(tx, name, version) or (packaged if packaged and is_packaged else "")
    if not source:
        raise NotFound("There is no such policy; `tenor credit show` lists those that there are.")
    return source


@credit.command()
def explain(
    order: Annotated[str, typer.Argument(help="The order's number or id")],
    as_json: AsJson = False,
) -> None:
    """Print every credit decision on an order: its facts, the rules that fired, and who or what decided."""

    async def run(on: Platform) -> tuple[Order, str, list[KeptDecision]]:
        async with on.database.single_statement() as tx:
            found = await _found(tx, order)
            merchant = await merchant_store.find(tx, found.merchant_id)
            decisions = await store.decisions_of(tx, found.merchant_id, found.id)
        return found, merchant.name if merchant else "", decisions

    found, merchant, decisions = with_platform(run)
    if as_json:
        print_json({"order": found.number, "merchant": merchant, "state": found.state, "decisions": decisions})
        return
    typer.echo(f"Order {found.number} at {merchant}, {_amount(found.amounts.total, found.currency)}: {found.state}")
    for decision in decisions:
        typer.echo("\n".join(["", *_explained(decision)]))
    if not decisions:
        typer.echo("Nothing was decided on it: nobody has asked for terms.")


async def _found(tx: Tx, given: str) -> Order:
    try:
        named: str | UUID = UUID(given)
    except ValueError:
        named = given
    found = await order_store.find_anywhere(tx, named)
    if found is None:
        raise NotFound(f"There is no order {given!r}; its number or its id was expected.")
    return found


def _explained(decision: KeptDecision) -> Iterator[str]:
    language = wording.languages()["en"]
    by = f"{decision.reviewer.name} ({decision.reviewer.id})" if decision.reviewer else _named(decision)
    yield f"{decision.decided_at:%Y-%m-%d %H:%M:%S} UTC: {decision.outcome}, by {by}"
    yield f"  {wording.reason(language, decision.reason)}"
    if decision.note:
        yield from (f"  Note: {line}" for line in decision.note.splitlines())
    if decision.limit is not None:
        yield f"  The buyer's credit limit: {_amount(decision.limit, decision.facts.currency)}"
    if decision.reviewer:
        yield f"  What {_named(decision)} says of it:"
    else:
        yield "  Rules that fired:"
    yield from (f"    {_rule(fired, decision.facts.currency)}" for fired in decision.fired)
    yield "  Facts:"
    yield from (f"    {line}" for line in _facts(decision.facts))


def _named(decision: KeptDecision) -> str:
    if decision.policy is None:
        return "no policy"
    name, version = decision.policy
    return f"policy {name}, version {version}"


def _rule(fired: Fired, currency: str) -> str:
    words = wording.reason(wording.languages()["en"], fired.code)
    amounts = fired.code.rpartition("_")[0] not in _COUNTED
    numbers = [_amount(one, currency) if amounts else str(one) for one in (fired.found, fired.bound) if one is not None]
    found = f" ({' against '.join(numbers)})" if numbers else ""
    return f"{fired.outcome:8} {fired.code}: {words}{f' ({fired.name})' if fired.name else ''}{found}"


_COUNTED = ("company_age_days", "days_overdue", "orders_in_24_hours")
_AMOUNTS = ("order_amount", "to_pay", "exposure", "order_limit", "exposure_limit", "kept_limit", "revenue",
            "stated_revenue")  # fmt: skip


def _facts(facts: Facts) -> Iterator[str]:
    for name in facts.__struct_fields__:
        value = getattr(facts, name)
        if value is None:
            text = "not known"
        elif name in _AMOUNTS:
            text = _amount(value, facts.currency)
        elif isinstance(value, tuple):
            text = ", ".join(value) or "none"
        else:
            text = str(value)
        yield f"{name:22} {text}"


def _amount(minor: int, currency: str) -> str:
    return f"{money.to_text(minor, currency)} {currency}"


@credit.command()
def backtest(file: PolicyFile, as_json: AsJson = False) -> None:
    """Run a policy over the facts of every decision that a policy has made: what would change, in counts and money.

    Each order counts once, with the decision made when its buyer asked; raised totals and people's votes are left out,
    and so are orders in another currency than the policy's.
    """
    policy = policies.read(_read(file))

    async def run(on: Platform) -> Changes:
        changes = Changes(policy)
        last = None
        async with on.database.single_statement() as tx:
            while page := await store.decisions(tx, last, _PAGE, "policy"):
                last = page[-1].id
                for decision in page:
                    changes.count(decision)
        return changes

    changes = with_platform(run)
    if as_json:
        print_json(changes.as_rows())
    else:
        typer.echo("\n".join(changes.in_words()))


class Changes:
    """What a policy would have decided, beside what was decided, in counts and in orders' totals by currency."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._counts: Counter[tuple[Outcome, Outcome, str]] = Counter()
        self._sums: Counter[tuple[Outcome, Outcome, str]] = Counter()

    def count(self, decision: KeptDecision) -> None:
        """Decide again on a decision's facts. Those of another currency than the policy's are none of its business."""
        if self._policy.currency not in (None, decision.facts.currency):
            return
        key = (decision.outcome, rules.decide(self._policy, decision.facts).outcome, decision.facts.currency)
        self._counts[key] += 1
        self._sums[key] += decision.facts.order_amount

    def as_rows(self) -> list[dict[str, Any]]:
        """One row for each pair of outcomes in a currency."""
        return [
            {
                "was": was,
                "would_be": would_be,
                "currency": currency,
                "orders": self._counts[was, would_be, currency],
                "total": money.to_text(self._sums[was, would_be, currency], currency),
            }
            for was, would_be, currency in sorted(self._counts, key=lambda key: (key[2], key[0], key[1]))
        ]

    def in_words(self) -> Iterator[str]:
        """A line for each row, and a sum of what changes."""
        changed = sum(count for (was, would_be, _), count in self._counts.items() if was != would_be)
        everything = sum(self._counts.values())
        yield (
            f"{self._policy.name}, version {self._policy.version}, over {everything} decisions: {changed} would change."
        )
        for row in self.as_rows():
            what = f"{row['was']} stays" if row["was"] == row["would_be"] else f"{row['was']} -> {row['would_be']}"
            yield f"  {what:20} {row['orders']:>8} orders {row['total']:>20} {row['currency']}"
