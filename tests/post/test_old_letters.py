"""A sandbox's letters do not stay for ever."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tenor.base.config import Settings
from tenor.post import transport

DAY = 24 * 60 * 60


def _letters(home: Path) -> list[Path]:
    folder = home / "mail"
    folder.mkdir()
    letters = [folder / "new.eml", folder / "old.eml", folder / ".0192-draft.7", folder / "notes.txt"]
    for path, days in zip(letters, (29, 31, 31, 99), strict=True):
        path.write_text("x")
        os.utime(path, (time.time() - days * DAY,) * 2)
    return letters


def test_after_30_days_a_sandbox_removes_its_letters_and_nothing_else(tmp_path: Path) -> None:
    new, old, draft, notes = _letters(tmp_path)
    assert transport.remove_old(Settings(home=str(tmp_path)), time.time()) == 2
    assert [path.exists() for path in (new, old, draft, notes)] == [True, False, False, True]


def test_production_keeps_what_may_be_the_only_copy(tmp_path: Path) -> None:
    letters = _letters(tmp_path)
    assert transport.remove_old(Settings(home=str(tmp_path), environment="production"), time.time()) == 0
    assert all(path.exists() for path in letters)


def test_a_sandbox_without_letters_has_none_to_remove(tmp_path: Path) -> None:
    assert transport.remove_old(Settings(home=str(tmp_path)), time.time()) == 0
