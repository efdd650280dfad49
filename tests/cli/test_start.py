"""What a command loads before it does anything."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("library", ["alembic", "sqlalchemy", "fpdf"])
def test_a_command_that_neither_migrates_nor_typesets_does_not_wait_for_what_does(library: str) -> None:
    script = f"import sys; from tenor import app, cli; app.all_faces(); print({library!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
