"""What two companies have in common, and what shares of a limit they make together. Pure."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from uuid import UUID

import msgspec

from tenor.core.search.pairs.model import Compared, Granted, Joined, Likeness, Profile, Share


def compare(one: Profile, other: Profile) -> tuple[Compared, ...]:
    """What is known of two companies, a fact at a time, and whether it is the same."""
    told = (
        ("Name", one.name, other.name),
        ("Country", one.country, other.country),
        ("Registration number", one.registration_number, other.registration_number),
        ("VAT number", one.vat_number, other.vat_number),
        ("Address", one.address, other.address),
    )
    facts = [_compared(what, first or "", second or "") for what, first, second in told]
    ways = (("E-mail addresses", "email"), ("People", "name"), ("Telephone numbers", "phone"))
    return (*facts, *(_people(what, field, one, other) for what, field in ways))


def _compared(what: str, one: str, other: str) -> Compared:
    likeness: Likeness = "unknown" if not one or not other else "same" if _plain(one) == _plain(other) else "differs"
    return Compared(what=what, one=one, other=other, likeness=likeness)


def _people(what: str, field: str, one: Profile, other: Profile) -> Compared:
    """Of several people, one that both companies have in common is enough to be told."""
    first, second = ([getattr(person, field) or "" for person in side.people] for side in (one, other))
    known, also = ({_plain(word) for word in words if word} for words in (first, second))
    likeness: Likeness = "unknown" if not known or not also else "same" if known & also else "differs"
    return Compared(what=what, one=_listed(first), other=_listed(second), likeness=likeness)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _listed(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(word for word in words if word))


def marked(text: str, beside: str) -> Iterator[tuple[str, bool]]:
    """A number in parts, of which those that are not as in the number beside it are marked: typos leap to the eye.

    Numbers of different lengths have no places to hold against each other; then nothing is marked.
    """
    if len(text) != len(beside):
        yield text, False
        return
    part, differs = "", False
    for sign, other in zip(text, beside, strict=True):
        if part and (sign != other) != differs:
            yield part, differs
            part = ""
        part, differs = part + sign, sign != other
    if part:
        yield part, differs


def without(one: Profile, leaving: UUID) -> Profile:
    """A buyer of a group as it would be once another one, or it itself, has left the group."""
    if one.id == leaving:
        return msgspec.structs.replace(one, head=one.id, group=())
    return msgspec.structs.replace(one, group=tuple(member for member in one.group if member != leaving))


def together(members: Iterable[Profile]) -> dict[str, int]:
    """What some buyers owe and have reserved, in minor units by currency; nothing for a currency without any."""
    sums: Counter[str] = Counter()
    for one in members:
        for owed in one.exposures:
            sums[owed.currency] += owed.amount
    return {currency: amount for currency, amount in sorted(sums.items()) if amount}


def joined(from_: Profile, into: Profile, everybody: Mapping[UUID, Profile]) -> tuple[Joined, ...]:
    """What counts for two buyers, each with its group, and for all of them together once they are merged.

    `everybody` has the profiles of both groups. Only currencies in which somebody owes or may owe are told of.
    """
    sides = [[everybody[one] for one in side.members] for side in (from_, into)]
    together = [one for side in sides for one in side]
    currencies = {owed.currency for one in together for owed in one.exposures if owed.amount}
    currencies |= {limit.currency for one in together for limit in one.limits}
    return tuple(
        Joined(
            currency=currency,
            from_=_share(sides[0], from_.head, currency),
            into=_share(sides[1], into.head, currency),
            both=_share(together, into.head, currency),
        )
        for currency in sorted(currencies)
    )


def _share(members: Collection[Profile], head: UUID, currency: str) -> Share:
    exposure = sum(owed.amount for one in members for owed in one.exposures if owed.currency == currency)
    limits = [(one.id, limit) for one in members for limit in one.limits if limit.currency == currency]
    return Share(exposure=exposure, limit=_counting(limits, head))


def _counting(limits: Collection[tuple[UUID, Granted]], head: UUID) -> int | None:
    """The limit that counts, as credit reads it: the head's own, else the one granted last (docs/buyers.md)."""
    if not limits:
        return None
    return max(limits, key=lambda one: (one[0] == head, one[1].granted_at))[1].amount
