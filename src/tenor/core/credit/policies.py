"""Reading policies as they are written (TOML), and those that come with Tenor."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from tenor.base import money
from tenor.base.errors import Invalid, NotFound
from tenor.core.credit.model import Bounds, Flags, Measured, Named, Policy, Required

_HERE = Path(__file__).parent / "policies"

_Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
_Version = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
_Name = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_-]{0,39}$")]


class _Counts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    decline_below: _Count | None = None
    review_below: _Count | None = None
    review_above: _Count | None = None
    decline_above: _Count | None = None


class _Amounts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    decline_below: Decimal | None = None
    review_below: Decimal | None = None
    review_above: Decimal | None = None
    decline_above: Decimal | None = None


class _Thresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    order_amount: _Amounts | None = None
    exposure_after: _Amounts | None = None
    revenue: _Amounts | None = None
    stated_revenue: _Amounts | None = None
    company_age_days: _Counts | None = None
    days_overdue: _Counts | None = None
    orders_in_24_hours: _Counts | None = None
    lookalikes: _Counts | None = None


class _Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A policy as its file has it: amounts in major units."""

    name: _Name
    version: _Version
    currency: str | None = None
    required: tuple[Required, ...] = ()
    thresholds: _Thresholds = _Thresholds()
    flags: Flags = Flags()
    blocked: Named = Named()
    trusted: Named = Named()
    limit: Decimal | None = None
    over_limit: Literal["review", "decline"] = "review"
    second_person_above: Decimal | None = None
    approve_within_limits: bool = False


@lru_cache(maxsize=64)
def read(source: str) -> Policy:
    """A policy from its TOML. Raises `Invalid`, whose path is the field that is wrong."""
    try:
        raw = tomllib.loads(source, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise Invalid.field((), f"the policy is not TOML: {error}") from None
    try:
        written = msgspec.convert(raw, _Written)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        path = tuple(step for step in where.rstrip("`").split(".") if step)
        raise Invalid.field(path, f"{what[0].lower()}{what[1:]}") from None
    return _policy(written)


def _policy(written: _Written) -> Policy:
    return Policy(
        name=written.name,
        version=written.version,
        currency=_currency(written),
        required=written.required,
        bounds=_bounds(written),
        flags=written.flags,
        blocked=written.blocked,
        trusted=written.trusted,
        limit=_minor(written, ("limit",), written.limit),
        over_limit=written.over_limit,
        second_person_above=_minor(written, ("second_person_above",), written.second_person_above),
        approve_within_limits=written.approve_within_limits,
    )


def _currency(written: _Written) -> str | None:
    if written.currency is not None:
        try:
            money.places(written.currency)
        except money.MoneyError as error:
            raise Invalid.field(("currency",), str(error)) from None
    return written.currency


def _bounds(written: _Written) -> dict[Measured, Bounds]:
    found: dict[Measured, Bounds] = {}
    for name in _Thresholds.__struct_fields__:
        given = getattr(written.thresholds, name)
        if given is None:
            continue
        path = ("thresholds", name)
        limits = {key: _number(written, (*path, key), getattr(given, key)) for key in given.__struct_fields__}
        bounds = Bounds(**limits)
        if problem := _bounds_problem(limits):
            raise Invalid.field(path, problem)
        found[name] = bounds  # type: ignore[index]
    return found


def _bounds_problem(limits: Mapping[str, int | None]) -> str | None:
    """Bounds stand in one order: decline_below ≤ review_below ≤ review_above ≤ decline_above."""
    order = [limits[key] for key in ("decline_below", "review_below", "review_above", "decline_above")]
    given = [one for one in order if one is not None]
    if not given:
        return "needs at least one of decline_below, review_below, review_above, decline_above"
    if given != sorted(given):
        return "must rise from decline_below over review_below and review_above to decline_above"
    return None


def _number(written: _Written, path: tuple[str, ...], given: Any) -> int | None:
    return _minor(written, path, given) if isinstance(given, Decimal) else given


def _minor(written: _Written, path: tuple[str, ...], amount: Decimal | None) -> int | None:
    if amount is None:
        return None
    if written.currency is None:
        raise Invalid.field(path, "is an amount, so the policy needs a currency")
    try:
        return money.to_minor(amount, written.currency)
    except money.MoneyError as error:
        raise Invalid.field(path, str(error)) from None


def packaged() -> dict[str, str]:
    """The source of every policy that comes with Tenor, by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(_HERE.glob("*.toml"))}


@lru_cache(maxsize=16)
def packaged_source(name: str) -> str | None:
    """The source of the policy of that name that comes with Tenor, if there is one."""
    return packaged().get(name)


def packaged_policy(name: str) -> Policy:
    """A policy that comes with Tenor. Raises `NotFound`."""
    source = packaged_source(name)
    if source is None:
        raise NotFound(f"No policy named {name!r} comes with Tenor; there are {', '.join(packaged())}.")
    return read(source)
