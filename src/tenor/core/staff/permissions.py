"""Which role may do what: one table. Pure.

Nobody but a credit officer decides about credit, so that whoever makes staff members has still to ask one. Which buyers
are one company is such a decision, because it says whose debts count against a limit. Documents are for those who judge
them.
"""

from __future__ import annotations

from collections.abc import Mapping

from tenor.core.staff.model import Act, Role

_EVERYBODY = frozenset({Act.BE_THERE, Act.OWN_SESSIONS, Act.SEARCH, Act.SEE_ORDER, Act.SEE_DELIVERY})

MAY: Mapping[Role, frozenset[Act]] = {
    Role.CREDIT_OFFICER: _EVERYBODY
    | {Act.SEE_DOCUMENT, Act.SEE_CASE, Act.DECIDE_CASE, Act.ASK_FOR_DOCUMENT, Act.RETRY_LETTER}
    | {Act.SEE_LOOKALIKES, Act.MERGE_BUYERS},
    Role.FINANCE: _EVERYBODY | {Act.SEE_CASE, Act.SEE_LOOKALIKES},
    Role.SUPPORT: _EVERYBODY | {Act.REPLAY, Act.RETRY_LETTER},
    Role.ADMIN: _EVERYBODY
    | {Act.SEE_DOCUMENT, Act.SEE_CASE, Act.SEE_LOOKALIKES, Act.REPLAY, Act.RETRY_LETTER}
    | {Act.SEE_STAFF, Act.END_SESSIONS, Act.SEE_AUDIT},
}


def may(role: Role, act: Act) -> bool:
    """Whether somebody of that role may do that."""
    return act in MAY[role]
