"""Registration numbers of companies that nobody takes for one another."""

from __future__ import annotations

from itertools import count

_companies = count(1)


def new_digits() -> str:
    """Seven digits. Those of any two companies differ in three places at least: fewer might be a typo."""
    return f"{next(_companies):02}" * 3 + "0"
