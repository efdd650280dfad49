"""The table of roles in the documents is the one in the code."""

from __future__ import annotations

import re
from pathlib import Path

from tenor.core.staff.model import Act, Role
from tenor.core.staff.permissions import may

PAGE = (Path(__file__).parents[2] / "docs" / "desk.md").read_text()

ROWS: dict[str, set[Act]] = {
    "search; orders, buyers, merchants; deliveries and letters": {
        Act.BE_THERE, Act.SEARCH, Act.SEE_ORDER, Act.SEE_DELIVERY,
    },
    "one's own sessions": {Act.OWN_SESSIONS},
    "see the queue and a case": {Act.SEE_CASE},
    "approve, decline, ask for a document": {Act.DECIDE_CASE, Act.ASK_FOR_DOCUMENT},
    "see lookalikes, and buyers side by side": {Act.SEE_LOOKALIKES},
    "merge buyers, undo it, dismiss a lookalike": {Act.MERGE_BUYERS},
    "look at documents": {Act.SEE_DOCUMENT},
    "send a letter once more": {Act.RETRY_LETTER},
    "send deliveries again": {Act.REPLAY},
    "see staff, end their sessions, read the audit log": {Act.SEE_STAFF, Act.END_SESSIONS, Act.SEE_AUDIT},
}  # fmt: skip


def test_the_table_of_roles_says_what_the_code_allows() -> None:
    (head,) = re.findall(r"^\| \| (.+) \|$", PAGE, re.MULTILINE)
    roles = [Role(name.strip().replace(" ", "_")) for name in head.split("|")]
    assert set(roles) == set(Role)
    told = dict(re.findall(r"^\| ([^|]+) \|((?: ✓? ?\|)+)$", PAGE, re.MULTILINE))
    assert set(told) == set(ROWS)
    assert set().union(*ROWS.values()) == set(Act)
    for row, acts in ROWS.items():
        marks = ["✓" in cell for cell in told[row].split("|")[:-1]]
        for act in acts:
            assert marks == [may(role, act) for role in roles], row
